package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.ChangeCategory;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Of a container's resources only cpu and memory change.
 * Fields: spec.containers[*].resources.requests, limits (ephemeral-storage, hugepages, GPUs, ...) and claims.
 * Why: the API server resizes only cpu and memory (ValidatePodResize, pkg/apis/core/validation), and so does OpenKruise
 * (CanResourcesResizeInPlace, pkg/util/inplaceupdate).
 */
final class ResourceKindRule implements Rule {

    @Override
    public String id() {
        return "resource-kind";
    }

    @Override
    public Set<Consequence> consequences() {
        return Set.of(Consequence.RECREATE);
    }

    @Override
    public Stream<Violation> check(PodUpdate update) {
        return update.changes(ChangeCategory.OTHER_RESOURCE)
                .map(change -> new Violation(this, change.path(), sentence(change, update), Consequence.RECREATE));
    }

    private static String sentence(Change change, PodUpdate update) {
        String subject = Wording.subject(change, update);
        return change.action() == Action.RESPELLED
                ? subject + Wording.sameAmount(change)
                : subject + " " + Wording.happened(change) + values(change)
                        + ": of a running pod's resources only cpu and memory can be resized. "
                        + Wording.remedy(update);
    }

    private static String values(Change change) {
        if (change.resource() == null || change.before() == null || change.after() == null) {
            return "";
        }
        return " from " + Wording.shown(change.before()) + " to " + Wording.shown(change.after());
    }
}
