package io.inplaceguard.tracker;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.inplaceguard.guard.AnnotationKeys;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of a workload.
 *
 * @param version   its resourceVersion
 * @param parent    uid of its own controller, such as a UnitedDeployment; null for none
 * @param annotated what its annotation says; null where it has none
 * @param settled   whether its status says that all its pods are of its newest template
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
        boolean settled) {

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
                isSettled(workload));
    }

    /** A DaemonSet counts in updatedNumberScheduled, the others in updatedReplicas. */
    private static boolean isSettled(GenericKubernetesResource workload) {
        Long generation = workload.getMetadata().getGeneration();
        if (generation == null || number(workload, -1, "status", "observedGeneration") < generation) {
            return false;
        }
        boolean eachNode = workload.getKind().equals("DaemonSet");
        long wanted = eachNode
                ? number(workload, 0, "status", "desiredNumberScheduled")
                : number(workload, 1, "spec", "replicas");
        return number(workload, 0, "status", eachNode ? "updatedNumberScheduled" : "updatedReplicas") >= wanted;
    }

    private static long number(GenericKubernetesResource workload, long otherwise, String part, String field) {
        return workload.getAdditionalProperties().get(part) instanceof Map<?, ?> map
                        && map.get(field) instanceof Number number
                ? number.longValue()
                : otherwise;
    }

    /**
     * Whether none of its pods being in a resize means that they are still to come: the webhook marks a workload Proposed
     * before the first Pod is resized.
     */
    boolean awaitsItsPods() {
        return ResizeState.PROPOSED.word().equals(annotated) && !settled;
    }

    /** Whether this was seen before that was; resourceVersions grow. */
    boolean isOlderThan(TrackedOwner other) {
        return TrackedPod.isOlder(version, other.version);
    }
}
