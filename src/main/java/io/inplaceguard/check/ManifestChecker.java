package io.inplaceguard.check;

import io.inplaceguard.check.report.ObjectIdentity;
import io.inplaceguard.check.report.Result;
import io.inplaceguard.guard.AdmissionAttributes;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.ObjectStage;
import io.inplaceguard.guard.ObjectView;
import io.inplaceguard.guard.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Validates pairs of objects as an update from the one to the other. */
public final class ManifestChecker {

    private final Guard guard;

    /** @param guard the rules, for objects at the stage at which they will be compared */
    public ManifestChecker(Guard guard) {
        this.guard = guard;
    }

    /** A result for each new object in their order, then for each that was deleted. */
    public List<Result> check(Map<ObjectIdentity, ManifestObject> before, Map<ObjectIdentity, ManifestObject> after) {
        List<Result> results = new ArrayList<>();
        after.forEach((identity, wanted) -> {
            ManifestObject stored = before.get(identity);
            results.add(stored == null ? skipped(wanted, "created") : result(wanted, validate(stored, wanted)));
        });
        before.forEach((identity, stored) -> {
            if (!after.containsKey(identity)) {
                results.add(skipped(stored, "deleted"));
            }
        });
        return results;
    }

    private Verdict validate(ManifestObject stored, ManifestObject wanted) {
        ObjectIdentity identity = wanted.identity();
        AdmissionAttributes update = AdmissionAttributes.update(
                identity.group(),
                wanted.version(),
                identity.kind(),
                ObjectView.of(stored.object()),
                ObjectView.of(wanted.object()));
        return guard.validate(update, ObjectStage.SUBMITTED);
    }

    private static Result result(ManifestObject wanted, Verdict verdict) {
        List<Result.Located> violations = verdict.violations().stream()
                .map(violation -> new Result.Located(violation, wanted.line(violation.field())))
                .toList();
        return new Result(
                wanted.identity(), wanted.file(), wanted.line(""), violations, verdict.warnings(), List.of(), "");
    }

    private static Result skipped(ManifestObject object, String why) {
        return Result.skipped(object.identity(), object.file(), object.line(""), why);
    }
}
