package io.inplaceguard.e2e;

import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** How many of the edits' workloads a cluster has room for: a kind cluster has 110 pods on its node, and few CPUs. */
final class Room {

    /** What the template of {@link Edit} requests, with what some edits add. */
    private static final BigDecimal CPU = new BigDecimal("0.075");

    private Room() {}

    static int in(Api api) throws IOException {
        return of(
                Snapshot.items(api, "/api/v1/nodes"),
                Snapshot.items(api, "/api/v1/pods?fieldSelector=status.phase!%3DSucceeded,status.phase!%3DFailed"));
    }

    /** Counts each workload as a pod on each node, as a DaemonSet has, and another that replaces it. */
    static int of(JsonNode nodes, JsonNode pods) {
        Set<String> usable = new HashSet<>();
        long free = 0;
        BigDecimal cpu = BigDecimal.ZERO;
        for (JsonNode node : nodes) {
            if (isUsable(node)) {
                usable.add(node.at("/metadata/name").asString());
                free += Long.parseLong(node.at("/status/allocatable/pods").asString("0"));
                cpu = cpu.add(amount(node.at("/status/allocatable/cpu")));
            }
        }
        for (JsonNode pod : pods) {
            if (usable.contains(pod.at("/spec/nodeName").asString(""))) {
                free--;
                for (JsonNode container : pod.at("/spec/containers")) {
                    cpu = cpu.subtract(amount(container.at("/resources/requests/cpu")));
                }
            }
        }
        long byCpu = cpu.divideToIntegralValue(CPU).longValue();
        return (int) Math.max(1, Math.min(free / 2, byCpu) / Math.max(1, usable.size()));
    }

    private static boolean isUsable(JsonNode node) {
        for (JsonNode taint : node.at("/spec/taints")) {
            if (!taint.path("effect").asString("").equals("PreferNoSchedule")) {
                return false;
            }
        }
        return !node.at("/spec/unschedulable").asBoolean(false);
    }

    private static BigDecimal amount(JsonNode quantity) {
        return Quantity.getAmountInBytes(new Quantity(quantity.asString("0")));
    }
}
