package io.inplaceguard.server;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.ObjLongConsumer;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;

/**
 * Collects garbage after the start, and when no large review has come for a while: the serial collector returns memory only where
 * it collects the whole heap, and does that by itself only when the heap is full. However many reviews come, one collection in
 * half a minute (some 50 ms) is the most.
 */
final class IdleCollector implements ApplicationListener<ApplicationReadyEvent>, AutoCloseable {

    static final long QUIET_NANOS = Duration.ofSeconds(5).toNanos();
    static final long PAUSE_NANOS = Duration.ofSeconds(30).toNanos();

    private final Runnable collect;
    private final LongSupplier clock;
    private final ObjLongConsumer<Runnable> timer;
    private final Runnable end;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile long lastRequest;
    private volatile long lastCollection;

    private IdleCollector(ScheduledThreadPoolExecutor executor) {
        this(
                System::gc,
                System::nanoTime,
                (task, nanos) -> {
                    Future<?> unused = executor.schedule(task, nanos, TimeUnit.NANOSECONDS);
                },
                executor::shutdownNow);
    }

    IdleCollector() {
        this(executor());
    }

    /**
     * @param collect collects garbage
     * @param clock   nanoseconds
     * @param timer   runs a task after so many nanoseconds
     * @param end     ends the timer
     */
    IdleCollector(Runnable collect, LongSupplier clock, ObjLongConsumer<Runnable> timer, Runnable end) {
        this.collect = collect;
        this.clock = clock;
        this.timer = timer;
        this.end = end;
        this.lastCollection = clock.getAsLong() - PAUSE_NANOS;
    }

    /** Its thread ends while nothing is scheduled. */
    private static ScheduledThreadPoolExecutor executor() {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(
                1,
                task -> {
                    Thread thread = new Thread(task, "idle-collector");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
        executor.setKeepAliveTime(1, TimeUnit.SECONDS);
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        garbageLeft();
    }

    /** Something has left much garbage behind. Never waits. */
    void garbageLeft() {
        lastRequest = clock.getAsLong();
        if (scheduled.compareAndSet(false, true)) {
            timer.accept(this::collectWhenQuiet, QUIET_NANOS);
        }
    }

    private void collectWhenQuiet() {
        long now = clock.getAsLong();
        long wait = Math.max(QUIET_NANOS - (now - lastRequest), PAUSE_NANOS - (now - lastCollection));
        if (wait > 0) {
            timer.accept(this::collectWhenQuiet, wait);
            return;
        }
        lastCollection = now;
        // Before the collection, so that garbage of a review that ends meanwhile is not forgotten.
        scheduled.set(false);
        collect.run();
    }

    @Override
    public void close() {
        end.run();
    }
}
