package io.inplaceguard.admission;

import io.inplaceguard.template.ObjectLimits;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * The keys of open objects that have many, in one hash table, and those that collide there too often in a set of strings:
 * memory and time are bounded whatever the keys are.
 */
final class LargeObjects {

    private static final int MAX_PROBES = 32;
    private static final int MIN_TABLE = 128;

    /**
     * Keys that are remembered at a time. An object with more has more values than are compared
     * ({@link ObjectLimits#MAX_VALUES}), so it does not matter if one of them is there twice.
     */
    static final int MAX_REMEMBERED = ObjectLimits.MAX_VALUES;

    private final byte[] in;

    /** The open large objects: their levels and their numbers, which no two of them share. */
    private int[] levels = new int[4];

    private int[] numbers = new int[4];
    private int open;
    private int lastNumber;

    /** Open addressing: object, hash, begin (0 for an empty slot) and end of the text. */
    private int[] tableNumbers = {};

    private long[] tableHashes = {};
    private int[] tableBegins = {};
    private int[] tableEnds = {};
    private int remembered;
    private Set<String> colliding = Set.of();

    LargeObjects(byte[] in) {
        this.in = in;
    }

    /** Whether the innermost large object is at that level. */
    boolean isOpen(int level) {
        return open > 0 && levels[open - 1] == level;
    }

    /** The object at that level, the innermost one, has become large. */
    void open(int level) {
        if (open == levels.length) {
            levels = Arrays.copyOf(levels, 2 * open);
            numbers = Arrays.copyOf(numbers, 2 * open);
        }
        levels[open] = level;
        numbers[open++] = ++lastNumber;
    }

    /** The object at that level ends, which may be large. */
    void close(int level) {
        if (isOpen(level) && --open == 0) {
            forget();
        }
    }

    /** A key of the innermost large object; false where it has it already. */
    boolean add(long hash, int from, int to) {
        if (remembered >= MAX_REMEMBERED) {
            return true;
        }
        if (2 * (remembered + 1) > tableHashes.length) {
            grow();
        }
        remembered++;
        int number = numbers[open - 1];
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
                    && JsonText.isSame(in, tableBegins[slot], tableEnds[slot], from, to)) {
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
}
