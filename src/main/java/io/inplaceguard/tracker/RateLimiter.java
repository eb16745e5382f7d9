package io.inplaceguard.tracker;

import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** Bounds the calls to the API server: a number per second, and as many at once after a second of rest. */
final class RateLimiter {

    private static final long CREDIT = TimeUnit.SECONDS.toNanos(1);

    private final long nanosBetween;
    private final LongSupplier clock;
    private final LongConsumer sleep;
    private long next;

    /** @param perSecond from 1 to 1,000,000,000 */
    RateLimiter(int perSecond) {
        this(perSecond, System::nanoTime, RateLimiter::sleep);
    }

    /**
     * @param clock nanoseconds that only grow
     * @param sleep waits that many nanoseconds
     */
    RateLimiter(int perSecond, LongSupplier clock, LongConsumer sleep) {
        this.nanosBetween = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.clock = clock;
        this.sleep = sleep;
        this.next = clock.getAsLong() - CREDIT;
    }

    /** Waits until one more call is due. No lock is held meanwhile. */
    void acquire() {
        long wait;
        synchronized (this) {
            long now = clock.getAsLong();
            next = Math.max(next, now - CREDIT) + nanosBetween;
            wait = next - now;
        }
        if (wait > 0) {
            sleep.accept(wait);
        }
    }

    private static void sleep(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
