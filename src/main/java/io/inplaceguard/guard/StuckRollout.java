package io.inplaceguard.guard;

import io.inplaceguard.guard.GuardSettings.TemplateMetadata;
import io.inplaceguard.rule.Consequence;
import io.inplaceguard.rule.Violation;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A rollout that cannot finish: its pods are of a revision whose difference to the newest one cannot be applied in place, and the
 * strategy does not recreate them. OpenKruise reports no event for it. The tracker and the command audit both ask here.
 *
 * @param violations what cannot be applied, never empty; changes that only a setting of the guard forbids are not among them
 */
public record StuckRollout(List<Violation> violations) {

    private static final String GROUP = "apps.kruise.io";
    private static final String VERSION = "v1beta1";
    private static final GuardSettings SETTINGS = GuardSettings.DEFAULTS.withTemplateMetadata(TemplateMetadata.ALLOW);

    public StuckRollout {
        violations = List.copyOf(violations);
    }

    /** Compares two revisions without knowledge of OpenKruise's feature gates: cpu and memory count as resizable. */
    public static Optional<StuckRollout> of(String kind, JsonNode current, JsonNode update) {
        return of(kind, UpdateStrategy.IN_PLACE_ONLY, current, update, OpenKruiseProfile.UNKNOWN);
    }

    /**
     * Compares two revisions of a workload. Under InPlaceOnly everything that is not in place is stuck; under InPlaceIfPossible, and
     * in a DaemonSet, only what the API server refuses at the Pod, because OpenKruise tries that in place and then does not
     * recreate.
     *
     * @param kind     {@code CloneSet}, {@code StatefulSet} or {@code DaemonSet} of {@code apps.kruise.io}
     * @param strategy the workload's; any other than these two is never stuck
     * @param current  field {@code data} of the ControllerRevision that its pods are of
     * @param update   field {@code data} of its newest ControllerRevision
     * @param profile  what is known of OpenKruise
     */
    public static Optional<StuckRollout> of(
            String kind, UpdateStrategy strategy, JsonNode current, JsonNode update, OpenKruiseProfile profile) {
        if (!strategy.isInPlace()) {
            return Optional.empty();
        }
        Verdict verdict = new Guard(SETTINGS, OwnerStrategies.UNKNOWN, () -> profile)
                .validate(
                        AdmissionAttributes.update(GROUP, VERSION, kind, workload(current), workload(update)),
                        ObjectStage.STORED);
        List<Violation> stuck = verdict.violations().stream()
                .filter(violation -> violation.consequence() != Consequence.POLICY)
                .toList();
        boolean recreated = strategy == UpdateStrategy.IN_PLACE_IF_POSSIBLE
                && stuck.stream().anyMatch(violation -> violation.consequence() != Consequence.REFUSED);
        return stuck.isEmpty() || recreated ? Optional.empty() : Optional.of(new StuckRollout(stuck));
    }

    /** A revision holds a strategic merge patch of the workload: its template, with {@code $patch: replace}. */
    private static ObjectView workload(JsonNode revision) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        ObjectNode spec = revision.path("spec") instanceof ObjectNode stored ? stored.deepCopy() : object.objectNode();
        if (spec.path("template") instanceof ObjectNode template) {
            template.remove("$patch");
        }
        // A DaemonSet has no InPlaceOnly of its own; the annotation enforces it for every kind.
        object.putObject("metadata").putObject("annotations").put(AnnotationKeys.UPDATE_POLICY, "InPlaceOnly");
        object.set("spec", spec);
        return ObjectView.of(object);
    }

    /** The ids of the rules, each once. */
    public List<String> rules() {
        return violations.stream().map(Violation::rule).distinct().toList();
    }

    /** The paths of what cannot be applied, such as {@code spec.template.spec.containers[name=app].env}, each once. */
    public List<String> fields() {
        return violations.stream().map(Violation::field).distinct().toList();
    }
}
