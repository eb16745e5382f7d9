package io.inplaceguard.admission;

import java.util.Arrays;

/** The objects and arrays that a {@link JsonCursor} is within, and the keys of the objects. */
final class OpenValues {

    /** The API server itself refuses JSON that is nested deeper (Go's encoding/json). */
    static final int MAX_DEPTH = 10_000;

    private final DuplicateKeys keys;
    private int depth;
    /** For each open value whether it is an object. */
    private boolean[] isObject = new boolean[32];

    OpenValues(DuplicateKeys keys) {
        this.keys = keys;
    }

    int depth() {
        return depth;
    }

    /** Whether the innermost one is an object. */
    boolean isObject() {
        return isObject[depth];
    }

    /**
     * An object or array begins.
     *
     * @param at where, for a message
     */
    void push(boolean object, int at) {
        if (++depth >= MAX_DEPTH) {
            throw new InvalidJsonException("it is nested more than " + MAX_DEPTH + " levels deep", at);
        }
        if (depth == isObject.length) {
            isObject = Arrays.copyOf(isObject, 2 * depth);
        }
        isObject[depth] = object;
        if (object) {
            keys.open();
        }
    }

    /** The innermost one ends. */
    void pop() {
        if (isObject[depth--]) {
            keys.close();
        }
    }

    /** Goes back to where so many values, and so many objects, were open. */
    void reset(int values, int objects) {
        depth = values;
        keys.closeTo(objects);
    }
}
