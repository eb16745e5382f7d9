package io.inplaceguard.admission;

/** The text is not JSON, or not JSON that is accepted. The message is part of a sentence, without values. */
final class InvalidJsonException extends RuntimeException {

    /** What cannot be JSON, or is not all of it. */
    static InvalidJsonException at(int at) {
        return new InvalidJsonException("it is not valid JSON, or ends too early,", at);
    }

    /** @param at index of the byte where it was noticed */
    InvalidJsonException(String what, int at) {
        super(what + " at byte " + at, null, false, false);
    }
}
