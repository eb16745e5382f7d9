package io.inplaceguard.check;

/** Input that cannot be evaluated. The message is a sentence that names file, line and column where there are any. */
public final class InputException extends RuntimeException {

    /** @param sentence what is wrong and what to do, for the user */
    public InputException(String sentence) {
        super(sentence, null, false, false);
    }

    /** An error at a place in a file; line and column count from 1. */
    static InputException at(String file, int line, int column, String what) {
        return new InputException(file + ":" + line + ":" + column + ": " + what);
    }
}
