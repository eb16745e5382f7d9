package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.Container;
import io.inplaceguard.template.Quantity;
import io.inplaceguard.template.TemplateOrigin;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * No cpu or memory request exceeds its limit, and the containers stay within the resources of the pod.
 * Fields: spec.containers[*].resources.requests and limits, and spec.resources, where cpu or memory changes.
 * Why: the API server refuses such a pod (ValidateContainerResourceRequirements and validatePodResourceConsistency,
 * pkg/apis/core/validation), and the update would be retried forever.
 */
final class ResourceBoundsRule implements Rule {

    @Override
    public String id() {
        return "resource-bounds";
    }

    @Override
    public Set<Consequence> consequences() {
        return Set.of(Consequence.REFUSED);
    }

    @Override
    public Stream<Violation> check(PodUpdate update) {
        if (!update.resizesPod()) {
            return Stream.empty();
        }
        Stream<Container> resized = update.resizes()
                .map(Change::requireContainer)
                .distinct()
                .flatMap(name -> update.after().container(name).stream());
        Stream<Container> init = update.origin() == TemplateOrigin.POD_RESIZE
                ? update.after().initContainers().stream()
                : Stream.empty();
        Stream<Violation> own = Stream.concat(resized, init).flatMap(this::requestOverLimit);
        return Stream.concat(
                own,
                update.after().podResources().stream()
                        .flatMap(pod -> new PodBounds(this, pod, update.running()).check()));
    }

    private Stream<Violation> requestOverLimit(Container container) {
        return Stream.of("cpu", "memory").flatMap(resource -> {
            Optional<Quantity> request = container.request(resource);
            Optional<Quantity> limit = container.limit(resource);
            return request.isEmpty() || limit.isEmpty() || request.get().compareTo(limit.get()) <= 0
                    ? Stream.empty()
                    : Stream.of(new Violation(
                            this,
                            container
                                    .path()
                                    .field("resources")
                                    .field("requests")
                                    .field(resource),
                            "The " + resource + " request of container " + Wording.name(container.name()) + " ("
                                    + Wording.shown(request.get()) + ") exceeds its limit ("
                                    + Wording.shown(limit.get())
                                    + "): the API server refuses that. Lower the request or raise the limit.",
                            Consequence.REFUSED));
        });
    }
}
