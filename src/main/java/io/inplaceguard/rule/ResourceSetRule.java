package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.ChangeCategory;
import io.inplaceguard.template.Quantity;
import io.inplaceguard.template.TemplateDiff;
import io.inplaceguard.template.TemplateOrigin;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A cpu or memory request or limit changes its value; it is not added, removed or set to 0.
 * Fields: spec.containers[*].resources.requests and limits of cpu and memory.
 * Why: OpenKruise updates in place only where the patch is a replace (UpdateInplaceUpdateMetadata,
 * pkg/util/inplaceupdate); the API server refuses removals (validateContainerResize). Through pods/resize it accepts
 * additions that keep the QoS class, and so does this rule.
 */
final class ResourceSetRule implements Rule {

    @Override
    public String id() {
        return "resource-set";
    }

    @Override
    public Stream<Violation> check(TemplateDiff update) {
        return update.changes(ChangeCategory.CPU_MEMORY)
                .flatMap(change ->
                        objection(change, update).stream().map(why -> new Violation(id(), change.path(), why)));
    }

    private static Optional<String> objection(Change change, TemplateDiff update) {
        String what = Wording.subject(change, update);
        if (change.action() == Action.REMOVED) {
            return Optional.of(
                    what + " was removed (it was " + Wording.shown(change.before())
                            + "): a resize in place can change a request or limit, not remove it. Keep it, with the value you want.");
        }
        if (isZero(change)) {
            return Optional.of(what + " was set to 0: a resize in place cannot take a request or limit away."
                    + " Give it a value above 0.");
        }
        if (change.action() == Action.ADDED && update.after().origin() != TemplateOrigin.POD_RESIZE) {
            return Optional.of(what + " was added (" + Wording.shown(change.after())
                    + "): a resize in place can change a request or limit, not add one. " + Wording.remedy(update));
        }
        return Optional.empty();
    }

    private static boolean isZero(Change change) {
        return change.after() != null
                && Quantity.of(change.after())
                        .filter(quantity -> !quantity.isPositive())
                        .isPresent();
    }
}
