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
 * (defaultCalculateInPlaceUpdateSpec, pkg/util/inplaceupdate). Its webhook for the advanced StatefulSet refuses such changes
 * under InPlaceOnly, also those that a UnitedDeployment makes to its child.
 */
final class VerticalScalingRule implements Rule {

    @Override
    public String id() {
        return "vertical-scaling";
    }

    @Override
    public Set<Consequence> consequences() {
        return Set.of(Consequence.RECREATE);
    }

    @Override
    public Stream<Violation> check(PodUpdate update) {
        return update.resizeSupport() == ResizeSupport.SUPPORTED || update.origin() != TemplateOrigin.WORKLOAD
                ? Stream.empty()
                : update.changes(ChangeCategory.CPU_MEMORY)
                        .map(change ->
                                new Violation(this, change.path(), sentence(change, update), Consequence.RECREATE));
    }

    private static String sentence(Change change, PodUpdate update) {
        String what = Wording.subject(change, update) + " " + Wording.happened(change) + values(change) + ", but ";
        return update.resizeSupport() == ResizeSupport.GATE_DISABLED
                ? what + "OpenKruise applies cpu and memory in place only with its feature gate"
                        + " InPlaceWorkloadVerticalScaling, which is off in this cluster. Start the OpenKruise manager with"
                        + " --feature-gates=InPlaceWorkloadVerticalScaling=true, or revert this."
                : what + "OpenKruise's webhook refuses changes of cpu and memory in an advanced StatefulSet under"
                        + " InPlaceOnly, so the UnitedDeployment could never update it. Revert this, or use a"
                        + " cloneSetTemplate or the strategy InPlaceIfPossible.";
    }

    private static String values(Change change) {
        return change.before() == null || change.after() == null
                ? ""
                : " from " + Wording.shown(change.before()) + " to " + Wording.shown(change.after());
    }
}
