package io.inplaceguard.check;

import io.inplaceguard.check.report.ObjectIdentity;
import io.inplaceguard.check.report.Result;
import io.inplaceguard.guard.AdmissionAttributes;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.ObjectStage;
import io.inplaceguard.guard.ObjectView;
import io.inplaceguard.guard.Verdict;
import io.inplaceguard.guard.Warning;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Validates pairs of objects as an update from the one to the other. */
public final class ManifestChecker {

    private final Guard guard;
    private final boolean mutates;

    private ManifestChecker(Guard guard, boolean mutates) {
        this.guard = guard;
        this.mutates = mutates;
    }

    /** For pairs of manifests, such as two revisions in Git. */
    public ManifestChecker(Guard guard) {
        this(guard, false);
    }

    /**
     * For live objects and the manifests that would be applied to them: what the guard's own webhook would add to the new
     * object is added, as the live object has it already.
     */
    public static ManifestChecker ofLive(Guard guard) {
        return new ManifestChecker(guard, true);
    }

    /** A result for each new object in their order, then for each that was deleted. */
    public List<Result> check(Map<ObjectIdentity, ManifestObject> before, Map<ObjectIdentity, ManifestObject> after) {
        List<Result> results = new ArrayList<>();
        after.forEach((identity, wanted) -> {
            ManifestObject stored = before.get(identity);
            results.add(stored == null ? created(wanted) : result(wanted, validate(stored, wanted)));
        });
        before.forEach((identity, stored) -> {
            if (!after.containsKey(identity)) {
                results.add(skipped(stored, "deleted"));
            }
        });
        return results;
    }

    private Verdict validate(ManifestObject stored, ManifestObject wanted) {
        AdmissionAttributes update = update(stored.object(), wanted, wanted.object());
        if (mutates) {
            update = update(
                    stored.object(),
                    wanted,
                    JsonPatch.apply(wanted.object(), guard.mutate(update).patch()));
        }
        return guard.validate(update, ObjectStage.SUBMITTED);
    }

    private static AdmissionAttributes update(JsonNode stored, ManifestObject manifest, JsonNode wanted) {
        return AdmissionAttributes.update(
                manifest.identity().group(),
                manifest.version(),
                manifest.identity().kind(),
                ObjectView.of(stored),
                ObjectView.of(wanted));
    }

    /** What is wrong with the strategy and is not among the warnings of an update: the webhook reports it only of a change. */
    private List<String> notes(ManifestObject manifest, List<Warning> warnings) {
        return guard
                .misplacedStrategy(AdmissionAttributes.create(
                        manifest.identity().group(),
                        manifest.version(),
                        manifest.identity().kind(),
                        ObjectView.of(manifest.object())))
                .stream()
                .filter(warning -> !warnings.contains(warning))
                .map(Warning::message)
                .toList();
    }

    private Result created(ManifestObject object) {
        return new Result(
                object.identity(),
                object.file(),
                object.line(""),
                List.of(),
                List.of(),
                notes(object, List.of()),
                "created");
    }

    private Result result(ManifestObject wanted, Verdict verdict) {
        List<Result.Located> violations = verdict.violations().stream()
                .map(violation -> new Result.Located(violation, wanted.line(violation.field())))
                .toList();
        return new Result(
                wanted.identity(),
                wanted.file(),
                wanted.line(""),
                violations,
                verdict.warnings(),
                notes(wanted, verdict.warnings()),
                "");
    }

    private static Result skipped(ManifestObject object, String why) {
        return Result.skipped(object.identity(), object.file(), object.line(""), why);
    }
}
