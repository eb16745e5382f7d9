package io.inplaceguard.check;

/** Input that cannot be decided upon. The message is a sentence that names file, line and column where there are any. */
final class InputException extends RuntimeException {

    InputException(String sentence) {
        super(sentence, null, false, false);
    }

    /** A fault at a place of a file; line and column count from 1. */
    static InputException at(String file, int line, int column, String what) {
        return new InputException(file + ":" + line + ":" + column + ": " + what);
    }
}
