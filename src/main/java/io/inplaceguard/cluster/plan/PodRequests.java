package io.inplaceguard.cluster.plan;

import tools.jackson.databind.JsonNode;

/**
 * The cpu and memory a Pod requests, counted as Kubernetes counts it (PodRequests in k8s.io/component-helpers/resource):
 * regular containers and sidecars together, or the largest init container with the sidecars before it, whichever is
 * more; pod-level requests instead of both; plus the overhead.
 */
final class PodRequests {

    private PodRequests() {}

    /** The requests in the spec: what the API server compares with a node's allocatable at {@code pods/resize}. */
    static Amount of(JsonNode pod) {
        return total(pod.path("spec"), container -> Amount.of(container.at("/resources/requests")));
    }

    /**
     * The requests that count on the node for a Pod that is running there: for each container what the kubelet has
     * allocated or still runs with, whichever is more, so that a resize that is pending takes no room and one that
     * shrinks gives none until it is done. Source: the kubelet's canAdmitPod, which replaces the spec by its allocation
     * (UpdatePodFromAllocation), and determineEffectiveRequests.
     */
    static Amount held(JsonNode pod) {
        JsonNode status = pod.path("status");
        Amount total = total(pod.path("spec"), container -> held(pod, container));
        JsonNode own = pod.at("/spec/resources/requests");
        if (own.isEmpty() || !status.path("resources").isObject()) {
            return total;
        }
        // Pod-level requests count instead of the containers', and have an allocation of their own.
        Amount held = effective(pod, own, status.path("allocatedResources"), status.at("/resources/requests"));
        Amount overhead = Amount.of(pod.at("/spec/overhead"));
        return new Amount(
                own.hasNonNull("cpu") ? held.cpu().add(overhead.cpu()) : total.cpu(),
                own.hasNonNull("memory") ? held.memory().add(overhead.memory()) : total.memory());
    }

    private static Amount held(JsonNode pod, JsonNode container) {
        String name = container.path("name").asString("");
        JsonNode spec = container.at("/resources/requests");
        for (String list : new String[] {"containerStatuses", "initContainerStatuses"}) {
            for (JsonNode each : pod.path("status").path(list)) {
                if (each.path("name").asString("").equals(name)
                        && (each.path("allocatedResources").isObject()
                                || each.path("resources").isObject())) {
                    return effective(pod, spec, each.path("allocatedResources"), each.at("/resources/requests"));
                }
            }
        }
        return Amount.of(spec);
    }

    /** Without an allocation in the status the spec is allocated, unless the Pod waits for it. */
    private static Amount effective(JsonNode pod, JsonNode spec, JsonNode allocated, JsonNode actual) {
        Amount running = Amount.of(actual);
        if (allocated.isObject()) {
            return Amount.of(allocated).max(running);
        }
        return isPending(pod) ? running : Amount.of(spec).max(running);
    }

    private static boolean isPending(JsonNode pod) {
        for (JsonNode condition : pod.at("/status/conditions")) {
            if (condition.path("type").asString("").equals("PodResizePending")) {
                return condition.path("status").asString("").equals("True");
            }
        }
        return false;
    }

    private interface Requests {
        Amount of(JsonNode container);
    }

    private static Amount total(JsonNode spec, Requests requests) {
        Amount running = Amount.ZERO;
        for (JsonNode container : spec.path("containers")) {
            running = running.plus(requests.of(container));
        }
        Amount sidecars = Amount.ZERO;
        Amount init = Amount.ZERO;
        for (JsonNode container : spec.path("initContainers")) {
            Amount own = requests.of(container);
            boolean sidecar = container.path("restartPolicy").asString("").equals("Always");
            if (sidecar) {
                sidecars = sidecars.plus(own);
                running = running.plus(own);
            }
            init = init.max(sidecar ? sidecars : sidecars.plus(own));
        }
        return podLevel(spec.at("/resources/requests"), running.max(init)).plus(Amount.of(spec.path("overhead")));
    }

    private static Amount podLevel(JsonNode requests, Amount containers) {
        Amount own = Amount.of(requests);
        return new Amount(
                requests.hasNonNull("cpu") ? own.cpu() : containers.cpu(),
                requests.hasNonNull("memory") ? own.memory() : containers.memory());
    }
}
