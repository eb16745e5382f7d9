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
    private int from;
    private int to;
    private long hash;
    private boolean escaped;

    /** Scans the first {@code end} bytes. */
    StringScanner(byte[] in, int end) {
        this.in = in;
        this.end = end;
    }

    /** The index of the closing quote of the key whose end was found last. */
    int keyEnd() {
        return to;
    }

    /** The hash of the key whose end was found last. Equal for equal strings, with escapes or without. */
    long hash() {
        return escaped ? hashOfDecoded() : hash;
    }

    /**
     * Walks from behind the opening quote to behind the closing one, and hashes what is between.
     *
     * @throws InvalidJsonException where the string does not end, or has a control character
     */
    int endOfKey(int from) {
        this.from = from;
        escaped = false;
        long sum = SEED;
        int i = from;
        while (i < end) {
            long word = word(i);
            long stops = stops(word);
            if (stops == 0) {
                sum = mixed(sum ^ word);
                i += Long.BYTES;
                continue;
            }
            int bits = Long.numberOfTrailingZeros(stops) & ~7;
            i += bits >>> 3;
            byte stop = i < end ? in[i] : 0;
            if (stop == '"') {
                hash = mixed(sum ^ (word & ((1L << bits) - 1))) ^ (i - from);
                to = i;
                return i + 1;
            }
            if (stop != '\\') {
                break;
            }
            escaped = true;
            i += 2;
        }
        throw InvalidJsonException.at(Math.min(i, end));
    }

    /** As {@link #endOfKey}, without a hash. */
    int end(int from) {
        int i = from;
        while (i < end) {
            long stops = stops(word(i));
            if (stops == 0) {
                i += Long.BYTES;
                continue;
            }
            i += Long.numberOfTrailingZeros(stops) >>> 3;
            byte stop = i < end ? in[i] : 0;
            if (stop == '"') {
                return i + 1;
            }
            if (stop != '\\') {
                break;
            }
            i += 2;
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

    /** The next eight bytes; behind the end there are zeros, which stop every string. */
    private long word(int from) {
        if (from + Long.BYTES <= in.length) {
            return (long) WORDS.get(in, from);
        }
        long word = 0;
        for (int i = in.length - 1; i >= from; i--) {
            word = (word << 8) | (in[i] & 0xFF);
        }
        return word;
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
