package io.inplaceguard.guard;

import io.inplaceguard.template.ClaimTemplateChanges;
import io.inplaceguard.template.FieldPath;
import java.util.stream.Stream;

/** The warning {@code volume-claim-templates}. */
final class ClaimTemplateWarnings {

    private static final String ID = "volume-claim-templates";

    private ClaimTemplateWarnings() {}

    /** Of a compared template. Where InPlaceOnly is enforced, an added claim template is a violation instead. */
    static Stream<Warning> of(Assessment assessment) {
        GovernedTemplate governed = assessment.governed();
        ClaimTemplateChanges claims = assessment.pods().claims();
        boolean enforced = governed.enforced() == UpdateStrategy.IN_PLACE_ONLY;
        Stream<Warning> stopped = enforced ? Stream.empty() : added(governed, claims);
        boolean kept = governed.wanted().isInPlace()
                && !claims.isEmpty()
                && (governed.controller() != Controller.STATEFUL_SET
                        || !(claims.removed().isEmpty()
                                && claims.resized().isEmpty()
                                && claims.changed().isEmpty()));
        return Stream.concat(
                stopped,
                kept
                        ? Stream.of(new Warning(
                                ID,
                                "volumeClaimTemplates changed: pods that are updated in place keep their old claims; delete"
                                        + " pods to have them created with the new ones"))
                        : Stream.empty());
    }

    /** Of an advanced StatefulSet whose rollout an added claim template stops, whatever its strategy. */
    static Stream<Warning> added(GovernedTemplate governed, ClaimTemplateChanges claims) {
        return governed.controller() != Controller.STATEFUL_SET
                        || claims.added().isEmpty()
                ? Stream.empty()
                : Stream.of(
                        new Warning(
                                ID,
                                "claim template "
                                        + FieldPath.printable(claims.added().get(0))
                                        + " was added or renamed: the controller tries to add its volume to running pods, the API"
                                        + " server refuses that, and the rollout stops; revert it, or recreate the StatefulSet"));
    }
}
