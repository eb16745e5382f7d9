package io.inplaceguard.admission;

import java.util.Arrays;

/** Keys that were read before: most are fields of Kubernetes' types. Only a cache, so any entry may be replaced at any time. */
final class KnownKeys {

    /** A key, and its text as it stood, with escapes if it had any. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Known(String key, byte[] text) {}

    private static final Known[] KEYS = new Known[2048];
    private static final int MAX_LENGTH = 64;

    private KnownKeys() {}

    /**
     * The key whose text, without its quotes, stands there.
     *
     * @param hash of the key
     */
    static String key(byte[] in, int from, int to, long hash) {
        int slot = (int) (hash >>> 40) & (KEYS.length - 1);
        Known known = KEYS[slot];
        if (known != null && Arrays.equals(known.text, 0, known.text.length, in, from, to)) {
            return known.key;
        }
        String key = JsonText.string(in, from, to);
        if (to - from <= MAX_LENGTH) {
            KEYS[slot] = new Known(key, Arrays.copyOfRange(in, from, to));
        }
        return key;
    }
}
