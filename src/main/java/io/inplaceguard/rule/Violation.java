package io.inplaceguard.rule;

import io.inplaceguard.template.FieldPath;

/**
 * One thing a rule objects to.
 *
 * @param rule     the rule's id, such as {@code not-in-place}
 * @param field    name-keyed path of what it objects to
 * @param sentence what changed, why it is not in place and what would be allowed; no value but images and resources
 */
public record Violation(String rule, String field, String sentence) {

    Violation(String rule, FieldPath field, String sentence) {
        this(rule, field.toString(), sentence);
    }

    /** The sentence as it is told, with the rule's id at its end. */
    public String message() {
        return sentence + " [" + rule + "]";
    }
}
