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

    /** The id of what keeps an object from being compared at all. */
    private static final String MALFORMED = "malformed";

    /** A violation of the rule {@code malformed}: the object, or the field at this path, cannot be read. */
    public static Violation malformed(String field, String sentence) {
        return new Violation(MALFORMED, field, sentence);
    }

    /** Whether the object could not be read, so that nothing was compared. */
    public boolean isMalformed() {
        return rule.equals(MALFORMED);
    }

    Violation(String rule, FieldPath field, String sentence) {
        this(rule, field.toString(), sentence);
    }

    /** The sentence as it is told, with the rule's id at its end. */
    public String message() {
        return sentence + " [" + rule + "]";
    }
}
