package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.TemplateOrigin;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Nothing else changes.
 * Fields: every field that no other rule names: env, args, imagePullPolicy, ports, probes, volumes, init containers and
 * sidecars with their images and resources, spec.resources, tolerations, the order of lists, and unknown fields.
 * Why: the pod spec is immutable but for the image and a few fields that OpenKruise does not use (ValidatePodUpdate); any
 * other difference makes OpenKruise give up the update in place (defaultCalculateInPlaceUpdateSpec,
 * pkg/util/inplaceupdate).
 */
final class NotInPlaceRule implements Rule {

    @Override
    public String id() {
        return "not-in-place";
    }

    @Override
    public Set<Consequence> consequences() {
        return Set.of(Consequence.RECREATE);
    }

    @Override
    public Stream<Violation> check(PodUpdate update) {
        return update.diff().changes().stream()
                .filter(change -> isOther(change, update))
                .map(change -> new Violation(this, change.path(), sentence(change, update), Consequence.RECREATE));
    }

    /** No default branch: a new category does not compile until a rule answers for it. */
    private static boolean isOther(Change change, PodUpdate update) {
        return switch (change.category()) {
            // OpenKruise replaces an image; where there was none the patch is an addition, which it does not apply.
            case IMAGE -> change.action() == Action.ADDED && !ImageInvalidRule.isInvalid(change);
            case CPU_MEMORY -> update.origin() == TemplateOrigin.SIDECARS;
            case OTHER_RESOURCE, RESIZE_POLICY, CONTAINER_SET, TEMPLATE_LABEL, TEMPLATE_METADATA -> false;
            case OTHER -> !update.isPodResize(change) && !isUngating(change, update);
        };
    }

    /**
     * While a Pod has scheduling gates it is not running: its gates may be removed, and nodeSelector and affinity may be
     * narrowed, as the API server allows (ValidatePodUpdate). Queues such as Kueue do both.
     */
    private static boolean isUngating(Change change, PodUpdate update) {
        if (!update.origin().isPod()
                || update.before().spec().path("schedulingGates").isEmpty()) {
            return false;
        }
        String path = change.path().toString();
        return (path.startsWith("spec.schedulingGates") && change.action() != Action.ADDED)
                || (path.startsWith("spec.nodeSelector") && change.action() == Action.ADDED)
                || (path.startsWith("spec.affinity") && change.action() != Action.REMOVED);
    }

    private static String sentence(Change change, PodUpdate update) {
        String subject = Wording.subject(change, update);
        return switch (change.action()) {
            case RESPELLED -> subject + Wording.sameAmount(change);
            case REORDERED ->
                subject + " was reordered, and OpenKruise compares lists by index. " + Wording.remedy(update);
            default ->
                subject + " " + Wording.happened(change) + ", but this field cannot be changed on a running pod. "
                        + Wording.remedy(update);
        };
    }
}
