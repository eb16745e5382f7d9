package io.inplaceguard.admission;

import java.util.Arrays;

/**
 * The objects and arrays that a {@link JsonWalker} is within, and the keys of the objects so far. A key that an object has
 * twice is noticed: keys are compared by hash, and where hashes are equal by text. The few keys of most objects are searched
 * one by one, and only where a bit that the hash chooses is set; those of large objects are in a table.
 */
final class OpenValues {

    /** The API server itself refuses JSON that is nested deeper (Go's encoding/json). */
    static final int MAX_DEPTH = 10_000;

    /** Objects with no more keys than this are searched key by key. */
    private static final int MAX_SEARCHED = 24;

    private static final int ARRAY = -1;

    private final byte[] in;
    private final LargeObjects large;
    private int depth;
    private int deepest;

    /** For each open value the index of its first key, {@link #ARRAY} for an array. */
    private int[] firstKeys = new int[32];

    /** For each open object a bit for each of its keys, chosen by the key's hash. */
    private long[] seen = new long[32];

    /** The keys of the open objects, at most {@link #MAX_SEARCHED} of each: hash, and where the text begins and ends. */
    private long[] hashes = new long[64];

    private int[] begins = new int[64];
    private int[] ends = new int[64];
    private int size;

    OpenValues(byte[] in) {
        this.in = in;
        this.large = new LargeObjects(in);
        firstKeys[0] = ARRAY;
    }

    int depth() {
        return depth;
    }

    /** From here on {@link #deepest} counts. */
    void expectDepth() {
        deepest = depth;
    }

    /** The most values that have been open at a time since then. */
    int deepest() {
        return deepest;
    }

    /** Whether the innermost one is an object. */
    boolean isObject() {
        return firstKeys[depth] >= 0;
    }

    /**
     * An object or array begins.
     *
     * @param at where, for a message
     */
    void push(boolean object, int at) {
        int level = ++depth;
        if (level >= MAX_DEPTH) {
            throw new InvalidJsonException("it is nested more than " + MAX_DEPTH + " levels deep", at);
        }
        if (level == firstKeys.length) {
            firstKeys = Arrays.copyOf(firstKeys, 2 * level);
            seen = Arrays.copyOf(seen, 2 * level);
        }
        deepest = Math.max(deepest, level);
        firstKeys[level] = object ? size : ARRAY;
        seen[level] = 0;
    }

    /** The innermost one ends. */
    void pop() {
        int first = firstKeys[depth];
        if (first >= 0) {
            if (size - first == MAX_SEARCHED) {
                large.close(depth);
            }
            size = first;
        }
        depth--;
    }

    /** Goes back to where so many values were open. */
    void popTo(int level) {
        while (depth > level) {
            pop();
        }
    }

    /**
     * A key of the innermost object.
     *
     * @param hash of the decoded key
     * @param from where its text begins, behind the quote
     * @param to   where its text ends, before the quote
     * @return false where the object has it already
     */
    boolean add(long hash, int from, int to) {
        int first = firstKeys[depth];
        if (size - first == MAX_SEARCHED) {
            return addToLarge(first, hash, from, to);
        }
        long bit = 1L << (hash >>> 58);
        if ((seen[depth] & bit) != 0 && isThere(first, hash, from, to)) {
            return false;
        }
        seen[depth] |= bit;
        if (size == hashes.length) {
            hashes = Arrays.copyOf(hashes, 2 * size);
            begins = Arrays.copyOf(begins, 2 * size);
            ends = Arrays.copyOf(ends, 2 * size);
        }
        hashes[size] = hash;
        begins[size] = from;
        ends[size] = to;
        size++;
        return true;
    }

    private boolean isThere(int first, long hash, int from, int to) {
        for (int i = first; i < size; i++) {
            if (hashes[i] == hash && JsonText.isSame(in, begins[i], ends[i], from, to)) {
                return true;
            }
        }
        return false;
    }

    private boolean addToLarge(int first, long hash, int from, int to) {
        if (!large.isOpen(depth)) {
            large.open(depth);
            for (int i = first; i < size; i++) {
                large.add(hashes[i], begins[i], ends[i]);
            }
        }
        return large.add(hash, from, to);
    }
}
