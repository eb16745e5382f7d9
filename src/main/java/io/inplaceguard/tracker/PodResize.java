package io.inplaceguard.tracker;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The resize that a Pod is in, derived from its own fields alone. Sources: the kubelet's conditions {@code PodResizePending} and
 * {@code PodResizeInProgress} (Kubernetes 1.33 and newer, KEP-1287; pkg/kubelet/status/status_manager.go and
 * pkg/kubelet/allocation/allocation_manager.go), {@code status.resize} before.
 *
 * @param state   its state
 * @param reason  the condition's reason, such as {@code Error}; empty for none
 * @param message the condition's message; empty for none
 * @param since   the condition's last transition as Kubernetes writes it; empty for none
 * @param target  a fingerprint of the amounts that the spec asks for
 * @param steps   what is not in effect yet
 */
record PodResize(
        ResizeState state, String reason, String message, String since, String target, List<ResizeStep> steps) {

    private static final String ERROR = "Error";

    /** The resize of that Pod; empty for none: also where it is not scheduled, has finished, or is being deleted. */
    static Optional<PodResize> of(Pod pod) {
        if (isOver(pod)) {
            return Optional.empty();
        }
        PodStatus status = pod.getStatus();
        Long generation = pod.getMetadata().getGeneration();
        PodCondition pending = condition(status, "PodResizePending");
        PodCondition progress = condition(status, "PodResizeInProgress");
        boolean observed = isAtLeast(status.getObservedGeneration(), generation);
        // The pending condition first: it describes the newest request, the other one the request before it.
        if (pending != null && (observed || describes(pending, generation))) {
            return Optional.of(pending(pending, pod));
        }
        if (progress != null && (observed || describes(progress, generation))) {
            return Optional.of(resize(ResizeState.IN_PROGRESS, progress, pod));
        }
        if (observed) {
            // The kubelet decides on a resize before it writes the status of a generation (kubelet.go,
            // HandlePodUpdates), so without a
            // condition it has nothing left to do. A remaining difference is what it reads back: 1m of cpu reads 2m.
            return Optional.empty();
        }
        Optional<ResizeState> reported = ResizeState.of(status.getResize());
        if (reported.isPresent()) {
            return Optional.of(resize(reported.get(), null, pod));
        }
        if (!ResizeStep.remaining(pod).isEmpty()) {
            return Optional.of(resize(ResizeState.PROPOSED, null, pod));
        }
        // Conditions of an older generation and nothing left to do: the kubelet is about to remove them.
        if (pending != null) {
            return Optional.of(pending(pending, pod));
        }
        return progress == null ? Optional.empty() : Optional.of(resize(ResizeState.IN_PROGRESS, progress, pod));
    }

    /** The kubelet has tried, failed, and will try again. */
    boolean isFailing() {
        return isFailing(state.word(), reason);
    }

    static boolean isFailing(String state, String reason) {
        return state.equals(ResizeState.IN_PROGRESS.word()) && reason.equals(ERROR);
    }

    /**
     * Whether that Pod cannot be in a resize because it is not on a node, has finished, or is being removed. A resize that it was in
     * was given up, not completed.
     */
    static boolean isOver(Pod pod) {
        PodStatus status = pod.getStatus();
        if (status == null || pod.getSpec() == null || pod.getMetadata().getDeletionTimestamp() != null) {
            return true;
        }
        if (text(pod.getSpec().getNodeName()).isEmpty() || condition(status, "DisruptionTarget") != null) {
            return true;
        }
        return "Succeeded".equals(status.getPhase()) || "Failed".equals(status.getPhase()) || hasEnded(pod);
    }

    /** Whether a container of that Pod is being restarted: then nothing of it is in effect, so a resize is not known to be complete. */
    static boolean isRestarting(Pod pod) {
        return !isOver(pod)
                && Stream.concat(
                                list(pod.getStatus().getContainerStatuses()).stream(),
                                list(pod.getStatus().getInitContainerStatuses()).stream()
                                        .filter(status -> isSidecar(pod, status)))
                        .anyMatch(status -> !ResizeStep.isRunning(status));
    }

    /** Plain init containers end for good; sidecars start again. */
    private static boolean isSidecar(Pod pod, ContainerStatus status) {
        return list(pod.getSpec().getInitContainers()).stream()
                .anyMatch(container -> "Always".equals(container.getRestartPolicy())
                        && container.getName().equals(status.getName()));
    }

    /** With restartPolicy Never nothing starts again; the phase follows a moment later. */
    private static boolean hasEnded(Pod pod) {
        List<ContainerStatus> statuses = list(pod.getStatus().getContainerStatuses());
        return "Never".equals(pod.getSpec().getRestartPolicy())
                && !statuses.isEmpty()
                && statuses.size() == pod.getSpec().getContainers().size()
                && statuses.stream()
                        .allMatch(status ->
                                status.getState() != null && status.getState().getTerminated() != null);
    }

    private static PodResize pending(PodCondition condition, Pod pod) {
        // An unknown reason counts as Deferred: the kubelet will try again.
        boolean infeasible = "Infeasible".equals(condition.getReason());
        return resize(infeasible ? ResizeState.INFEASIBLE : ResizeState.DEFERRED, condition, pod);
    }

    private static PodResize resize(ResizeState state, @Nullable PodCondition condition, Pod pod) {
        return new PodResize(
                state,
                condition == null ? "" : text(condition.getReason()),
                condition == null ? "" : text(condition.getMessage()),
                condition == null ? "" : text(condition.getLastTransitionTime()),
                ResizeStep.target(pod.getSpec()),
                ResizeStep.remaining(pod));
    }

    private static @Nullable PodCondition condition(PodStatus status, String type) {
        return list(status.getConditions()).stream()
                .filter(condition -> type.equals(condition.getType()) && "True".equals(condition.getStatus()))
                .findFirst()
                .orElse(null);
    }

    /**
     * Whether a condition describes that generation by itself. One without a generation, as kubelets before 1.34 write it, describes
     * any. The kubelet keeps the generation of PodResizeInProgress through later updates of the Pod, such as of an image
     * (status_manager.go, SetPodResizeInProgressCondition), which is why {@code status.observedGeneration} counts too.
     */
    private static boolean describes(PodCondition condition, @Nullable Long generation) {
        return condition.getObservedGeneration() == null
                || generation == null
                || isAtLeast(condition.getObservedGeneration(), generation);
    }

    private static boolean isAtLeast(@Nullable Long observed, @Nullable Long generation) {
        return observed != null && generation != null && observed >= generation;
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static <T> List<T> list(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}
