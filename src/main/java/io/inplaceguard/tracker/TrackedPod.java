package io.inplaceguard.tracker;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.inplaceguard.guard.AnnotationKeys;
import io.inplaceguard.kube.MetadataStore;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the tracker keeps of a Pod that is in a resize, or is annotated as if it were.
 *
 * @param version    its resourceVersion
 * @param generation its generation; 0 where it has none, as before Kubernetes 1.33
 * @param owner      uid of its controller; null for none
 * @param resize     the resize it is in; null for none
 * @param over       whether it cannot be in a resize any more, see {@link PodResize#isOver}
 * @param restarting whether a container is being restarted, so that a resize is not known to be complete
 * @param annotated  the value of its annotation {@code resize}; null where it has none
 * @param details    the value of its annotation {@code resize-details}; null where it has none
 */
record TrackedPod(
        String namespace,
        String name,
        String uid,
        String version,
        long generation,
        @Nullable String owner,
        @Nullable PodResize resize,
        boolean over,
        boolean restarting,
        @Nullable String annotated,
        @Nullable String details) {

    static TrackedPod of(Pod pod) {
        ObjectMeta metadata = pod.getMetadata();
        Map<String, String> annotations = Objects.requireNonNullElse(metadata.getAnnotations(), Map.of());
        return new TrackedPod(
                metadata.getNamespace(),
                metadata.getName(),
                metadata.getUid(),
                metadata.getResourceVersion(),
                metadata.getGeneration() == null ? 0 : metadata.getGeneration(),
                controller(metadata),
                PodResize.of(pod).orElse(null),
                PodResize.isOver(pod),
                PodResize.isRestarting(pod),
                annotations.get(AnnotationKeys.RESIZE),
                annotations.get(AnnotationKeys.RESIZE_DETAILS));
    }

    /** {@code namespace/name}, as {@link MetadataStore#key} writes it. */
    String key() {
        return namespace + "/" + name;
    }

    /** The state it is in; while a container is being restarted the state it was in before. Empty for none. */
    Optional<ResizeState> state() {
        if (resize != null) {
            return Optional.of(resize.state());
        }
        return restarting && details != null ? ResizeState.of(annotated) : Optional.empty();
    }

    /** Whether there is anything to track. */
    boolean isRelevant() {
        return resize != null || annotated != null || details != null;
    }

    /** Whether its annotations describe the resize that it is in. */
    boolean isUpToDate() {
        if (resize == null) {
            return (annotated == null && details == null) || restarting;
        }
        Optional<ResizeDetails> written = ResizeDetails.read(details);
        return resize.state().word().equals(annotated)
                && written.isPresent()
                && written.get().describes(resize);
    }

    /** Whether this is an earlier state of the same Pod than that. */
    boolean isOlderThan(TrackedPod other) {
        return uid.equals(other.uid) && isOlder(version, other.version);
    }

    /** Compares resourceVersions: they grow (KEP-5504). False where one of them is not a number. */
    static boolean isOlder(String version, String other) {
        try {
            return Long.parseLong(version) < Long.parseLong(other);
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** The uid of an object's controller; null for none. */
    static @Nullable String controller(ObjectMeta metadata) {
        return Objects.requireNonNullElse(metadata.getOwnerReferences(), List.<OwnerReference>of()).stream()
                .filter(reference -> Boolean.TRUE.equals(reference.getController()))
                .map(OwnerReference::getUid)
                .findFirst()
                .orElse(null);
    }
}
