package io.inplaceguard.rule;

import io.inplaceguard.template.Container;
import io.inplaceguard.template.FieldPath;
import io.inplaceguard.template.Quantity;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The bounds of the requests and limits of one container.
 * Source: ValidateContainerResourceRequirements and ValidateNonnegativeQuantity (pkg/apis/core/validation) of Kubernetes.
 */
record ContainerBounds(Rule rule, Container container) {

    Stream<Violation> check() {
        return Stream.of("cpu", "memory")
                .flatMap(resource -> Stream.of(
                                negative("request", resource, container.request(resource)),
                                negative("limit", resource, container.limit(resource)),
                                requestOverLimit(resource))
                        .flatMap(Optional::stream));
    }

    private FieldPath field(String what, String resource) {
        return container.path().field("resources").field(what + "s").field(resource);
    }

    private Optional<Violation> negative(String what, String resource, Optional<Quantity> amount) {
        return amount.filter(quantity -> quantity.number().signum() < 0)
                .map(quantity -> new Violation(
                        rule,
                        field(what, resource),
                        "The " + resource + " " + what + " of container " + Wording.name(container.name()) + " ("
                                + Wording.shown(quantity)
                                + ") is negative: the API server refuses that. Write 0 or more.",
                        Consequence.REFUSED));
    }

    private Optional<Violation> requestOverLimit(String resource) {
        Optional<Quantity> request = container.request(resource);
        Optional<Quantity> limit = container.limit(resource);
        return request.isEmpty() || limit.isEmpty() || request.get().compareTo(limit.get()) <= 0
                ? Optional.empty()
                : Optional.of(new Violation(
                        rule,
                        field("request", resource),
                        "The " + resource + " request of container " + Wording.name(container.name()) + " ("
                                + Wording.shown(request.get()) + ") exceeds its limit (" + Wording.shown(limit.get())
                                + "): the API server refuses that. Lower the request or raise the limit.",
                        Consequence.REFUSED));
    }
}
