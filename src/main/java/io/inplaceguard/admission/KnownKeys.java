package io.inplaceguard.admission;

/** Keys that were read before: most are fields of Kubernetes' types. Only a cache, so any entry may be replaced at any time. */
final class KnownKeys {

    private static final String[] KEYS = new String[2048];
    private static final int MAX_LENGTH = 64;

    private KnownKeys() {}

    /**
     * The key whose text, without its quotes, stands there.
     *
     * @param hash of the key
     */
    static String key(byte[] in, int from, int to, long hash) {
        int slot = (int) (hash >>> 40) & (KEYS.length - 1);
        String known = KEYS[slot];
        if (known != null && isText(known, in, from, to)) {
            return known;
        }
        String key = JsonText.string(in, from, to);
        if (to - from <= MAX_LENGTH) {
            KEYS[slot] = key;
        }
        return key;
    }

    private static boolean isText(String known, byte[] in, int from, int to) {
        if (known.length() != to - from) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (in[i] != known.charAt(i - from) || in[i] == '\\') {
                return false;
            }
        }
        return true;
    }
}
