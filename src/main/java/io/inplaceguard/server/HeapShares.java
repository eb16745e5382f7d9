package io.inplaceguard.server;

/**
 * How much of the heap each use may take, so that no number of requests exhausts it. The rest is left for everything that does
 * not grow with requests.
 *
 * @param connections open connections, by what each costs at most
 * @param smallBodies bytes of bodies of at most {@link #SMALL_REVIEW_BYTES} that are being read or wait for work
 * @param smallWork   bytes that decoding and evaluating those may take
 * @param largeBodies bytes of larger bodies; at least one of the largest size
 * @param largeWork   bytes that decoding and evaluating those may take
 */
record HeapShares(int connections, long smallBodies, long smallWork, long largeBodies, long largeWork) {

    /** Reviews up to this size never wait for larger ones. */
    static final int SMALL_REVIEW_BYTES = 128 << 10;

    /** A body up to this size is part of what its connection costs. */
    static final int TINY_REVIEW_BYTES = 16 << 10;

    /** About 45 KB before TLS, 70 KB after it; a tiny body while it is read. */
    private static final long CONNECTION_BYTES = 80 << 10;

    private static final int MIN_CONNECTIONS = 64;
    /** Each may need a thread. */
    private static final int MAX_CONNECTIONS = 1_000;

    /**
     * @param heap           bytes, as {@link Runtime#maxMemory()}
     * @param maxReviewBytes the largest body
     */
    static HeapShares of(long heap, long maxReviewBytes) {
        return new HeapShares(
                (int) Math.max(MIN_CONNECTIONS, Math.min(MAX_CONNECTIONS, percent(heap, 25) / CONNECTION_BYTES)),
                Math.max(percent(heap, 4), 2L * SMALL_REVIEW_BYTES),
                percent(heap, 10),
                Math.max(percent(heap, 16), maxReviewBytes + 1),
                percent(heap, 30));
    }

    private static long percent(long heap, int percent) {
        return heap / 100 * percent;
    }
}
