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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys to be looked at: each once however often it is added, never by two workers at a time, again after a failure with a
 * growing delay. The queue of client-go's controllers, which fabric8 does not have.
 */
final class WorkQueue<K> implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WorkQueue.class);
    private static final Duration FIRST_DELAY = Duration.ofMillis(100);
    private static final Duration LAST_DELAY = Duration.ofMinutes(5);

    private final Consumer<K> work;
    private final Set<K> waiting = new LinkedHashSet<>();
    private final Set<K> running = new HashSet<>();
    private final Set<K> again = new HashSet<>();
    private final Map<K, Integer> failures = new HashMap<>();
    private final ScheduledExecutorService later =
            Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "queue-later"));
    private boolean active;
    private boolean closed;

    /** @param work throws where it should be tried again */
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

    /** While the queue is not active nothing waits in it: whoever activates it adds all there is to look at. */
    synchronized void add(K key) {
        if (!active) {
            return;
        }
        (running.contains(key) ? again : waiting).add(key);
        notifyAll();
    }

    /** Lets the workers work, or rest and forget what was waiting. */
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

    private void run() {
        try {
            for (K key = take(); key != null; key = take()) {
                boolean failed = false;
                try {
                    work.accept(key);
                } catch (RuntimeException e) {
                    failed = true;
                    tell(key, e);
                }
                done(key, failed);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized K take() throws InterruptedException {
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

    private synchronized void tell(K key, RuntimeException problem) {
        // Once, not at each try; a conflict is everyday life and is not told at all before it lasts.
        if (failures.getOrDefault(key, 0) == 3) {
            LOG.warn("{} cannot be written, trying again: {}", key, String.valueOf(problem.getMessage()));
        }
    }

    private synchronized void done(K key, boolean failed) {
        running.remove(key);
        if (!failed) {
            failures.remove(key);
        } else if (!closed) {
            int times = failures.merge(key, 1, Integer::sum);
            long delay = Math.min(LAST_DELAY.toMillis(), FIRST_DELAY.toMillis() << Math.min(times - 1, 20));
            later.schedule(() -> add(key), delay, TimeUnit.MILLISECONDS);
        }
        if (again.remove(key) && active) {
            waiting.add(key);
        }
        notifyAll();
    }

    /** Takes nothing new, and waits a while for what is being worked on. */
    @Override
    public void close() {
        later.shutdownNow();
        synchronized (this) {
            closed = true;
            notifyAll();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            try {
                for (long left = 5_000;
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
