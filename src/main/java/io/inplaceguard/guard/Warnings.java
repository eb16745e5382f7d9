package io.inplaceguard.guard;

import io.inplaceguard.rule.Violation;
import io.inplaceguard.template.Change;
import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.ChangeCategory;
import io.inplaceguard.template.Container;
import io.inplaceguard.template.FieldPath;
import io.inplaceguard.template.Quantity;
import io.inplaceguard.template.TemplateDiff;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is worth knowing of a change that is admitted. Each says what causes it and what the user can do. */
final class Warnings {

    private Warnings() {}

    /**
     * The warnings of one template.
     *
     * @param findings what keeps the update from being done in place
     */
    static List<Warning> of(
            AdmissionAttributes subject, TemplateUpdate rollout, TemplateDiff update, List<Violation> findings) {
        List<Warning> notices = new ArrayList<>();
        if (rollout.wanted() == UpdateStrategy.IN_PLACE_IF_POSSIBLE && !findings.isEmpty()) {
            notices.add(recreate(update, findings));
        }
        if (rollout.wanted() == UpdateStrategy.SIDECAR_IMAGES) {
            notApplied(update).ifPresent(notices::add);
        }
        if (rollout.claimTemplatesDiffer() && rollout.wanted().isInPlace()) {
            notices.add(new Warning(
                    "volume-claim-templates",
                    "volumeClaimTemplates changed: pods that are updated in place keep their old claims;"
                            + " delete pods to have them made with the new ones"));
        }
        if (rollout.stored() == UpdateStrategy.IN_PLACE_ONLY
                && rollout.wanted() != UpdateStrategy.IN_PLACE_ONLY
                && !update.isEmpty()) {
            notices.add(new Warning(
                    "strategy-switch",
                    "the strategy was InPlaceOnly and is no longer, and the pod template changes with it: pods may be"
                            + " recreated; to keep them, change only images and cpu/memory under InPlaceOnly"));
        }
        pendingRollout(subject, rollout).ifPresent(notices::add);
        if (findings.isEmpty()
                && (rollout.wanted().isInPlace() || rollout.after().origin().isPod())) {
            notices.addAll(resizes(update));
        }
        return notices;
    }

    private static Warning recreate(TemplateDiff update, List<Violation> findings) {
        List<String> fields = findings.stream().map(Violation::field).distinct().toList();
        return new Warning(
                "recreate",
                "InPlaceIfPossible will recreate the pods: "
                        + Warning.some(fields, update.after().path() + ".")
                        + " cannot change in place; to keep the pods, change only images and cpu/memory");
    }

    private static Optional<Warning> notApplied(TemplateDiff update) {
        List<String> fields = update.changes().stream()
                .filter(change -> change.category() != ChangeCategory.IMAGE)
                .map(change -> change.path().toString())
                .toList();
        return fields.isEmpty()
                ? Optional.empty()
                : Optional.of(new Warning(
                        "not-applied",
                        "existing pods will be skipped: of a SidecarSet only images are updated in place, not "
                                + Warning.some(fields, "spec.") + "; only pods created from now on get it"));
    }

    private static Optional<Warning> pendingRollout(AdmissionAttributes subject, TemplateUpdate rollout) {
        if (rollout.wanted() != UpdateStrategy.IN_PLACE_ONLY || rollout.stored() == UpdateStrategy.IN_PLACE_ONLY) {
            return Optional.empty();
        }
        return isPending(subject.oldObject()) || isPending(subject.object())
                ? Optional.of(new Warning(
                        "pending-rollout",
                        "switching to InPlaceOnly while a rollout is under way: pods of the old revision may never be able"
                                + " to move; finish the rollout first, or delete those pods"))
                : Optional.empty();
    }

    private static boolean isPending(@Nullable ObjectView object) {
        return object != null
                && object.status().updatedReplicas() < object.status().replicas();
    }

    /** What a resize in place brings about: restarts, and shrinking memory. */
    private static List<Warning> resizes(TemplateDiff update) {
        List<Warning> notices = new ArrayList<>();
        Set<String> restarting = new LinkedHashSet<>();
        Set<String> shrinking = new LinkedHashSet<>();
        update.changes(ChangeCategory.CPU_MEMORY).forEach(change -> {
            String name = change.requireContainer();
            boolean restarts = update.after()
                    .container(name)
                    .flatMap(container -> policy(container, change))
                    .filter("RestartContainer"::equals)
                    .isPresent();
            if (restarts) {
                restarting.add(FieldPath.printable(name));
            } else if (isMemoryLimitDecrease(change)) {
                shrinking.add(FieldPath.printable(name));
            }
        });
        if (!restarting.isEmpty()) {
            notices.add(new Warning(
                    "restarts",
                    "the resize restarts " + containers(restarting)
                            + ", as the resizePolicy there says RestartContainer for what changes"));
        }
        if (!shrinking.isEmpty()) {
            notices.add(
                    new Warning(
                            "memory-limit-decrease",
                            "the memory limit of " + containers(shrinking)
                                    + " decreases: API server 1.33 refuses that unless"
                                    + " resizePolicy says RestartContainer, and newer kubelets do it only once usage is below it"));
        }
        return notices;
    }

    private static Optional<String> policy(Container container, Change change) {
        return container.resizePolicy(change.requireResource());
    }

    private static String containers(Set<String> names) {
        return (names.size() == 1 ? "container " : "containers ") + Warning.some(List.copyOf(names), "");
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
