package io.inplaceguard.check;

import io.inplaceguard.guard.AdmissionAttributes;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.ObjectView;
import io.inplaceguard.guard.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Judges pairs of objects as an update from the one to the other. */
final class ManifestChecker {

    private final Guard guard;

    ManifestChecker(Guard guard) {
        this.guard = guard;
    }

    /** The new objects in their order, then those that are gone. */
    List<Result> check(
            Map<ManifestObject.Identity, ManifestObject> before, Map<ManifestObject.Identity, ManifestObject> after) {
        List<Result> results = new ArrayList<>();
        after.forEach((identity, wanted) -> {
            ManifestObject stored = before.get(identity);
            results.add(
                    stored == null ? skipped(wanted, "created") : result(identity, wanted, verdict(stored, wanted)));
        });
        before.forEach((identity, stored) -> {
            if (!after.containsKey(identity)) {
                results.add(skipped(stored, "deleted"));
            }
        });
        return results;
    }

    private Verdict verdict(ManifestObject stored, ManifestObject wanted) {
        ManifestObject.Identity identity = wanted.identity();
        return guard.validate(AdmissionAttributes.update(
                identity.group(),
                wanted.version(),
                identity.kind(),
                ObjectView.of(stored.object()),
                ObjectView.of(wanted.object())));
    }

    static Result result(ManifestObject.Identity identity, ManifestObject wanted, Verdict verdict) {
        List<Result.Located> violations = verdict.violations().stream()
                .map(finding -> new Result.Located(finding, wanted.line(finding.field())))
                .toList();
        return new Result(identity, wanted.file(), wanted.line(""), violations, verdict.warnings(), "");
    }

    private static Result skipped(ManifestObject source, @Nullable String why) {
        return new Result(source.identity(), source.file(), source.line(""), List.of(), List.of(), String.valueOf(why));
    }
}
