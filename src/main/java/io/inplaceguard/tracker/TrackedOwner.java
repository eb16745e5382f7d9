package io.inplaceguard.tracker;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.inplaceguard.guard.AnnotationKeys;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the tracker keeps of a workload.
 *
 * @param version   its resourceVersion
 * @param parent    uid of its own controller, such as a UnitedDeployment; null for none
 * @param annotated the value of its annotation {@code resize}; null where it has none
 * @param settled   whether by its status all its pods are of its newest template
 * @param rollout   its unfinished rollout under InPlaceOnly; null for none
 */
record TrackedOwner(
        String apiVersion,
        String kind,
        String namespace,
        String name,
        String uid,
        String version,
        @Nullable String parent,
        @Nullable String annotated,
        boolean settled,
        @Nullable Rollout rollout) {

    static TrackedOwner of(GenericKubernetesResource workload) {
        ObjectMeta metadata = workload.getMetadata();
        return new TrackedOwner(
                workload.getApiVersion(),
                workload.getKind(),
                metadata.getNamespace(),
                metadata.getName(),
                metadata.getUid(),
                metadata.getResourceVersion(),
                TrackedPod.controller(metadata),
                Objects.requireNonNullElse(metadata.getAnnotations(), Map.<String, String>of())
                        .get(AnnotationKeys.RESIZE),
                isSettled(workload),
                Rollout.of(workload).orElse(null));
    }

    /** A DaemonSet counts in updatedNumberScheduled, the others in updatedReplicas. */
    private static boolean isSettled(GenericKubernetesResource workload) {
        Long generation = workload.getMetadata().getGeneration();
        if (generation == null || number(workload, "status", "observedGeneration", -1) < generation) {
            return false;
        }
        boolean perNode = workload.getKind().equals("DaemonSet");
        long wanted = perNode
                ? number(workload, "status", "desiredNumberScheduled", 0)
                : number(workload, "spec", "replicas", 1);
        return number(workload, "status", perNode ? "updatedNumberScheduled" : "updatedReplicas", 0) >= wanted;
    }

    private static long number(GenericKubernetesResource workload, String part, String field, long otherwise) {
        return workload.getAdditionalProperties().get(part) instanceof Map<?, ?> map
                        && map.get(field) instanceof Number number
                ? number.longValue()
                : otherwise;
    }

    /**
     * Whether it is annotated although none of its pods is in a resize yet: the webhook marks a workload Proposed before its
     * controller resizes the first Pod.
     */
    boolean isWaitingForPods() {
        return ResizeState.PROPOSED.word().equals(annotated) && !settled;
    }

    /** Whether this is an earlier state of the workload than that. */
    boolean isOlderThan(TrackedOwner other) {
        return TrackedPod.isOlder(version, other.version);
    }
}
