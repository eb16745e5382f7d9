package io.inplaceguard.tracker;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The resize a Pod is in, out of its own fields. Source: the kubelet's conditions {@code PodResizePending} and
 * {@code PodResizeInProgress} (Kubernetes 1.33 and newer, KEP-1287), {@code status.resize} before.
 *
 * @param state   where it stands
 * @param reason  the condition's reason, such as {@code Error}; empty where nobody gave one
 * @param message what the kubelet says; empty where it says nothing
 * @param since   when the kubelet came to that, as it writes it; empty where it did not say
 * @param steps   what is still to be done
 */
record PodResize(ResizeState state, String reason, String message, String since, List<Step> steps) {

    /**
     * One amount on its way.
     *
     * @param container the container's name
     * @param list      {@code requests} or {@code limits}
     * @param resource  {@code cpu} or {@code memory}
     * @param from      the amount in effect; empty where there is none
     * @param to        the amount wanted; empty where it is to go
     */
    record Step(String container, String list, String resource, String from, String to) {

        /** What is wanted, whatever is in effect by now. */
        Step wanted() {
            return new Step(container, list, resource, "", to);
        }
    }

    private static final List<String> RESOURCES = List.of("cpu", "memory");

    /** The resize that Pod is in; empty for none: also where it is not scheduled, has finished, or is on its way out. */
    static Optional<PodResize> of(Pod pod) {
        if (!isSettledOnANode(pod)) {
            return Optional.empty();
        }
        PodStatus status = pod.getStatus();
        List<Step> steps = steps(pod);
        PodCondition pending = condition(status, "PodResizePending");
        PodCondition progress = condition(status, "PodResizeInProgress");
        Long generation = pod.getMetadata().getGeneration();
        if (pending != null && speaksFor(pending, status, generation)) {
            return Optional.of(pending(pending, steps));
        }
        if (progress != null && speaksFor(progress, status, generation)) {
            return Optional.of(inProgress(progress, steps));
        }
        Optional<ResizeState> told = ResizeState.of(status.getResize());
        if (told.isPresent()) {
            return Optional.of(new PodResize(told.get(), "", "", "", steps));
        }
        if (!steps.isEmpty()) {
            return Optional.of(new PodResize(ResizeState.PROPOSED, "", "", "", steps));
        }
        // Conditions of an older generation, with nothing left to do: the kubelet will take them away.
        if (pending != null) {
            return Optional.of(pending(pending, steps));
        }
        return progress == null ? Optional.empty() : Optional.of(inProgress(progress, steps));
    }

    /** Whether that Pod has come to its end, so that a resize it was in was not completed but given up. */
    static boolean isOver(Pod pod) {
        return !isSettledOnANode(pod);
    }

    /** Whether a regular container of that Pod is between two lives: then nothing is in effect, which is not to say that all is done. */
    static boolean isInterrupted(Pod pod) {
        return isSettledOnANode(pod)
                && list(pod.getStatus().getContainerStatuses()).stream().anyMatch(status -> !runs(status));
    }

    private static PodResize pending(PodCondition condition, List<Step> steps) {
        // An unknown reason counts as Deferred: the kubelet will try again.
        ResizeState state = "Infeasible".equals(condition.getReason()) ? ResizeState.INFEASIBLE : ResizeState.DEFERRED;
        return new PodResize(
                state,
                text(condition.getReason()),
                text(condition.getMessage()),
                text(condition.getLastTransitionTime()),
                steps);
    }

    private static PodResize inProgress(PodCondition condition, List<Step> steps) {
        return new PodResize(
                ResizeState.IN_PROGRESS,
                text(condition.getReason()),
                text(condition.getMessage()),
                text(condition.getLastTransitionTime()),
                steps);
    }

