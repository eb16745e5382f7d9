package io.inplaceguard.guard;

import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import io.inplaceguard.rule.Consequence;
import io.inplaceguard.rule.Enforcement;
import io.inplaceguard.rule.Violation;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the rollout will do to the pods: {@code recreate}, {@code never-finishes}, {@code strategy-switch}, {@code pending-rollout}. */
final class RolloutWarnings {

    private RolloutWarnings() {}

    static Stream<Warning> of(Assessment assessment) {
        return Stream.of(
                        instead(assessment),
                        recreatedAnyway(assessment),
                        withoutGate(assessment),
                        strategySwitch(assessment),
                        pending(assessment))
                .flatMap(warning -> warning);
    }

    /** What happens instead of an update in place: recreation, or nothing where the API server refuses it. */
    private static Stream<Warning> instead(Assessment assessment) {
        List<Violation> violations = assessment.violations().stream()
                .filter(violation -> !violation.rule().equals("volume-claim-templates"))
                .toList();
        if (assessment.governed().enforced() != UpdateStrategy.IN_PLACE_IF_POSSIBLE || violations.isEmpty()) {
            return Stream.empty();
        }
        String prefix = assessment.update().after().path() + ".";
        String fields = Warning.some(
                violations.stream().map(Violation::field).distinct().toList(), prefix);
        boolean refused = violations.stream().allMatch(violation -> violation.consequence() == Consequence.REFUSED);
        return Stream.of(
                refused
                        ? new Warning(
                                "never-finishes",
                                "the rollout will not finish: OpenKruise tries in place and the API server refuses "
                                        + fields + "; " + (outdated(assessment) ? "upgrade OpenKruise to 1.9, " : "")
                                        + "revert it, or use a strategy that recreates pods")
                        : new Warning(
                                "recreate",
                                "InPlaceIfPossible will recreate the pods: " + fields
                                        + " cannot change in place; to keep the pods, change only images and cpu/memory"));
    }

    /** Whether everything would finish with a newer OpenKruise. */
    private static boolean outdated(Assessment assessment) {
        return assessment.profile().verticalScaling() == VerticalScaling.REFUSED
                && assessment.violations().stream()
                        .allMatch(violation -> violation.rule().equals("vertical-scaling"));
    }

    /** InPlaceOnly by annotation on a workload whose own strategy recreates its pods for any change. */
    private static Stream<Warning> recreatedAnyway(Assessment assessment) {
        GovernedTemplate governed = assessment.governed();
        boolean applies = governed.enforcement() == Enforcement.ANNOTATION
                && governed.wanted() == UpdateStrategy.RECREATE
                && governed.controller() != Controller.SIDECAR_SET
                && assessment.violations().isEmpty()
                && !assessment.diff().isEmpty();
        return applies
                ? Stream.of(new Warning(
                        "recreate",
                        "InPlaceOnly is enforced here by annotation, but the workload's own update strategy recreates the pods"
                                + " for any change; set it to InPlaceIfPossible or InPlaceOnly to keep the pods"))
                : Stream.empty();
    }

    /**
     * A DaemonSet's pods get the readiness gate of updates in place only when they are created under InPlaceIfPossible.
     * Source: canPodInPlaceUpdate and syncNodes (pkg/controller/daemonset) of OpenKruise.
     */
    private static Stream<Warning> withoutGate(Assessment assessment) {
        GovernedTemplate governed = assessment.governed();
        boolean applies = governed.controller() == Controller.DAEMON_SET
                && governed.wanted() == UpdateStrategy.IN_PLACE_IF_POSSIBLE
                && governed.stored() != UpdateStrategy.IN_PLACE_IF_POSSIBLE
                && assessment.violations().isEmpty()
                && !assessment.diff().isEmpty();
        return applies
                ? Stream.of(new Warning(
                        "recreate",
                        "pods created before the DaemonSet had InPlaceIfPossible lack the readiness gate of updates in place,"
                                + " so this update recreates them; from then on pods can be updated in place"))
                : Stream.empty();
    }

    private static Stream<Warning> strategySwitch(Assessment assessment) {
        GovernedTemplate governed = assessment.governed();
        return governed.stored() == UpdateStrategy.IN_PLACE_ONLY
                        && governed.enforced() != UpdateStrategy.IN_PLACE_ONLY
                        && !assessment.diff().isEmpty()
                ? Stream.of(new Warning(
                        "strategy-switch",
                        "the strategy was InPlaceOnly and is no longer, and the pod template changes with it: pods may be"
                                + " recreated; to keep them, change only images and cpu/memory under InPlaceOnly"))
                : Stream.empty();
    }

    private static Stream<Warning> pending(Assessment assessment) {
        GovernedTemplate governed = assessment.governed();
        AdmissionAttributes attributes = assessment.attributes();
        boolean switched =
                governed.wanted() == UpdateStrategy.IN_PLACE_ONLY && governed.stored() != UpdateStrategy.IN_PLACE_ONLY;
        return switched && (isPending(attributes.oldObject()) || isPending(attributes.object()))
                ? Stream.of(new Warning(
                        "pending-rollout",
                        "switching to InPlaceOnly during a rollout: pods of the old revision may never be able to move;"
                                + " finish the rollout first, or delete those pods"))
                : Stream.empty();
    }

    private static boolean isPending(@Nullable ObjectView object) {
        return object != null
                && object.status().updatedReplicas() < object.status().replicas();
    }
}
