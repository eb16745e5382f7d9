package io.inplaceguard.check.report;

import io.inplaceguard.guard.Warning;
import io.inplaceguard.rule.Violation;
import java.util.List;

/**
 * The result for one object.
 *
 * @param identity   which object
 * @param file       the file of its new state; of a deleted object the file of its old state
 * @param line       first line of the object in that file, counted from 1
 * @param violations each with its line; empty where the update is allowed
 * @param warnings   what the user should know about an update that is allowed
 * @param notes      what the user should know that the webhook does not report: sentences without a rule id
 * @param skipped    why nothing was compared: {@code created}, {@code deleted}; empty where something was
 */
public record Result(
        ObjectIdentity identity,
        String file,
        int line,
        List<Located> violations,
        List<Warning> warnings,
        List<String> notes,
        String skipped) {

    public Result {
        violations = List.copyOf(violations);
        warnings = List.copyOf(warnings);
        notes = List.copyOf(notes);
    }

    /** An object without a partner: nothing was compared. */
    public static Result skipped(ObjectIdentity identity, String file, int line, String why) {
        return new Result(identity, file, line, List.of(), List.of(), List.of(), why);
    }

    /**
     * A violation and its place.
     *
     * @param line of the field in the new manifest, counted from 1
     */
    public record Located(Violation violation, int line) {}

    /** Whether a rule is violated. */
    public boolean denied() {
        return !violations.isEmpty();
    }

    /** Whether nothing was compared. */
    public boolean isSkipped() {
        return !skipped.isEmpty();
    }

    /** {@code file:line} of the first violation, or of the object. */
    public String source() {
        return file + ":" + (violations.isEmpty() ? line : violations.get(0).line());
    }

    /** Counts over all results. */
    public record Summary(int checked, int denied, int warned, int skipped) {

        /** Counts these results; one that is denied and has warnings counts as both. */
        public static Summary of(List<Result> results) {
            int skipped = (int) results.stream().filter(Result::isSkipped).count();
            return new Summary(
                    results.size() - skipped,
                    (int) results.stream().filter(Result::denied).count(),
                    (int) results.stream()
                            .filter(result -> !result.warnings().isEmpty())
                            .count(),
                    skipped);
        }
    }
}
