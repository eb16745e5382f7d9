package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.TemplateOrigin;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A cpu or memory request or limit changes its value; it is not added or removed.
 * Fields: spec.containers[*].resources.requests and limits of cpu and memory.
 * Why: OpenKruise updates in place only where the patch is a replace (UpdateInplaceUpdateMetadata,
 * pkg/util/inplaceupdate); the API server refuses removals (validateContainerResize). Through pods/resize it accepts
 * additions that keep the QoS class, and so does this rule. A value of 0 is a value.
 */
final class ResourceSetRule implements Rule {

    @Override
    public String id() {
        return "resource-set";
    }

    @Override
    public Set<Consequence> consequences() {
        return Set.of(Consequence.RECREATE);
    }

    @Override
    public Stream<Violation> check(PodUpdate update) {
        return update.resizes()
                .filter(change -> change.action() == Action.REMOVED
                        || (change.action() == Action.ADDED && update.origin() != TemplateOrigin.POD_RESIZE))
                .map(change -> new Violation(this, change.path(), sentence(change, update), Consequence.RECREATE));
    }

    private static String sentence(Change change, PodUpdate update) {
        String what = Wording.subject(change, update);
        return change.action() == Action.REMOVED
                ? what + " was removed (it was " + Wording.shown(change.before())
                        + "): a resize in place can change a request or limit, not remove it."
                        + " Keep it, with the value you want."
                : what + " was added (" + Wording.shown(change.after())
                        + "): a resize in place can change a request or limit, not add one. " + Wording.remedy(update);
    }
}
