package io.inplaceguard.guard;

import io.inplaceguard.rule.Violation;
import java.util.List;

/**
 * What the rules say of a change.
 *
 * @param violations what they object to, in the order it is told; empty where the change is admitted
 * @param warnings   what the user should know, be the change admitted or not
 */
public record Verdict(List<Violation> violations, List<Warning> warnings) {

    /** Nothing to object to, nothing to tell. */
    public static final Verdict ALLOWED = new Verdict(List.of(), List.of());

    public Verdict {
        violations = List.copyOf(violations);
        warnings = List.copyOf(warnings);
    }

    static Verdict denied(Violation finding) {
        return new Verdict(List.of(finding), List.of());
    }

    /** Whether the change breaks a rule. */
    public boolean denied() {
        return !violations.isEmpty();
    }
}
