package io.inplaceguard.guard;

import io.inplaceguard.rule.Violation;

/** Something that the guard has to read is missing or of the wrong type. Stays within this package. */
final class MalformedObjectException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Violation violation;

    MalformedObjectException(String field, String sentence) {
        super(sentence, null, false, false);
        this.violation = Violation.malformed(field, sentence);
    }

    /** The violation that it becomes. */
    Violation violation() {
        return violation;
    }
}
