package io.inplaceguard.cluster.plan;

import io.inplaceguard.check.ManifestObject;
import io.inplaceguard.check.report.Result;
import io.inplaceguard.guard.Verdict;
import io.inplaceguard.guard.Warning;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects the parts of a plan in the order in which they become known. */
final class PlanBuilder {

    private final ManifestObject manifest;
    private final List<Result.Located> violations = new ArrayList<>();
    private final Set<Warning> warnings = new LinkedHashSet<>();
    private final Set<String> serverWarnings = new LinkedHashSet<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private final List<NodeFit> nodes = new ArrayList<>();
    private List<ContainerPlan> containers = List.of();
    private Plan.Outcome outcome = Plan.Outcome.FAILED;
    private Plan.@Nullable Refusal refusal;
    private @Nullable RolloutOrder rollout;

    PlanBuilder(ManifestObject manifest) {
        this.manifest = manifest;
    }

    PlanBuilder outcome(Plan.Outcome value) {
        outcome = value;
        return this;
    }

    void verdict(Verdict verdict) {
        violations.addAll(Planner.located(manifest, verdict));
        warnings.addAll(verdict.warnings());
    }

    void refusal(DryRun.Denied denied) {
        refusal = new Plan.Refusal(denied.by(), denied.message());
    }

    /**
     * A denied dry run. What this project's webhook reported counts: it saw what would be stored, and has its own settings.
     *
     * @param verdict that of the same rules here, on what can be known without the webhooks' changes
     */
    void denied(DryRun.Denied denied, Verdict verdict) {
        if (denied.reported().isEmpty()) {
            verdict(verdict);
            if (!denied.byGuard() || !verdict.denied()) {
                refusal(denied);
            }
        } else {
            verdict(new Verdict(denied.reported(), verdict.warnings()));
        }
    }

    /** Whether a violation is about that field of that container; true where no rule is violated at all. */
    boolean mayViolate(String container, String field) {
        String path = "containers[name=" + container + "]." + field;
        return violations.isEmpty()
                || violations.stream()
                        .map(located -> located.violation().field() + ".")
                        .anyMatch(found -> found.contains(path + ".") || found.contains(path + "["));
    }

    void note(String sentence) {
        notes.add(sentence);
    }

    /** What the API server and webhooks added to their answer. */
    void serverNotes(DryRun.Outcome answer) {
        if (answer instanceof DryRun.Stored stored) {
            serverWarnings.addAll(stored.warnings());
        }
        if (answer instanceof DryRun.NotPermitted) {
            note(
                    "You may not patch this object, not even as a dry run: the webhooks and defaults of the cluster are left"
                            + " out, and the verdict is that of check.");
        }
    }

    void containers(List<ContainerPlan> value) {
        containers = value;
    }

    void rollout(RolloutOrder value) {
        rollout = value;
    }

    void node(NodeFit node) {
        nodes.add(node);
    }

    /** Whether something denies the change so far. */
    boolean denied() {
        return refusal != null || !violations.isEmpty();
    }

    Plan failed(String why) {
        note(why);
        return outcome(Plan.Outcome.FAILED).build();
    }

    Plan build() {
        List<String> all = new ArrayList<>(notes);
        serverWarnings.stream()
                .filter(warning -> !Planner.isKnown(warning, List.copyOf(warnings)))
                .map(warning -> "The API server warns: " + warning)
                .forEach(all::add);
        return new Plan(
                manifest.identity(),
                manifest.file(),
                manifest.line(""),
                outcome,
                refusal,
                violations,
                List.copyOf(warnings),
                all,
                containers,
                rollout,
                nodes);
    }
}
