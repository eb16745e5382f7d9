package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.ChangeCategory;
import io.inplaceguard.template.TemplateDiff;
import java.util.stream.Stream;

/**
 * The regular containers stay the same ones in the same order.
 * Fields: spec.containers[*].name and the order of spec.containers.
 * Why: a pod's containers are fixed when it is created. OpenKruise compares containers by index, so a reordering is seen
 * as a rename (defaultCalculateInPlaceUpdateSpec, pkg/util/inplaceupdate).
 */
final class ContainerSetRule implements Rule {

    @Override
    public String id() {
        return "container-set";
    }

    @Override
    public Stream<Violation> check(TemplateDiff update) {
        return update.changes(ChangeCategory.CONTAINER_SET)
                .map(change -> new Violation(id(), change.path(), sentence(change, update)));
    }

    private static String sentence(Change change, TemplateDiff update) {
        String what = change.action() == Action.REORDERED
                ? "The containers were reordered"
                : Wording.subject(change, update) + " " + Wording.happened(change);
        String why = switch (change.action()) {
            case DUPLICATED -> "a pod cannot have two containers of one name";
            case REORDERED -> "OpenKruise compares containers by their place, so another order is another container";
            default -> "the containers of a pod are fixed when it is created";
        };
        return what + ": " + why + ". " + Wording.remedy(update);
    }
}
