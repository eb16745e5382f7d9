package io.inplaceguard.guard;

import io.inplaceguard.rule.Violation;
import java.util.List;

/**
 * The outcome of the rules for one update.
 *
 * @param violations the violations, in the order in which they are reported; empty where the update is admitted
 * @param warnings   what the user should know, whether the update is admitted or not
 */
public record Verdict(List<Violation> violations, List<Warning> warnings) {

    /** No violation and no warning. */
    public static final Verdict ALLOWED = new Verdict(List.of(), List.of());

    public Verdict {
        violations = List.copyOf(violations);
        warnings = List.copyOf(warnings);
    }

    static Verdict denied(Violation violation) {
        return new Verdict(List.of(violation), List.of());
    }

    /** Whether the update breaks a rule. */
    public boolean denied() {
        return !violations.isEmpty();
    }
}
