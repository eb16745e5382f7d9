package io.inplaceguard.tracker;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue of keys to reconcile: each key once however often it is added, never in two workers at a time, and again after a failure
 * with a growing delay, as the rate limiting queue of client-go.
 *
 * <p>fabric8 has none, and java-operator-sdk (5.5), which has one, is built on fabric8 7 and Jackson 2; this project uses fabric8 8.
 */
final class WorkQueue<K> implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WorkQueue.class);
    private static final Duration FIRST_DELAY = Duration.ofMillis(100);
    private static final Duration LAST_DELAY = Duration.ofMinutes(5);
    private static final int FAILURES_BEFORE_WARNING = 3;
    private static final long CLOSE_SECONDS = 5;

    private final Consumer<K> work;
    private final Set<K> waiting = new LinkedHashSet<>();
    private final Set<K> running = new HashSet<>();
    private final Set<K> again = new HashSet<>();
    private final Map<K, Integer> failures = new HashMap<>();
    private final ScheduledExecutorService retries =
            Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "queue-retries"));
    private boolean active;
    private boolean closed;

    /** @param work reconciles one key; throws where it should be retried */
    WorkQueue(Consumer<K> work, int workers) {
        this.work = work;
        for (int i = 0; i < workers; i++) {
            daemon(this::run, "worker-" + i).start();
        }
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Adds a key. An inactive queue ignores it: when the queue is activated, all keys are added. */
    synchronized void add(K key) {
        if (!active) {
            return;
        }
        (running.contains(key) ? again : waiting).add(key);
        notifyAll();
    }

    /** Starts the workers, or stops them and drops all keys. */
    synchronized void setActive(boolean active) {
        this.active = active;
        if (!active) {
            waiting.clear();
            again.clear();
            failures.clear();
        }
        notifyAll();
    }

    synchronized boolean isActive() {
        return active;
    }

    /** Whether no key is being worked on, waits, or will be retried. */
    synchronized boolean isIdle() {
        return waiting.isEmpty() && running.isEmpty() && failures.isEmpty();
    }

    private void run() {
        try {
            for (K key = take(); key != null; key = take()) {
                Throwable problem = null;
                try {
                    work.accept(key);
                } catch (RuntimeException | Error e) {
                    // An Error too: a worker that ended would leave its key marked as running for good.
                    problem = e;
                }
                done(key, problem);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized @Nullable K take() throws InterruptedException {
        while (!closed && (!active || waiting.isEmpty())) {
            wait();
        }
        if (closed) {
            return null;
        }
        Iterator<K> first = waiting.iterator();
        K key = first.next();
        first.remove();
        running.add(key);
        return key;
    }

    private synchronized void done(K key, @Nullable Throwable problem) {
        running.remove(key);
        if (problem == null) {
            failures.remove(key);
        } else if (active && !closed) {
            retry(key, problem);
        }
        if (again.remove(key) && active) {
            waiting.add(key);
        }
        notifyAll();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // add does not throw
    private void retry(K key, Throwable problem) {
        int times = failures.merge(key, 1, Integer::sum);
        // Once, not at each attempt; conflicts are expected and end by themselves.
        if (times == FAILURES_BEFORE_WARNING) {
            LOG.warn("cannot update {}, retrying: {}", key, String.valueOf(problem.getMessage()));
        }
        long delay = Math.min(LAST_DELAY.toMillis(), FIRST_DELAY.toMillis() << Math.min(times - 1, 20));
        retries.schedule(() -> add(key), delay, TimeUnit.MILLISECONDS);
    }

    /** Takes no further key and waits up to 5 s for those that are being worked on. */
    @Override
    public void close() {
        retries.shutdownNow();
        synchronized (this) {
            closed = true;
            notifyAll();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
            try {
                for (long left = TimeUnit.SECONDS.toMillis(CLOSE_SECONDS);
                        !running.isEmpty() && left > 0;
                        left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())) {
                    wait(left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
