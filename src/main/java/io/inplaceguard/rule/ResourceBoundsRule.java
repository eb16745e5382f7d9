package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.Container;
import io.inplaceguard.template.TemplateOrigin;
import java.util.Set;
import java.util.stream.Stream;

/**
 * No cpu or memory request exceeds its limit, none is negative, and the containers stay within the resources of the pod.
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
        Stream<Violation> own =
                Stream.concat(resized, init).flatMap(container -> new ContainerBounds(this, container).check());
        return Stream.concat(
                own,
                update.after().podResources().stream()
                        .flatMap(pod -> new PodBounds(this, pod, update.running()).check()));
    }
}
