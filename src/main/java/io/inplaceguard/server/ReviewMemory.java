package io.inplaceguard.server;

import io.inplaceguard.runtime.ClientConnection;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The memory that reviews of one size class may take together. A review that does not fit waits for a bounded time. Where bodies
 * run short, a client that is slow to send one loses its place.
 */
final class ReviewMemory {

    /** Decoding takes at most about so many bytes for a byte of JSON; an object of empty objects takes the most. */
    private static final int WORK_BYTES_PER_BODY_BYTE = 32;

    private static final long BODY_WAIT_MILLIS = 1_000;
    private static final long WORK_WAIT_MILLIS = 2_000;
    private static final long STEP_MILLIS = 50;
    /** A body that has been under way for less is not slow yet. */
    private static final long SLOW_MILLIS = 250;

    private final ByteBudget bodies;
    private final ByteBudget work;
    private final Set<ClientConnection> readers = ConcurrentHashMap.newKeySet();

    /**
     * @param bodies bytes that bodies may take
     * @param work   bytes that decoding and evaluating them may take
     */
    ReviewMemory(long bodies, long work) {
        this.bodies = new ByteBudget(bodies);
        this.work = new ByteBudget(work);
    }

    /**
     * Reserves memory for a body that is about to be read from that connection; {@link #bodyRead} and {@link #releaseBody}
     * follow.
     *
     * @return false where there was none within the time to wait
     */
    boolean reserveBody(long bytes, ClientConnection connection) throws InterruptedException {
        long start = System.nanoTime();
        while (!bodies.tryReserve(bytes, STEP_MILLIS)) {
            if (connection.isEnded() || TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) > BODY_WAIT_MILLIS) {
                return false;
            }
            readers.stream()
                    .filter(reader -> !reader.isEnded() && reader.millisInPhase() > SLOW_MILLIS)
                    .max(Comparator.comparingLong(ClientConnection::millisInPhase))
                    .ifPresent(ClientConnection::evict);
        }
        readers.add(connection);
        return true;
    }

    /** The body is there, or will never be. */
    void bodyRead(ClientConnection connection) {
        readers.remove(connection);
    }

    void releaseBody(long bytes) {
        bodies.release(bytes);
    }

    /**
     * Reserves memory for decoding and evaluating a body of that length; {@link #releaseWork} follows.
     *
     * @return false where there was none within the time to wait
     */
    boolean reserveWork(int length) throws InterruptedException {
        return work.tryReserve((long) length * WORK_BYTES_PER_BODY_BYTE, WORK_WAIT_MILLIS);
    }

    void releaseWork(int length) {
        work.release((long) length * WORK_BYTES_PER_BODY_BYTE);
    }
}
