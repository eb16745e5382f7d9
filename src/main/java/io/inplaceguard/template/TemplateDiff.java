package io.inplaceguard.template;

import java.util.List;
import java.util.stream.Stream;

/**
 * Two templates and the ordered list of their changes.
 *
 * @param before   the stored template
 * @param after    the wanted template
 * @param changes  what differs once Go has decoded and encoded both; empty where they mean the same
 * @param finished whether the Pod has Succeeded or Failed; false for a template
 */
public record TemplateDiff(PodTemplate before, PodTemplate after, List<Change> changes, boolean finished) {

    /**
     * The difference between two templates of one workload.
     *
     * @param defaulting which defaults both get before they are compared
     */
    public static TemplateDiff between(PodTemplate before, PodTemplate after, Defaulting defaulting) {
        return between(before, after, defaulting, false);
    }

    /**
     * The difference between two states of one object.
     *
     * @param defaulting which defaults both get before they are compared; {@link Defaulting#NONE} for a Pod
     * @param finished   whether this is a Pod that has Succeeded or Failed
     */
    public static TemplateDiff between(PodTemplate before, PodTemplate after, Defaulting defaulting, boolean finished) {
        return new TemplateDiff(before, after, StructDiffer.changes(before, after, defaulting), finished);
    }

    /** Whether the two mean the same. */
    public boolean isEmpty() {
        return changes.isEmpty();
    }

    /** Whether something changed, and all of it is defaults that OpenKruise's webhook writes. */
    public boolean onlyDefaultsAdded() {
        return !changes.isEmpty() && changes.stream().allMatch(Change::defaultWritten);
    }

    /** The changes of one category, in order. */
    public Stream<Change> changes(ChangeCategory category) {
        return touches(category) ? changes.stream().filter(change -> change.category() == category) : Stream.empty();
    }

    /** Whether anything of that category changed. */
    public boolean touches(ChangeCategory category) {
        for (Change change : changes) {
            if (change.category() == category) {
                return true;
            }
        }
        return false;
    }
}
