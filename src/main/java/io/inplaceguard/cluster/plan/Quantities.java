package io.inplaceguard.cluster.plan;

import io.fabric8.kubernetes.api.model.Quantity;
import tools.jackson.databind.JsonNode;

/** Comparison of quantities by their amount. */
final class Quantities {

    private Quantities() {}

    /** Whether both are absent or both are the same amount, however it is written. */
    static boolean same(JsonNode one, JsonNode other) {
        if (one.equals(other)) {
            return true;
        }
        if (!one.isValueNode() || !other.isValueNode() || one.isNull() || other.isNull()) {
            return false;
        }
        try {
            return Quantity.getAmountInBytes(Quantity.parse(one.asString()))
                            .compareTo(Quantity.getAmountInBytes(Quantity.parse(other.asString())))
                    == 0;
        } catch (IllegalArgumentException | ArithmeticException e) {
            return false;
        }
    }

    /** Whether requests and limits of cpu and memory are the same amounts in both. */
    static boolean sameResources(JsonNode one, JsonNode other) {
        for (String list : new String[] {"requests", "limits"}) {
            for (String resource : new String[] {"cpu", "memory"}) {
                if (!same(one.path(list).path(resource), other.path(list).path(resource))) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The same for all containers of a Pod, matched by index, and for the Pod itself. */
    static boolean samePod(JsonNode one, JsonNode other) {
        for (String list : new String[] {"containers", "initContainers"}) {
            JsonNode before = one.path("spec").path(list);
            for (int i = 0; i < before.size(); i++) {
                if (!sameResources(
                        before.path(i).path("resources"),
                        other.path("spec").path(list).path(i).path("resources"))) {
                    return false;
                }
            }
        }
        return sameResources(one.at("/spec/resources"), other.at("/spec/resources"));
    }
}