    private static boolean isSettledOnANode(Pod pod) {
        PodStatus status = pod.getStatus();
        if (status == null || pod.getSpec() == null || pod.getMetadata().getDeletionTimestamp() != null) {
            return false;
        }
        if (text(pod.getSpec().getNodeName()).isEmpty() || condition(status, "DisruptionTarget") != null) {
            return false;
        }
        return !"Succeeded".equals(status.getPhase()) && !"Failed".equals(status.getPhase()) && !allEnded(pod);
    }

    /** With restartPolicy Never, nothing starts again; the phase follows a moment later. */
    private static boolean allEnded(Pod pod) {
        List<ContainerStatus> statuses = list(pod.getStatus().getContainerStatuses());
        return "Never".equals(pod.getSpec().getRestartPolicy())
                && !statuses.isEmpty()
                && statuses.size() == pod.getSpec().getContainers().size()
                && statuses.stream()
                        .allMatch(status ->
                                status.getState() != null && status.getState().getTerminated() != null);
    }

    private static @Nullable PodCondition condition(PodStatus status, String type) {
        return list(status.getConditions()).stream()
                .filter(condition -> type.equals(condition.getType()) && "True".equals(condition.getStatus()))
                .findFirst()
                .orElse(null);
    }

    /**
     * A condition without a generation, as API servers before 1.34 have them, speaks for any. So does one of a status for which the
     * kubelet has seen that generation: it leaves a condition's own as it was when it came about.
     */
    private static boolean speaksFor(PodCondition condition, PodStatus status, @Nullable Long generation) {
        return condition.getObservedGeneration() == null
                || generation == null
                || condition.getObservedGeneration() >= generation
                || status.getObservedGeneration() != null && status.getObservedGeneration() >= generation;
    }

    private static List<Step> steps(Pod pod) {
        List<Step> steps = new ArrayList<>();
        for (Container container : list(pod.getSpec().getContainers())) {
            for (ContainerStatus status : list(pod.getStatus().getContainerStatuses())) {
                if (Objects.equals(status.getName(), container.getName()) && runs(status)) {
                    steps(container, status, steps);
                }
            }
        }
        return List.copyOf(steps);
    }

    /** A container that waits or has ended has no resources in effect; it starts with those of the spec. */
    private static boolean runs(ContainerStatus status) {
        return status.getState() == null
                || status.getState().getWaiting() == null && status.getState().getTerminated() == null;
    }

    private static void steps(Container container, ContainerStatus status, List<Step> steps) {
        ResourceRequirements wanted = container.getResources();
        ResourceRequirements actual = status.getResources();
        Map<String, Quantity> requests = wanted == null ? Map.of() : map(wanted.getRequests());
        Map<String, Quantity> limits = wanted == null ? Map.of() : map(wanted.getLimits());
        if (actual != null) {
            steps(container.getName(), "requests", requests, map(actual.getRequests()), steps);
            steps(container.getName(), "limits", limits, map(actual.getLimits()), steps);
        } else if (!map(status.getAllocatedResources()).isEmpty()) {
            // Holds requests alone.
            steps(container.getName(), "requests", requests, map(status.getAllocatedResources()), steps);
        }
    }

    private static void steps(
            String container,
            String list,
            Map<String, Quantity> wanted,
            Map<String, Quantity> actual,
            List<Step> steps) {
        for (String resource : RESOURCES) {
            Quantity to = wanted.get(resource);
            Quantity from = actual.get(resource);
            if (amount(to).compareTo(amount(from)) != 0) {
                steps.add(new Step(
                        container,
                        list,
                        resource,
                        from == null ? "" : from.toString(),
                        to == null ? "" : to.toString()));
            }
        }
    }

    /** Nothing is as good as zero: the API server takes one for the other. */
    private static BigDecimal amount(@Nullable Quantity quantity) {
        return quantity == null ? BigDecimal.ZERO : quantity.getNumericalAmount();
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static <T> List<T> list(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static Map<String, Quantity> map(@Nullable Map<String, Quantity> map) {
        return map == null ? Map.of() : map;
    }
}
