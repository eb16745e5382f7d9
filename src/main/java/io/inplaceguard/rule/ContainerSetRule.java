package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.ChangeCategory;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The regular containers stay the same, in the same order.
 * Fields: spec.containers[*].name and the order of spec.containers.
 * Why: the containers of a pod cannot be changed after it is created. OpenKruise compares containers by index, so reordering
 * them counts as replacing them (defaultCalculateInPlaceUpdateSpec, pkg/util/inplaceupdate).
 */
final class ContainerSetRule implements Rule {

    @Override
    public String id() {
        return "container-set";
    }

    @Override
    public Set<Consequence> consequences() {
        return Set.of(Consequence.RECREATE);
    }

    @Override
    public Stream<Violation> check(PodUpdate update) {
        return update.changes(ChangeCategory.CONTAINER_SET)
                .map(change -> new Violation(this, change.path(), sentence(change, update), Consequence.RECREATE));
    }

    private static String sentence(Change change, PodUpdate update) {
        String what = change.action() == Action.REORDERED
                ? "The containers were reordered"
                : Wording.subject(change, update) + " " + Wording.happened(change);
        String why = switch (change.action()) {
            case DUPLICATED -> "a pod cannot have two containers of the same name";
            case REORDERED -> "OpenKruise compares containers by index, so reordering them counts as replacing them";
            default -> "the containers of a pod cannot be changed after it is created";
        };
        return what + ": " + why + ". " + Wording.remedy(update);
    }
}
