package io.inplaceguard.admission;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/** Finds the ends of JSON strings, eight bytes a step, and hashes what is between. */
final class StringScanner {

    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH = 0x8080808080808080L;
    private static final long QUOTES = '"' * ONES;
    private static final long ESCAPES = '\\' * ONES;
    private static final long BLANKS = ' ' * ONES;

    /** Secret, so that nobody can choose keys whose hashes are equal. */
    private static final long SEED = new SecureRandom().nextLong();

    private static final long FACTOR = new SecureRandom().nextLong() | 1;

    private final byte[] in;
    private final int end;
    /** The last index at which eight bytes can be read. */
    private final int lastWord;

    private int from;
    private int to;
    private long hash;

    /** All bytes of the strings that were walked over, and of what follows them, together. */
    private long union;

    private boolean escapes;

    /** Scans the first {@code end} bytes. */
    StringScanner(byte[] in, int end) {
        this.in = in;
        this.end = end;
        this.lastWord = in.length - Long.BYTES;
    }

    /** From here on {@link #isPlain} counts. */
    void expectPlain() {
        union = 0;
        escapes = false;
    }

    /** Whether all strings since then are plain ASCII without escapes. May be false although they are. */
    boolean isPlain() {
        return !escapes && (union & HIGH) == 0;
    }

    /** The index of the first byte of the key whose end was found last. */
    int keyBegin() {
        return from;
    }

    /** The index of the closing quote of the key whose end was found last. */
    int keyEnd() {
        return to;
    }

    /** The hash of the key whose end was found last. Equal for equal strings, with escapes or without. */
    long hash() {
        return hash;
    }

    /**
     * Walks from behind the opening quote to behind the closing one, and hashes what is between.
     *
     * @throws InvalidJsonException where the string does not end, or has a control character
     */
    int endOfKey(int from) {
        this.from = from;
        long sum = SEED;
        int i = from;
        while (i <= lastWord) {
            long word = (long) WORDS.get(in, i);
            long stops = stops(word);
            union |= word;
            if (stops == 0) {
                sum = mixed(sum ^ word);
                i += Long.BYTES;
                continue;
            }
            int bits = Long.numberOfTrailingZeros(stops) & ~7;
            i += bits >>> 3;
            if (in[i] != '"' || i >= end) {
                break;
            }
            hash = mixed(sum ^ (word & ((1L << bits) - 1))) ^ (i - from);
            to = i;
            return i + 1;
        }
        // Near the end of the text, or there is an escape.
        to = slowEnd(from) - 1;
        hash = hashOfDecoded();
        return to + 1;
    }

    /** As {@link #endOfKey}, without a hash. */
    int end(int from) {
        int i = from;
        while (i <= lastWord) {
            long word = (long) WORDS.get(in, i);
            long stops = stops(word);
            union |= word;
            if (stops == 0) {
                i += Long.BYTES;
                continue;
            }
            i += Long.numberOfTrailingZeros(stops) >>> 3;
            if (in[i] == '"' && i < end) {
                return i + 1;
            }
            if (in[i] != '\\') {
                break;
            }
            escapes = true;
            i += 2;
        }
        return slowEnd(i);
    }

    private int slowEnd(int from) {
        int i = from;
        escapes = true;
        while (i < end && (in[i] >= ' ' || in[i] < 0)) {
            if (in[i] == '"') {
                return i + 1;
            }
            i += in[i] == '\\' ? 2 : 1;
        }
        throw InvalidJsonException.at(Math.min(i, end));
    }

    /** The high bit of the first byte that is a quote, a backslash or a control character; above it there may be false ones. */
    private static long stops(long word) {
        long quotes = word ^ QUOTES;
        long escapes = word ^ ESCAPES;
        return (((quotes - ONES) & ~quotes) | ((escapes - ONES) & ~escapes) | ((word - BLANKS) & ~word)) & HIGH;
    }

    private static long mixed(long sum) {
        return Math.multiplyHigh(sum, FACTOR) ^ (sum * FACTOR);
    }

    /** The hash as it would be, had the string been written without escapes. */
    private long hashOfDecoded() {
        byte[] plain = JsonText.string(in, from, to).getBytes(StandardCharsets.UTF_8);
        long sum = SEED;
        int whole = plain.length & -Long.BYTES;
        for (int i = 0; i < whole; i += Long.BYTES) {
            sum = mixed(sum ^ (long) WORDS.get(plain, i));
        }
        long rest = 0;
        for (int i = plain.length - 1; i >= whole; i--) {
            rest = (rest << 8) | (plain[i] & 0xFF);
        }
        return mixed(sum ^ rest) ^ plain.length;
    }
}
