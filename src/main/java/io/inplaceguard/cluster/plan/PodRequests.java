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
     * shrinks gives none until it is done (UseStatusResources of the scheduler's and the kubelet's admission).
     */
    static Amount held(JsonNode pod) {
        JsonNode status = pod.path("status");
        return total(pod.path("spec"), container -> held(status, container));
    }

    private static Amount held(JsonNode status, JsonNode container) {
        String name = container.path("name").asString("");
        for (String list : new String[] {"containerStatuses", "initContainerStatuses"}) {
            for (JsonNode each : status.path(list)) {
                if (each.path("name").asString("").equals(name)
                        && each.path("allocatedResources").isObject()) {
                    return Amount.of(each.path("allocatedResources")).max(Amount.of(each.at("/resources/requests")));
                }
            }
        }
        return Amount.of(container.at("/resources/requests"));
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
