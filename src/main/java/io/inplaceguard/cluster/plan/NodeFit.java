package io.inplaceguard.cluster.plan;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Whether the pods of one node can be resized there.
 *
 * @param node       the node's name
 * @param fits       pods that fit now
 * @param deferred   pods that must wait until other pods leave or shrink (the kubelet's Deferred)
 * @param infeasible pods that can never be resized there: the API server 1.36 refuses these, older kubelets report Infeasible
 * @param missing    how much is missing for the first pod that is deferred; empty without one
 * @param refused    why the first pod that is infeasible is, such as {@code 1 cpu more than allocatable}; empty without one
 */
record NodeFit(String node, int fits, int deferred, int infeasible, String missing, String refused) {

    /**
     * A Pod and what it would be.
     *
     * @param pod     as it is stored
     * @param resized with other cpu and memory
     */
    record Resize(JsonNode pod, JsonNode resized) {

        Amount wanted() {
            return PodRequests.of(resized);
        }
    }

    /** Pods on a node that the cluster does not have. */
    static NodeFit absent(String node, int pods) {
        return new NodeFit(node, 0, 0, pods, "", "the cluster has no such node");
    }

    /**
     * Counts the pods one after the other, as a rollout resizes them: each that fits takes its room.
     *
     * @param node   the Node
     * @param onNode all pods on it
     * @param resize those of them that would be resized, in the order of the rollout
     */
    static NodeFit of(JsonNode node, List<JsonNode> onNode, List<Resize> resize) {
        Amount free = Amount.of(node.at("/status/allocatable"));
        for (JsonNode pod : onNode) {
            if (holdsResources(pod)) {
                free = free.minus(PodRequests.held(pod));
            }
        }
        int fits = 0;
        int deferred = 0;
        int infeasible = 0;
        String missing = "";
        String refused = "";
        for (Resize each : resize) {
            Optional<String> refusal = ResizeRefusal.of(node, each);
            Amount left = free.plus(PodRequests.held(each.pod())).minus(each.wanted());
            if (refusal.isPresent()) {
                infeasible++;
                refused = refused.isEmpty() ? refusal.get() : refused;
            } else if (left.isCoveredFor(each.wanted())) {
                fits++;
                free = left;
            } else {
                deferred++;
                missing = missing.isEmpty() ? left.missing() : missing;
            }
        }
        return new NodeFit(node.at("/metadata/name").asString(""), fits, deferred, infeasible, missing, refused);
    }

    private static boolean holdsResources(JsonNode pod) {
        String phase = pod.at("/status/phase").asString("");
        return !phase.equals("Succeeded") && !phase.equals("Failed");
    }
}
