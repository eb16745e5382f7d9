package io.inplaceguard.guard;

import io.inplaceguard.rule.Finding;
import io.inplaceguard.template.Change;
import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.Change.Part;
import io.inplaceguard.template.Container;
import io.inplaceguard.template.Path;
import io.inplaceguard.template.Quantity;
import io.inplaceguard.template.TemplateUpdate;
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
    static List<Notice> of(Subject subject, Rollout rollout, TemplateUpdate update, List<Finding> findings) {
        List<Notice> notices = new ArrayList<>();
        if (rollout.wanted() == Strategy.IN_PLACE_IF_POSSIBLE && !findings.isEmpty()) {
            notices.add(recreate(update, findings));
        }
        if (rollout.wanted() == Strategy.SIDECAR_IMAGES) {
            notApplied(update).ifPresent(notices::add);
        }
        if (rollout.claimTemplatesDiffer() && rollout.wanted().isInPlace()) {
            notices.add(new Notice(
                    "volume-claim-templates",
                    "volumeClaimTemplates changed: pods that are updated in place keep their old claims;"
                            + " delete pods to have them made with the new ones"));
        }
        if (rollout.stored() == Strategy.IN_PLACE_ONLY
                && rollout.wanted() != Strategy.IN_PLACE_ONLY
                && !update.isEmpty()) {
            notices.add(new Notice(
                    "strategy-switch",
                    "the strategy was InPlaceOnly and is no longer, and the pod template changes with it: pods may be"
                            + " recreated; to keep them, change only images and cpu/memory under InPlaceOnly"));
        }
        pendingRollout(subject, rollout).ifPresent(notices::add);
        if (findings.isEmpty() && (rollout.wanted().isInPlace() || rollout.after().home().isPod())) {
            notices.addAll(resizes(update));
        }
        return notices;
    }

    private static Notice recreate(TemplateUpdate update, List<Finding> findings) {
        List<String> fields = findings.stream().map(Finding::field).distinct().toList();
        return new Notice(
                "recreate",
                "InPlaceIfPossible will recreate the pods: " + Notice.some(fields, update.after().path() + ".")
                        + " cannot change in place; to keep the pods, change only images and cpu/memory");
    }

    private static Optional<Notice> notApplied(TemplateUpdate update) {
        List<String> fields = update.changes().stream()
                .filter(change -> change.part() != Part.IMAGE)
                .map(change -> change.path().toString())
                .toList();
        return fields.isEmpty()
                ? Optional.empty()
                : Optional.of(new Notice(
                        "not-applied",
                        "existing pods will be skipped: of a SidecarSet only images are updated in place, not "
                                + Notice.some(fields, "spec.") + "; only pods created from now on get it"));
    }

    private static Optional<Notice> pendingRollout(Subject subject, Rollout rollout) {
        if (rollout.wanted() != Strategy.IN_PLACE_ONLY || rollout.stored() == Strategy.IN_PLACE_ONLY) {
            return Optional.empty();
        }
        return isPending(subject.before()) || isPending(subject.after())
                ? Optional.of(new Notice(
                        "pending-rollout",
                        "switching to InPlaceOnly while a rollout is under way: pods of the old revision may never be able"
                                + " to move; finish the rollout first, or delete those pods"))
                : Optional.empty();
    }

    private static boolean isPending(@Nullable Manifest object) {
        return object != null && object.status().updatedReplicas() < object.status().replicas();
    }

    /** What a resize in place brings about: restarts, and shrinking memory. */
    private static List<Notice> resizes(TemplateUpdate update) {
        List<Notice> notices = new ArrayList<>();
        Set<String> restarting = new LinkedHashSet<>();
        Set<String> shrinking = new LinkedHashSet<>();
        update.changes(Part.CPU_MEMORY).forEach(change -> {
            String name = String.valueOf(change.container());
            boolean restarts = update.after().container(name)
                    .flatMap(container -> policy(container, change))
                    .filter("RestartContainer"::equals)
                    .isPresent();
            if (restarts) {
                restarting.add(Path.printable(name));
            } else if (isMemoryLimitDecrease(change)) {
                shrinking.add(Path.printable(name));
            }
        });
        if (!restarting.isEmpty()) {
            notices.add(new Notice(
                    "restarts",
                    "the resize restarts " + containers(restarting)
                            + ", as the resizePolicy there says RestartContainer for what changes"));
        }
        if (!shrinking.isEmpty()) {
            notices.add(new Notice(
                    "memory-limit-decrease",
                    "the memory limit of " + containers(shrinking) + " decreases: API server 1.33 refuses that unless"
                            + " resizePolicy says RestartContainer, and newer kubelets do it only once usage is below it"));
        }
        return notices;
    }

    private static Optional<String> policy(Container container, Change change) {
        return container.resizePolicy(String.valueOf(change.resource()));
    }

    private static String containers(Set<String> names) {
        return (names.size() == 1 ? "container " : "containers ") + Notice.some(List.copyOf(names), "");
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
