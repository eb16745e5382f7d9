package io.inplaceguard.cluster.plan;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Whether the pods of one node can be resized there.
 *
 * @param node       the node's name
 * @param fits       pods that fit now
 * @param deferred   pods that must wait until other pods leave or shrink (the kubelet's Deferred)
 * @param infeasible pods that request more than the node's allocatable: the API server 1.36 refuses these, older
 *                   kubelets report Infeasible
 * @param missing    how much is missing for the first pod that is deferred or infeasible; empty where all fit
 */
record NodeFit(String node, int fits, int deferred, int infeasible, String missing) {

    /** A Pod and what it would request. */
    record Resize(JsonNode pod, Amount wanted) {}

    /**
     * Counts the pods one after the other, as a rollout resizes them: each that fits takes its room.
     *
     * @param node   the Node
     * @param onNode all pods on it
     * @param resize those of them that would be resized, in the order of the rollout
     */
    static NodeFit of(JsonNode node, List<JsonNode> onNode, List<Resize> resize) {
        Amount allocatable = Amount.of(node.at("/status/allocatable"));
        Amount free = allocatable;
        for (JsonNode pod : onNode) {
            if (holdsResources(pod)) {
                free = free.minus(PodRequests.held(pod));
            }
        }
        int fits = 0;
        int deferred = 0;
        int infeasible = 0;
        List<String> missing = new ArrayList<>();
        for (Resize each : resize) {
            Amount beyond = allocatable.minus(each.wanted());
            Amount left = free.plus(PodRequests.held(each.pod())).minus(each.wanted());
            if (!beyond.isCovered()) {
                infeasible++;
                missing.add(beyond.missing());
            } else if (left.isCoveredFor(each.wanted())) {
                fits++;
                free = left;
            } else {
                deferred++;
                missing.add(left.missing());
            }
        }
        return new NodeFit(
                node.at("/metadata/name").asString(""),
                fits,
                deferred,
                infeasible,
                missing.isEmpty() ? "" : missing.get(0));
    }

    private static boolean holdsResources(JsonNode pod) {
        String phase = pod.at("/status/phase").asString("");
        return !phase.equals("Succeeded") && !phase.equals("Failed");
    }
}
