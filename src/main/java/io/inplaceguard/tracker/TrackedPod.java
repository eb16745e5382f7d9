package io.inplaceguard.tracker;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.inplaceguard.guard.AnnotationKeys;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of a Pod that is in a resize, or says so.
 *
 * @param version   its resourceVersion
 * @param owner     uid of its controller; null for none
 * @param resize    the resize it is in; null for none
 * @param over      whether it has come to its end
 * @param interrupted whether a container of it is between two lives, so that it cannot be told whether a resize is done
 * @param annotated what its annotation says; null where it has none
 * @param details   what its details say; null where it has none
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
        boolean interrupted,
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
                PodResize.isInterrupted(pod),
                annotations.get(AnnotationKeys.RESIZE),
                annotations.get(AnnotationKeys.RESIZE_DETAILS));
    }

    /** The state it is in; between two lives of a container the one it was in. Null for none. */
    @Nullable
    ResizeState shown() {
        if (resize != null) {
            return resize.state();
        }
        return interrupted && details != null ? ResizeState.of(annotated).orElse(null) : null;
    }

    /** Whether there is anything to track. */
    boolean matters() {
        return resize != null || annotated != null || details != null;
    }

    /** Whether its annotations tell what is. */
    boolean isTold() {
        if (resize == null) {
            return annotated == null && details == null || interrupted;
        }
        Optional<ResizeDetails> told = ResizeDetails.read(details);
        return resize.state().word().equals(annotated)
                && told.isPresent()
                && told.get().stillTells(resize);
    }

    /** Whether this was seen before that was; resourceVersions grow. */
    boolean isOlderThan(TrackedPod other) {
        return uid.equals(other.uid) && isOlder(version, other.version);
    }

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
