package io.inplaceguard.check;

import io.inplaceguard.guard.Warning;
import io.inplaceguard.rule.Violation;
import java.util.List;

/**
 * What became of one object.
 *
 * @param identity   which object
 * @param file       where its new state stands; of a deleted one the old
 * @param line       of the object, or of what is wrong first
 * @param violations each with its line; empty where it is admitted
 * @param warnings   what the user should know
 * @param skipped    why nothing was compared: {@code created}, {@code deleted}; empty where something was
 */
record Result(
        ManifestObject.Identity identity,
        String file,
        int line,
        List<Located> violations,
        List<Warning> warnings,
        String skipped) {

    /** A violation and the line of its field in the new manifest, counted from 1. */
    record Located(Violation finding, int line) {}

    boolean denied() {
        return !violations.isEmpty();
    }

    boolean isSkipped() {
        return !skipped.isEmpty();
    }

    /** {@code file:line} of what is wrong first, or of the object. */
    String source() {
        return file + ":" + (violations.isEmpty() ? line : violations.get(0).line());
    }

    /** Counts over all results. */
    record Summary(int checked, int denied, int warned, int skipped) {
        static Summary of(List<Result> results) {
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
