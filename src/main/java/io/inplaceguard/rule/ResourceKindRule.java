package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.ChangeCategory;
import io.inplaceguard.template.TemplateDiff;
import java.util.stream.Stream;

/**
 * Of a container's resources only cpu and memory change.
 * Fields: spec.containers[*].resources.requests, limits (ephemeral-storage, hugepages, GPUs, ...) and claims.
 * Why: the API server resizes cpu and memory and nothing else (ValidatePodResize, pkg/apis/core/validation), and so does
 * OpenKruise (CanResourcesResizeInPlace, pkg/util/inplaceupdate).
 */
final class ResourceKindRule implements Rule {

    @Override
    public String id() {
        return "resource-kind";
    }

    @Override
    public Stream<Violation> check(TemplateDiff update) {
        return update.changes(ChangeCategory.OTHER_RESOURCE)
                .map(change -> new Violation(id(), change.path(), sentence(change, update)));
    }

    private static String sentence(Change change, TemplateDiff update) {
        return Wording.subject(change, update) + " " + Wording.happened(change) + values(change)
                + ": of a running pod's resources only cpu and memory can be resized. " + Wording.remedy(update);
    }

    private static String values(Change change) {
        if (change.resource() == null || change.before() == null || change.after() == null) {
            return "";
        }
        return " from " + Wording.shown(change.before()) + " to " + Wording.shown(change.after());
    }
}
