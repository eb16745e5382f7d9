package io.inplaceguard.guard;

import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import io.inplaceguard.template.Change;
import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.ChangeCategory;
import io.inplaceguard.template.FieldPath;
import io.inplaceguard.template.Quantity;
import io.inplaceguard.template.TemplateOrigin;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What a resize in place brings: {@code vertical-scaling}, {@code restarts}, {@code memory-limit-decrease}. */
final class ResizeWarnings {

    private ResizeWarnings() {}

    static Stream<Warning> of(Assessment assessment) {
        return Stream.concat(
                verticalScaling(assessment), assessment.isInPlace() ? resizes(assessment) : Stream.empty());
    }

    /** Whether the feature gate is on is not known, and this update depends on it. */
    private static Stream<Warning> verticalScaling(Assessment assessment) {
        GovernedTemplate governed = assessment.governed();
        boolean applies = assessment.profile().verticalScaling() == VerticalScaling.UNKNOWN
                && governed.origin() == TemplateOrigin.WORKLOAD
                && (governed.wanted().isInPlace() || governed.enforced() == UpdateStrategy.IN_PLACE_ONLY)
                && assessment.violations().isEmpty()
                && assessment.diff().touches(ChangeCategory.CPU_MEMORY);
        if (!applies) {
            return Stream.empty();
        }
        return Stream.of(new Warning(
                "vertical-scaling",
                refusedByOpenKruise(governed)
                        ? "OpenKruise's own webhook refuses changes of cpu and memory here under InPlaceOnly; change them"
                                + " under InPlaceIfPossible, with its feature gate InPlaceWorkloadVerticalScaling on"
                        : "cpu and memory change in place only if OpenKruise's feature gate InPlaceWorkloadVerticalScaling is"
                                + " on (default: off); otherwise "
                                + (governed.enforced() == UpdateStrategy.IN_PLACE_ONLY
                                        ? "the update never finishes"
                                        : "the pods are recreated")));
    }

    /** CloneSet v1alpha1 and the advanced StatefulSet have such a check under InPlaceOnly; CloneSet v1beta1 has none. */
    private static boolean refusedByOpenKruise(GovernedTemplate governed) {
        return governed.wanted() == UpdateStrategy.IN_PLACE_ONLY
                && !governed.isChild()
                && (governed.controller() == Controller.STATEFUL_SET
                        || governed.row().layout() == StrategyLayout.TYPE);
    }

    private static Stream<Warning> resizes(Assessment assessment) {
        Set<String> restarting = new LinkedHashSet<>();
        Set<String> shrinking = new LinkedHashSet<>();
        assessment.pods().resizes().forEach(change -> {
            String name = change.requireContainer();
            boolean restarts = assessment
                    .update()
                    .after()
                    .container(name)
                    .flatMap(container -> container.resizePolicy(change.requireResource()))
                    .filter("RestartContainer"::equals)
                    .isPresent();
            if (restarts) {
                restarting.add(FieldPath.printable(name));
            } else if (isMemoryLimitDecrease(change)) {
                shrinking.add(FieldPath.printable(name));
            }
        });
        Stream.Builder<Warning> warnings = Stream.builder();
        if (!restarting.isEmpty()) {
            warnings.add(new Warning(
                    "restarts",
                    "the resize restarts " + Warning.containers(List.copyOf(restarting))
                            + ", because resizePolicy there is RestartContainer for what changes"));
        }
        if (!shrinking.isEmpty()) {
            warnings.add(new Warning(
                    "memory-limit-decrease",
                    "the memory limit of " + Warning.containers(List.copyOf(shrinking))
                            + " decreases: API server 1.33 refuses that unless resizePolicy is RestartContainer, and newer"
                            + " kubelets do it only once usage is below it"));
        }
        return warnings.build();
    }

    private static boolean isMemoryLimitDecrease(Change change) {
        if (change.action() != Action.CHANGED
                || !"memory".equals(change.resource())
                || !change.path().toString().endsWith(".limits.memory")) {
            return false;
        }
        Optional<Quantity> before = Optional.ofNullable(change.before()).flatMap(Quantity::of);
        Optional<Quantity> after = Optional.ofNullable(change.after()).flatMap(Quantity::of);
        return before.isPresent() && after.isPresent() && after.get().compareTo(before.get()) < 0;
    }
}
