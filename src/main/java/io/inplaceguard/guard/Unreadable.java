package io.inplaceguard.guard;

import io.inplaceguard.rule.Finding;

/** Something the guard has to read is not there or not of its type. Stays within this package. */
final class Unreadable extends RuntimeException {

    private final transient Finding finding;

    Unreadable(String field, String sentence) {
        super(sentence, null, false, false);
        this.finding = new Finding("malformed", field, sentence);
    }

    /** The objection it becomes. */
    Finding finding() {
        return finding;
    }
}
