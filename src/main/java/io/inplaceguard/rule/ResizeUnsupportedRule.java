package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.ChangeCategory;
import io.inplaceguard.template.Container;
import io.inplaceguard.template.TemplateDiff;
import io.inplaceguard.template.TemplateOrigin;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The pod is one that can be resized at all.
 * Fields: spec.containers[*].resources of cpu and memory, on Windows pods, in containers with resources.claims, on a Pod
 * that has finished, and where a request is only implied by its limit.
 * Why: the API server refuses the first three (ValidatePodResize, pkg/apis/core/validation). For the last, OpenKruise
 * patches the limit alone while the running pod's request was defaulted from the old limit, and the API server then
 * refuses the change of QoS class.
 */
final class ResizeUnsupportedRule implements Rule {

    @Override
    public String id() {
        return "resize-unsupported";
    }

    @Override
    public Stream<Violation> check(TemplateDiff update) {
        return update.changes(ChangeCategory.CPU_MEMORY)
                .flatMap(change -> finding(change, update).stream())
                .distinct();
    }

    private Optional<Violation> finding(Change change, TemplateDiff update) {
        String name = change.requireContainer();
        Optional<Container> container = update.after().container(name);
        if (container.isEmpty()) {
            return Optional.empty();
        }
        String resources = "The resources of container " + Wording.name(name) + " were changed, but ";
        var all = container.get().path().field("resources");
        if (update.before().isWindows() || update.after().isWindows()) {
            return Optional.of(new Violation(
                    id(), all, resources + "Windows pods cannot be resized in place. " + Wording.remedy(update)));
        }
        if (update.finished()) {
            return Optional.of(new Violation(
                    id(),
                    all,
                    resources + "this Pod has finished and can no longer be resized. Leave its resources alone."));
        }
        if (container.get().hasClaims()
                || update.before().container(name).filter(Container::hasClaims).isPresent()) {
            return Optional.of(new Violation(
                    id(),
                    all,
                    resources + "a container with resources.claims cannot be resized in place. "
                            + Wording.remedy(update)));
        }
        return isImplied(change, container.get(), update)
                ? Optional.of(new Violation(id(), change.path(), implied(change)))
                : Optional.empty();
    }

    private static boolean isImplied(Change change, Container container, TemplateDiff update) {
        return update.after().origin() == TemplateOrigin.WORKLOAD
                && change.action() == Action.CHANGED
                && !container.hasRequest(change.requireResource());
    }

    private static String implied(Change change) {
        String resource = change.resource();
        return "The " + resource + " limit of container " + Wording.name(change.requireContainer())
                + " was changed from " + Wording.shown(change.before()) + " to " + Wording.shown(change.after())
                + ", but the template has no " + resource
                + " request: running pods keep the request that was defaulted from"
                + " the old limit, and the API server refuses the resize. This template can be resized in place only once"
                + " it gives the request itself; that takes pods created anew.";
    }
}
