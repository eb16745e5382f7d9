package io.inplaceguard.cluster.plan;

import io.inplaceguard.check.report.ObjectIdentity;
import io.inplaceguard.check.report.Result;
import io.inplaceguard.guard.Warning;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What applying one manifest would do.
 *
 * @param identity   which object
 * @param file       the manifest's file
 * @param line       first line of the object in it, counted from 1
 * @param outcome    what would happen to the pods
 * @param refusal    a refusal by the cluster that is not a violation of an in-place rule; null without one
 * @param violations violations of the rules, each with its line
 * @param warnings   warnings of the rules
 * @param notes      sentences about what the cluster answered, and about what could not be found out
 * @param containers what happens to each container; empty where no template changes
 * @param rollout    how many pods in which order; null where no pod is updated
 * @param nodes      for a resize, whether the pods fit where they are; empty without a resize
 */
record Plan(
        ObjectIdentity identity,
        String file,
        int line,
        Outcome outcome,
        @Nullable Refusal refusal,
        List<Result.Located> violations,
        List<Warning> warnings,
        List<String> notes,
        List<ContainerPlan> containers,
        @Nullable RolloutOrder rollout,
        List<NodeFit> nodes) {

    Plan {
        violations = List.copyOf(violations);
        warnings = List.copyOf(warnings);
        notes = List.copyOf(notes);
        containers = List.copyOf(containers);
        nodes = List.copyOf(nodes);
    }

    /** What would happen to the pods. */
    enum Outcome {
        CREATED("the object would be created; there are no pods yet"),
        UNCHANGED("no pod template changes; no pod is touched"),
        IN_PLACE("pods are updated in place"),
        UNSURE("pods are resized in place where OpenKruise's gate is enabled, otherwise recreated or never updated"),
        RECREATED("pods are recreated"),
        NEVER_FINISHES("pods are neither updated nor recreated; the rollout would never finish"),
        NEW_PODS_ONLY("existing pods are skipped; only new pods get the change"),
        ON_DELETE("pods keep the old template until they are deleted"),
        DENIED("denied; nothing is applied"),
        FAILED("could not be planned");

        private final String words;

        Outcome(String words) {
            this.words = words;
        }

        /** As it is printed. */
        String words() {
            return words;
        }
    }

    /**
     * A refusal.
     *
     * @param by      name of the webhook or policy, or {@code API server}
     * @param message its own words
     */
    record Refusal(String by, String message) {}

    /** Whether applying would be denied. */
    boolean denied() {
        return refusal != null || !violations.isEmpty();
    }

    /** Whether there is something to know besides the outcome. */
    boolean warned() {
        return !warnings.isEmpty();
    }
}
