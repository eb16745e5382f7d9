package io.inplaceguard.rule;

import io.inplaceguard.template.PodResources;
import io.inplaceguard.template.PodTemplate;
import io.inplaceguard.template.Quantity;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The bounds that pod-level resources set to the containers.
 * Source: validatePodResourceConsistency (pkg/apis/core/validation) of Kubernetes.
 *
 * @param pod     the resources of the pod as a whole that the new template has
 * @param running what running pods have after the update
 */
record PodBounds(Rule rule, PodResources pod, PodTemplate running) {

    Stream<Violation> check() {
        return Stream.of("cpu", "memory")
                .flatMap(resource -> Stream.concat(sumOverPod(resource), limitOverPod(resource)));
    }

    private Stream<Violation> sumOverPod(String resource) {
        Optional<Quantity> request = pod.request(resource);
        Optional<BigDecimal> sum = running.podResources().flatMap(all -> all.containerRequests(resource));
        return request.isEmpty()
                        || sum.isEmpty()
                        || sum.get().compareTo(request.get().number()) <= 0
                ? Stream.empty()
                : Stream.of(new Violation(
                        rule,
                        pod.path().field("requests").field(resource),
                        "The containers together request more " + resource + " than the pod itself ("
                                + Wording.shown(request.get())
                                + "): the API server refuses that. Lower the requests of the containers.",
                        Consequence.REFUSED));
    }

    private Stream<Violation> limitOverPod(String resource) {
        Optional<Quantity> most = pod.limit(resource);
        return most.isEmpty()
                ? Stream.empty()
                : running.containers().stream()
                        .filter(container -> container
                                .limit(resource)
                                .filter(limit -> limit.compareTo(most.get()) > 0)
                                .isPresent())
                        .map(container -> new Violation(
                                rule,
                                container
                                        .path()
                                        .field("resources")
                                        .field("limits")
                                        .field(resource),
                                "The " + resource + " limit of container " + Wording.name(container.name())
                                        + " exceeds the limit of the pod (" + Wording.shown(most.get())
                                        + "): the API server refuses that. Lower the limit of the container.",
                                Consequence.REFUSED));
    }
}
