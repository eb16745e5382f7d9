package io.inplaceguard.guard;

import io.inplaceguard.rule.Consequence;
import io.inplaceguard.rule.PodUpdate;
import io.inplaceguard.rule.Violation;
import io.inplaceguard.template.Change;
import io.inplaceguard.template.ChangeCategory;
import io.inplaceguard.template.TemplateDiff;
import java.util.List;
import java.util.Optional;

/**
 * Differences that are only defaults which OpenKruise's webhook writes into a template that never had them, as one violation.
 *
 * @param others    the update without them
 * @param violation what they mean together
 */
record WrittenDefaults(PodUpdate others, Violation violation) {

    /** Empty where a malformed template or no such difference is there. */
    static Optional<WrittenDefaults> of(PodUpdate pods) {
        TemplateDiff diff = pods.diff();
        List<Change> written =
                diff.changes().stream().filter(WrittenDefaults::isWritten).toList();
        if (written.isEmpty()) {
            return Optional.empty();
        }
        List<Change> others =
                diff.changes().stream().filter(change -> !isWritten(change)).toList();
        PodUpdate rest = new PodUpdate(
                new TemplateDiff(diff.before(), diff.after(), others, diff.finished()),
                pods.enforcement(),
                pods.resizeSupport(),
                pods.claims(),
                pods.claimsPath(),
                pods.claimsBlock());
        return Optional.of(new WrittenDefaults(rest, violation(pods, written)));
    }

    /** Of cpu and memory the webhook only rounds the amount up, which is a change like another and may be applied in place. */
    private static boolean isWritten(Change change) {
        return change.defaultWritten() && change.category() != ChangeCategory.CPU_MEMORY;
    }

    private static Violation violation(PodUpdate pods, List<Change> written) {
        String template = pods.after().path().toString();
        return new Violation(
                "not-in-place",
                written.size() == 1 ? written.get(0).path().toString() : template,
                "The stored and the new pod template differ in defaults that OpenKruise's webhook writes ("
                        + Warning.fields(written, template + ".spec.")
                        + "): one of the two never had them, so OpenKruise sees a new revision that it cannot apply in place."
                        + " Keep these fields as they are stored; where the webhook adds them to an old template, set the"
                        + " update strategy to InPlaceIfPossible for one update, which recreates the pods once, or enable"
                        + " OpenKruise's feature gate TemplateNoDefaults.",
                Consequence.RECREATE);
    }
}
