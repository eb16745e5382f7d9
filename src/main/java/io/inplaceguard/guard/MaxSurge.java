package io.inplaceguard.guard;

import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The warning {@code max-surge}: a CloneSet with maxSurge replaces pods even where it could update in place (kruise#2369). */
final class MaxSurge {

    private MaxSurge() {}

    static Stream<Warning> of(Assessment assessment) {
        boolean applies = recreates(assessment.governed())
                && assessment.violations().isEmpty()
                && !assessment.diff().isEmpty();
        return applies
                ? Stream.of(new Warning(
                        "max-surge",
                        "InPlaceIfPossible with maxSurge above 0: the CloneSet creates new pods and deletes old ones even for"
                                + " changes that are possible in place; set maxSurge to 0 to keep the pods"))
                : Stream.empty();
    }

    /** Whether the CloneSet replaces pods because of its maxSurge. InPlaceOnly with maxSurge is refused by OpenKruise. */
    static boolean recreates(GovernedTemplate governed) {
        if (governed.controller() != Controller.CLONE_SET || governed.wanted() != UpdateStrategy.IN_PLACE_IF_POSSIBLE) {
            return false;
        }
        JsonNode strategy = governed.ownerAfter().path("updateStrategy");
        return switch (governed.row().layout()) {
            case TYPE -> isPositive(strategy.path("maxSurge"));
            case TYPE_OR_POD_UPDATE_POLICY ->
                isPositive(strategy.path("maxSurge"))
                        || isPositive(strategy.path("rollingUpdate").path("maxSurge"));
            default -> isPositive(strategy.path("rollingUpdate").path("maxSurge"));
        };
    }

    /** A number or a percentage. */
    private static boolean isPositive(JsonNode value) {
        if (value.isNumber()) {
            return value.decimalValue().signum() > 0;
        }
        return value.isString() && value.stringValue().matches("0*[1-9][0-9]*%?");
    }
}
