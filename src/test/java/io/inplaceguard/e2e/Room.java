package io.inplaceguard.e2e;

import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.math.BigDecimal;
import tools.jackson.databind.JsonNode;

/** How many of the edits' workloads a cluster has room for: a kind cluster has 110 pods on its node, and few CPUs. */
final class Room {

    /** Of the template of {@link Edit}, with a request that is raised or added by some edits. */
    private static final BigDecimal CPU = new BigDecimal("0.075");

    private Room() {}

    /** Counts each workload as one pod on each node, as a DaemonSet has, and a second one that replaces it. */
    static int in(Api api) throws IOException {
        int nodes = 0;
        long pods = 0;
        BigDecimal cpu = BigDecimal.ZERO;
        for (JsonNode node : Snapshot.items(api, "/api/v1/nodes")) {
            if (!node.at("/spec/unschedulable").asBoolean(false)) {
                nodes++;
                pods += node.at("/status/allocatable/pods").asLong();
                cpu = cpu.add(amount(node.at("/status/allocatable/cpu")));
            }
        }
        for (JsonNode pod :
                Snapshot.items(api, "/api/v1/pods?fieldSelector=status.phase!%3DSucceeded,status.phase!%3DFailed")) {
            pods--;
            for (JsonNode container : pod.at("/spec/containers")) {
                cpu = cpu.subtract(amount(container.at("/resources/requests/cpu")));
            }
        }
        return room(nodes, pods, cpu);
    }

    /**
     * @param pods how many pods may be added
     * @param cpu  how many CPUs are not requested yet
     */
    static int room(int nodes, long pods, BigDecimal cpu) {
        long byPods = pods / 2;
        long byCpu = cpu.divideToIntegralValue(CPU).longValue();
        return (int) Math.max(1, Math.min(byPods, byCpu) / Math.max(1, nodes));
    }

    private static BigDecimal amount(JsonNode quantity) {
        return Quantity.getAmountInBytes(new Quantity(quantity.asString("0")));
    }
}
