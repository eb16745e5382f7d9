package io.inplaceguard.tracker;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One amount of a Pod that is wanted and not in effect yet.
 *
 * @param container the name of the regular, sidecar or init container; empty for the Pod's own {@code spec.resources}
 * @param list      {@code requests} or {@code limits}
 * @param resource  {@code cpu} or {@code memory}
 * @param from      the amount in effect, as Kubernetes writes it; empty for none
 * @param to        the amount wanted; empty where it was removed
 */
record ResizeStep(String container, String list, String resource, String from, String to) {

    /** What stands for the Pod itself in {@link #container}: no container can have an empty name. */
    static final String POD = "";

    private static final List<String> RESOURCES = List.of("cpu", "memory");

    /** The same step without what is in effect now, which changes while the kubelet is applying it. */
    ResizeStep wanted() {
        return new ResizeStep(container, list, resource, "", to);
    }

    /**
     * What differs between the spec and the status of that Pod, which must have both. A container that is not running has
     * nothing in effect: it starts with the resources of the spec.
     */
    static List<ResizeStep> remaining(Pod pod) {
        PodSpec spec = pod.getSpec();
        PodStatus status = pod.getStatus();
        List<ResizeStep> steps = new ArrayList<>();
        containers(spec.getContainers(), status.getContainerStatuses(), steps);
        containers(spec.getInitContainers(), status.getInitContainerStatuses(), steps);
        podLevel(spec.getResources(), status, steps);
        return List.copyOf(steps);
    }

    /**
     * A short fingerprint of the cpu and memory that a Pod's spec asks for. Another one is another resize, whatever the status
     * shows meanwhile; another spelling of the same amounts is not.
     */
    static String target(PodSpec spec) {
        StringBuilder amounts = new StringBuilder();
        for (List<Container> containers : List.of(list(spec.getContainers()), list(spec.getInitContainers()))) {
            containers.forEach(container -> append(container.getName(), container.getResources(), amounts));
        }
        append(POD, spec.getResources(), amounts);
        return UUID.nameUUIDFromBytes(amounts.toString().getBytes(StandardCharsets.UTF_8))
                .toString()
                .substring(0, 8);
    }

    private static void append(String container, @Nullable ResourceRequirements resources, StringBuilder amounts) {
        for (Map<String, Quantity> list : List.of(requests(resources), limits(resources))) {
            amounts.append('\n').append(container);
            for (String resource : RESOURCES) {
                amounts.append(' ')
                        .append(amount(list.get(resource)).stripTrailingZeros().toString());
            }
        }
    }

    private static void containers(
            @Nullable List<Container> containers, @Nullable List<ContainerStatus> statuses, List<ResizeStep> steps) {
        Map<String, ContainerStatus> byName = new HashMap<>();
        list(statuses).forEach(status -> byName.put(status.getName(), status));
        for (Container container : list(containers)) {
            ContainerStatus status = byName.get(container.getName());
            if (status != null && isRunning(status)) {
                compare(
                        container.getName(),
                        container.getResources(),
                        status.getResources(),
                        status.getAllocatedResources(),
                        steps);
            }
        }
    }

    /**
     * The kubelet reports cgroup values and sums of the containers in a Pod's {@code status.resources} also where the spec asks for
     * nothing at pod level (kubelet_pods.go, convertToAPIPodLevelResourcesStatus), so only what the spec names is compared.
     */
    private static void podLevel(@Nullable ResourceRequirements wanted, PodStatus status, List<ResizeStep> steps) {
        List<ResizeStep> all = new ArrayList<>();
        compare(POD, wanted, status.getResources(), status.getAllocatedResources(), all);
        all.stream().filter(step -> !step.to().isEmpty()).forEach(steps::add);
    }

    private static void compare(
            String container,
            @Nullable ResourceRequirements wanted,
            @Nullable ResourceRequirements actual,
            @Nullable Map<String, Quantity> allocated,
            List<ResizeStep> steps) {
        if (actual != null) {
            compare(container, "requests", requests(wanted), requests(actual), steps);
            compare(container, "limits", limits(wanted), limits(actual), steps);
        } else if (!map(allocated).isEmpty()) {
            // Holds requests alone.
            compare(container, "requests", requests(wanted), map(allocated), steps);
        }
    }

    private static void compare(
            String container,
            String list,
            Map<String, Quantity> wanted,
            Map<String, Quantity> actual,
            List<ResizeStep> steps) {
        for (String resource : RESOURCES) {
            Quantity to = wanted.get(resource);
            Quantity from = actual.get(resource);
            if (amount(to).compareTo(amount(from)) != 0) {
                steps.add(new ResizeStep(
                        container,
                        list,
                        resource,
                        from == null ? "" : from.toString(),
                        to == null ? "" : to.toString()));
            }
        }
    }

    /** Whether that container is running; a status without a state counts as that. */
    static boolean isRunning(ContainerStatus status) {
        return status.getState() == null
                || (status.getState().getWaiting() == null && status.getState().getTerminated() == null);
    }

    /** A missing amount equals zero, as for the API server. */
    private static BigDecimal amount(@Nullable Quantity quantity) {
        return quantity == null ? BigDecimal.ZERO : quantity.getNumericalAmount();
    }

    private static Map<String, Quantity> requests(@Nullable ResourceRequirements resources) {
        return resources == null ? Map.of() : map(resources.getRequests());
    }

    private static Map<String, Quantity> limits(@Nullable ResourceRequirements resources) {
        return resources == null ? Map.of() : map(resources.getLimits());
    }

    private static <T> List<T> list(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static Map<String, Quantity> map(@Nullable Map<String, Quantity> map) {
        return map == null ? Map.of() : map;
    }
}
