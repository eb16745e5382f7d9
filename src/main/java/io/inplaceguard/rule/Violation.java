package io.inplaceguard.rule;

import io.inplaceguard.template.FieldPath;

/**
 * One violation of a rule.
 *
 * @param rule        the rule's id, such as {@code not-in-place}
 * @param field       name-keyed path of the field; empty for the object as a whole
 * @param sentence    what changed, why it is not in place and what would be allowed; shows no value but images and resources
 * @param consequence what happens when it is admitted
 */
public record Violation(String rule, String field, String sentence, Consequence consequence) {

    /** The id of what keeps an object from being compared at all. */
    private static final String MALFORMED = "malformed";

    Violation(Rule rule, FieldPath field, String sentence, Consequence consequence) {
        this(rule.id(), field.toString(), sentence, consequence);
    }

    /** A violation of the rule {@code malformed}: the object, or the field at this path, cannot be read. */
    public static Violation malformed(String field, String sentence) {
        return new Violation(MALFORMED, field, sentence, Consequence.REFUSED);
    }

    /** Whether the object could not be read, so that nothing was compared. */
    public boolean isMalformed() {
        return rule.equals(MALFORMED);
    }

    /** The sentence, with the rule's id at its end. */
    public String message() {
        return sentence + " [" + rule + "]";
    }
}
