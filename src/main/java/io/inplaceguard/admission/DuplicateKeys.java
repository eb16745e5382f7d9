package io.inplaceguard.admission;

import io.inplaceguard.template.ObjectLimits;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Notices a key that an object has twice. Keys are compared by hash, and where hashes are equal by text. Memory and time
 * are bounded whatever the keys are: small objects are searched, the keys of large ones are in a hash table, and those
 * that collide there too often in a set of strings.
 */
final class DuplicateKeys {

    /** Objects with no more keys than this are searched key by key. */
    private static final int MAX_SEARCHED = 24;

    private static final int MAX_PROBES = 32;
    private static final int MIN_TABLE = 128;

    /**
     * Keys of large objects that are remembered at a time. An object with more has more values than are compared
     * ({@link ObjectLimits#MAX_VALUES}), so it does not matter if one of them is there twice.
     */
    static final int MAX_REMEMBERED = ObjectLimits.MAX_VALUES;

    private final byte[] in;

    /** The open objects: index of the first key below; number of a large object, 0 for a small one. */
    private int[] firstKeys = new int[16];

    private int[] numbers = new int[16];
    private int depth = -1;
    private int largeObjects;

    /** The keys of the open objects, at most {@link #MAX_SEARCHED} of each: hash, begin and end of the text. */
    private long[] hashes = new long[64];

    private int[] begins = new int[64];
    private int[] ends = new int[64];
    private int size;

    /** The keys of large objects, open addressing: object, hash, begin (0 for an empty slot) and end of the text. */
    private int[] tableNumbers = {};

    private long[] tableHashes = {};
    private int[] tableBegins = {};
    private int[] tableEnds = {};
    private int remembered;
    private int openLargeObjects;
    private Set<String> colliding = Set.of();

    DuplicateKeys(byte[] in) {
        this.in = in;
    }

    /** An object begins. */
    void open() {
        depth++;
        if (depth == firstKeys.length) {
            firstKeys = Arrays.copyOf(firstKeys, 2 * depth);
            numbers = Arrays.copyOf(numbers, 2 * depth);
        }
        firstKeys[depth] = size;
        numbers[depth] = 0;
    }

    /** The innermost object ends. */
    void close() {
        size = firstKeys[depth];
        if (numbers[depth--] > 0 && --openLargeObjects == 0) {
            forget();
        }
    }

    /** How many objects are open. */
    int depth() {
        return depth + 1;
    }

    /** Closes the innermost objects until so many are open. */
    void closeTo(int open) {
        while (depth >= open) {
            close();
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
        if (numbers[depth] > 0) {
            return remember(hash, from, to);
        }
        int first = firstKeys[depth];
        for (int i = first; i < size; i++) {
            if (hashes[i] == hash && isSameText(begins[i], ends[i], from, to)) {
                return false;
            }
        }
        if (size - first == MAX_SEARCHED) {
            openLargeObjects++;
            numbers[depth] = ++largeObjects;
            for (int i = first; i < size; i++) {
                remember(hashes[i], begins[i], ends[i]);
            }
            return remember(hash, from, to);
        }
        push(hash, from, to);
        return true;
    }

    private void push(long hash, int from, int to) {
        if (size == hashes.length) {
            hashes = Arrays.copyOf(hashes, 2 * size);
            begins = Arrays.copyOf(begins, 2 * size);
            ends = Arrays.copyOf(ends, 2 * size);
        }
        hashes[size] = hash;
        begins[size] = from;
        ends[size] = to;
        size++;
    }

    /** False where the table has it already. */
    private boolean remember(long hash, int from, int to) {
        if (remembered >= MAX_REMEMBERED) {
            return true;
        }
        if (2 * (remembered + 1) > tableHashes.length) {
            grow();
        }
        remembered++;
        int number = numbers[depth];
        if (!colliding.isEmpty() && colliding.contains(text(number, from, to))) {
            return false;
        }
        return switch (put(number, hash, from, to)) {
            case ADDED -> true;
            case PRESENT -> false;
            case FULL -> collides(number, from, to);
        };
    }

    private boolean collides(int number, int from, int to) {
        colliding = colliding.isEmpty() ? new HashSet<>() : colliding;
        return colliding.add(text(number, from, to));
    }

    private enum Put {
        ADDED,
        PRESENT,
        FULL
    }

    private Put put(int number, long hash, int from, int to) {
        int mask = tableHashes.length - 1;
        int slot = (int) (((hash ^ (number * 0x9E3779B97F4A7C15L)) * 0xD6E8FEB86659FD93L) >>> 32) & mask;
        for (int probe = 0; probe < MAX_PROBES; probe++) {
            if (tableBegins[slot] == 0) {
                tableNumbers[slot] = number;
                tableHashes[slot] = hash;
                tableBegins[slot] = from;
                tableEnds[slot] = to;
                return Put.ADDED;
            }
            if (tableHashes[slot] == hash
                    && tableNumbers[slot] == number
                    && isSameText(tableBegins[slot], tableEnds[slot], from, to)) {
                return Put.PRESENT;
            }
            slot = (slot + 1) & mask;
        }
        return Put.FULL;
    }

    private void grow() {
        int[] oldNumbers = tableNumbers;
        long[] oldHashes = tableHashes;
        int[] oldBegins = tableBegins;
        int[] oldEnds = tableEnds;
        allocate(Math.max(MIN_TABLE, 4 * oldHashes.length));
        for (int i = 0; i < oldHashes.length; i++) {
            if (oldBegins[i] != 0 && put(oldNumbers[i], oldHashes[i], oldBegins[i], oldEnds[i]) == Put.FULL) {
                collides(oldNumbers[i], oldBegins[i], oldEnds[i]);
            }
        }
    }

    private void allocate(int length) {
        tableNumbers = new int[length];
        tableHashes = new long[length];
        tableBegins = new int[length];
        tableEnds = new int[length];
    }

    /** No large object is open: a large table is given back, a small one emptied. */
    private void forget() {
        if (tableHashes.length > MIN_TABLE) {
            allocate(0);
        } else {
            Arrays.fill(tableBegins, 0);
        }
        remembered = 0;
        colliding = Set.of();
    }

    private String text(int number, int from, int to) {
        return number + " " + JsonText.string(in, from, to);
    }

    private boolean isSameText(int from, int to, int otherFrom, int otherTo) {
        return Arrays.equals(in, from, to, in, otherFrom, otherTo)
                || ((isEscaped(from, to) || isEscaped(otherFrom, otherTo))
                        && JsonText.string(in, from, to).equals(JsonText.string(in, otherFrom, otherTo)));
    }

    private boolean isEscaped(int from, int to) {
        for (int i = from; i < to; i++) {
            if (in[i] == '\\') {
                return true;
            }
        }
        return false;
    }
}
