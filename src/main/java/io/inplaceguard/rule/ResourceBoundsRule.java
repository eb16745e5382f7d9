package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.ChangeCategory;
import io.inplaceguard.template.Container;
import io.inplaceguard.template.Quantity;
import io.inplaceguard.template.TemplateDiff;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * No cpu or memory request exceeds its limit.
 * Fields: spec.containers[*].resources.requests and limits of cpu and memory, where one of the two changes.
 * Why: the API server refuses such a pod (ValidateContainerResourceRequirements, pkg/apis/core/validation), and the
 * update would be retried for ever.
 */
final class ResourceBoundsRule implements Rule {

    @Override
    public String id() {
        return "resource-bounds";
    }

    @Override
    public Stream<Violation> check(TemplateDiff update) {
        return update.changes(ChangeCategory.CPU_MEMORY)
                .flatMap(change -> update.after().container(change.requireContainer()).stream()
                        .flatMap(container -> finding(container, change).stream()))
                .distinct();
    }

    private Optional<Violation> finding(Container container, Change change) {
        String resource = change.requireResource();
        Optional<Quantity> request = container.request(resource);
        Optional<Quantity> limit = container.limit(resource);
        if (request.isEmpty() || limit.isEmpty() || request.get().compareTo(limit.get()) <= 0) {
            return Optional.empty();
        }
        return Optional.of(new Violation(
                id(),
                container.path().field("resources").field("requests").field(resource),
                "The " + resource + " request of container " + Wording.name(container.name()) + " (" + request.get()
                        + ") exceeds its limit (" + limit.get()
                        + "): the API server refuses that. Lower the request or raise the limit."));
    }
}
