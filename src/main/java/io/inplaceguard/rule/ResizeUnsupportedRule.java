package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.FieldPath;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The pod is one that can be resized.
 * Fields: spec.containers[*].resources of cpu and memory: on Windows pods, where any container has resources.claims, on a
 * Pod that has finished, and where a request is only implied.
 * Why: the API server refuses each of these (ValidatePodResize, pkg/apis/core/validation). For implied requests see
 * {@link ImpliedRequests}.
 */
final class ResizeUnsupportedRule implements Rule {

    @Override
    public String id() {
        return "resize-unsupported";
    }

    @Override
    public Set<Consequence> consequences() {
        return Set.of(Consequence.REFUSED);
    }

    @Override
    public Stream<Violation> check(PodUpdate update) {
        if (update.resizes().findAny().isEmpty()) {
            return Stream.empty();
        }
        String reason = reason(update);
        if (reason.isEmpty()) {
            return ImpliedRequests.of(update)
                    .map(implied -> new Violation(this, implied.field(), implied.sentence(), Consequence.REFUSED));
        }
        FieldPath containers = update.after().path().field("spec").field("containers");
        return update.resizes()
                .map(Change::requireContainer)
                .distinct()
                .map(name -> new Violation(
                        this,
                        containers.element("name", name).field("resources"),
                        "The resources of container " + Wording.name(name) + " were changed, but " + reason,
                        Consequence.REFUSED));
    }

    /** Why nothing of the pod can be resized; empty where it can. */
    private static String reason(PodUpdate update) {
        if (update.before().isWindows() || update.after().isWindows()) {
            return "Windows pods cannot be resized in place. " + Wording.remedy(update);
        }
        if (update.diff().finished()) {
            return "this Pod has finished and can no longer be resized. Revert the change.";
        }
        if (update.before().hasClaims() || update.after().hasClaims()) {
            return "a pod with resources.claims in any container cannot be resized in place. " + Wording.remedy(update);
        }
        return "";
    }
}
