package io.inplaceguard.guard;

import io.inplaceguard.rule.Violation;

/** Something the guard has to read is not there or not of its type. Stays within this package. */
final class MalformedObjectException extends RuntimeException {

    private final transient Violation finding;

    MalformedObjectException(String field, String sentence) {
        super(sentence, null, false, false);
        this.finding = Violation.malformed(field, sentence);
    }

    /** The objection it becomes. */
    Violation finding() {
        return finding;
    }
}
