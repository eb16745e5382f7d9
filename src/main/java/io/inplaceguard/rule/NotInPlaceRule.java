package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.TemplateDiff;
import java.util.stream.Stream;

/**
 * Nothing else changes.
 * Fields: every field no other rule names: env, args, imagePullPolicy, ports, probes, volumes, init containers and
 * sidecar init containers with their images and resources, spec.resources, tolerations, and fields nobody knows.
 * Why: the pod spec is immutable but for image and a few fields OpenKruise does not use (ValidatePodUpdate); any patch
 * outside of them makes OpenKruise give up the update in place (defaultCalculateInPlaceUpdateSpec,
 * pkg/util/inplaceupdate).
 */
final class NotInPlaceRule implements Rule {

    @Override
    public String id() {
        return "not-in-place";
    }

    @Override
    public Stream<Violation> check(TemplateDiff update) {
        return update.changes().stream()
                .filter(NotInPlaceRule::isMine)
                .map(change -> new Violation(id(), change.path(), sentence(change, update)));
    }

    /** No default: a new kind of change does not compile until someone decides who answers for it. */
    private static boolean isMine(Change change) {
        return switch (change.category()) {
            // OpenKruise replaces an image; where there was none the patch is an addition, which it does not do in
            // place.
            case IMAGE -> change.action() == Action.ADDED && !ImageInvalidRule.isInvalid(change);
            case CPU_MEMORY, OTHER_RESOURCE, RESIZE_POLICY, CONTAINER_SET, TEMPLATE_LABEL, TEMPLATE_METADATA -> false;
            case OTHER -> true;
        };
    }

    private static String sentence(Change change, TemplateDiff update) {
        String whose = update.after().origin().isPod() ? "the Pod is" : "a pod is";
        return Wording.subject(change, update) + " " + Wording.happened(change) + ", but it is fixed when " + whose
                + " created. " + Wording.remedy(update);
    }
}
