package io.inplaceguard.template;

import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Two templates and the ordered list of their changes.
 *
 * @param before   the stored template
 * @param after    the wanted template
 * @param changes  what differs once both are normalised; empty where they mean the same
 * @param finished whether the Pod has Succeeded or Failed; false for a template
 */
public record TemplateDiff(PodTemplate before, PodTemplate after, List<Change> changes, boolean finished) {

    /** The difference between two templates of one workload. */
    public static TemplateDiff between(PodTemplate before, PodTemplate after) {
        return between(before, after, false);
    }

    /** The difference between two states of one Pod. */
    public static TemplateDiff between(PodTemplate before, PodTemplate after, boolean finished) {
        return new TemplateDiff(before, after, TemplateDiffer.changes(before, after), finished);
    }

    /** Whether two values of volumeClaimTemplates mean the same; missing nodes and null are none. */
    public static boolean sameClaimTemplates(JsonNode before, JsonNode after) {
        return before.equals(after) || TemplateDiffer.sameClaimTemplates(before, after);
    }

    /** Whether the two mean the same. */
    public boolean isEmpty() {
        return changes.isEmpty();
    }

    /** The changes of one kind, in order. */
    public Stream<Change> changes(ChangeCategory part) {
        return changes.stream().filter(change -> change.part() == part);
    }

    /** Whether anything of that kind changed. */
    public boolean touches(ChangeCategory part) {
        return changes.stream().anyMatch(change -> change.part() == part);
    }
}
