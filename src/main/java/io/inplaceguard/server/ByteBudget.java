package io.inplaceguard.server;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A number of bytes that may be in use at one time, first come, first served. Safe for use by several threads. */
final class ByteBudget {

    private static final int UNIT = 1 << 10;

    private final int total;
    private final Semaphore free;

    ByteBudget(long bytes) {
        total = (int) Math.min(Integer.MAX_VALUE, bytes / UNIT);
        free = new Semaphore(total, true);
    }

    /** Whether those bytes could be reserved within that time. More than the whole budget counts as the whole. */
    boolean tryReserve(long bytes, long waitMillis) throws InterruptedException {
        return free.tryAcquire(units(bytes), waitMillis, TimeUnit.MILLISECONDS);
    }

    /** Gives back what was reserved with the same number. */
    void release(long bytes) {
        free.release(units(bytes));
    }

    private int units(long bytes) {
        return (int) Math.max(1, Math.min(total, (bytes + UNIT - 1) / UNIT));
    }
}
