package io.inplaceguard.check;

import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.Manifest;
import io.inplaceguard.guard.Subject;
import io.inplaceguard.guard.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Judges pairs of objects as an update from the one to the other. */
final class Checker {

    private final Guard guard;

    Checker(Guard guard) {
        this.guard = guard;
    }

    /** The new objects in their order, then those that are gone. */
    List<Result> check(Map<Source.Identity, Source> before, Map<Source.Identity, Source> after) {
        List<Result> results = new ArrayList<>();
        after.forEach((identity, wanted) -> {
            Source stored = before.get(identity);
            results.add(stored == null ? skipped(wanted, "created") : result(identity, wanted, verdict(stored, wanted)));
        });
        before.forEach((identity, stored) -> {
            if (!after.containsKey(identity)) {
                results.add(skipped(stored, "deleted"));
            }
        });
        return results;
    }

    private Verdict verdict(Source stored, Source wanted) {
        Source.Identity identity = wanted.identity();
        return guard.judge(Subject.update(
                identity.group(), wanted.version(), identity.kind(), Manifest.of(stored.object()), Manifest.of(wanted.object())));
    }

    static Result result(Source.Identity identity, Source wanted, Verdict verdict) {
        List<Result.Violation> violations = verdict.violations().stream()
                .map(finding -> new Result.Violation(finding, wanted.line(finding.field())))
                .toList();
        return new Result(identity, wanted.file(), wanted.line(""), violations, verdict.warnings(), "");
    }

    private static Result skipped(Source source, @Nullable String why) {
        return new Result(source.identity(), source.file(), source.line(""), List.of(), List.of(), String.valueOf(why));
    }
}
