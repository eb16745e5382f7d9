package io.inplaceguard.tracker;

import java.util.concurrent.TimeUnit;

/** A bound on calls to the API server: so many a second, and as many at once after a second of rest. */
final class RateLimiter {

    private final long nanosBetween;
    private final long credit = TimeUnit.SECONDS.toNanos(1);
    private long next = System.nanoTime() - credit;

    RateLimiter(int perSecond) {
        this.nanosBetween = TimeUnit.SECONDS.toNanos(1) / perSecond;
    }

    /** Waits until one more call is due. */
    void await() {
        long wait;
        synchronized (this) {
            long now = System.nanoTime();
            next = Math.max(next, now - credit) + nanosBetween;
            wait = next - now;
        }
        if (wait > 0) {
            try {
                TimeUnit.NANOSECONDS.sleep(wait);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
