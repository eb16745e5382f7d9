package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.ChangeCategory;
import io.inplaceguard.template.TemplateOrigin;
import java.util.Set;
import java.util.stream.Stream;

/**
 * OpenKruise can apply changes of cpu and memory in this cluster.
 * Fields: spec.containers[*].resources.requests and limits of cpu and memory, also where only the spelling changes.
 * Why: OpenKruise considers resources only with its feature gate InPlaceWorkloadVerticalScaling, which is off by default
 * (defaultCalculateInPlaceUpdateSpec, pkg/util/inplaceupdate). Its webhooks for the advanced StatefulSet and CloneSet v1alpha1
 * refuse such changes under InPlaceOnly, also those that a UnitedDeployment makes to its child. OpenKruise before 1.9 updates the Pod itself, where
 * API servers from 1.33 on take new amounts only through pods/resize (ValidatePodUpdate, pkg/apis/core/validation); they accept
 * a new spelling of the same amount.
 */
final class VerticalScalingRule implements Rule {

    @Override
    public String id() {
        return "vertical-scaling";
    }

    @Override
    public Set<Consequence> consequences() {
        return Set.of(Consequence.RECREATE, Consequence.REFUSED);
    }

    @Override
    public Stream<Violation> check(PodUpdate update) {
        ResizeSupport support = update.resizeSupport();
        if (support == ResizeSupport.SUPPORTED || update.origin() != TemplateOrigin.WORKLOAD) {
            return Stream.empty();
        }
        boolean refused = support == ResizeSupport.REFUSED;
        return (refused ? update.resizes() : update.changes(ChangeCategory.CPU_MEMORY))
                .map(change -> new Violation(
                        this,
                        change.path(),
                        Wording.subject(change, update) + " " + Wording.happened(change) + values(change) + ", but "
                                + reason(support),
                        refused ? Consequence.REFUSED : Consequence.RECREATE));
    }

    private static String reason(ResizeSupport support) {
        return switch (support) {
            case SUPPORTED -> throw new IllegalArgumentException("nothing is violated");
            case GATE_DISABLED ->
                "OpenKruise applies cpu and memory in place only with its feature gate"
                        + " InPlaceWorkloadVerticalScaling, which is off in this cluster. Start the OpenKruise manager with"
                        + " --feature-gates=InPlaceWorkloadVerticalScaling=true, or revert this.";
            case REFUSED ->
                "this cluster's OpenKruise, older than 1.9, resizes pods in a way that the API server refuses, so the"
                        + " update would never finish. Upgrade OpenKruise to 1.9 or newer, or revert this.";
            case CLONE_SET_REFUSED ->
                "OpenKruise before 1.9 refuses changes of cpu and memory in a CloneSet under InPlaceOnly in its webhook, so the"
                        + " UnitedDeployment could never update it. Upgrade OpenKruise to 1.9 or newer, or revert this.";
            case STATEFUL_SET_REFUSED ->
                "OpenKruise's webhook refuses changes of cpu and memory in an advanced StatefulSet under"
                        + " InPlaceOnly, so the UnitedDeployment could never update it. Revert this, or use a"
                        + " cloneSetTemplate or the strategy InPlaceIfPossible.";
        };
    }

    private static String values(Change change) {
        return change.before() == null || change.after() == null
                ? ""
                : " from " + Wording.shown(change.before()) + " to " + Wording.shown(change.after());
    }
}
