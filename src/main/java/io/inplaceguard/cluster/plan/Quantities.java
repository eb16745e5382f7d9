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
}
