package io.inplaceguard.tracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WorkQueueTest {

    @Test
    void an_inactive_queue_ignores_keys() {
        Queue<String> worked = new ConcurrentLinkedQueue<>();
        try (WorkQueue<String> queue = new WorkQueue<>(worked::add, 2)) {
            queue.add("a");
            queue.setActive(true);
            queue.add("b");
            await().until(() -> worked.contains("b"));
            queue.setActive(false);
            queue.add("c");
            queue.setActive(true);
            queue.add("d");
            await().until(() -> worked.contains("d"));
            assertThat(worked).containsExactly("b", "d");
        }
    }

    @Test
    void a_key_added_often_is_reconciled_once() throws Exception {
        Queue<String> worked = new ConcurrentLinkedQueue<>();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (WorkQueue<String> queue = new WorkQueue<>(
                key -> {
                    begun.countDown();
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    worked.add(key);
                },
                1)) {
            queue.setActive(true);
            queue.add("first");
            begun.await();
            for (int i = 0; i < 100; i++) {
                queue.add("a");
            }
            queue.add("last");
            go.countDown();
            await().until(() -> worked.contains("last"));
            assertThat(worked).containsExactly("first", "a", "last");
        }
    }

    @Test
    void a_key_added_while_it_is_reconciled_is_reconciled_again_afterwards() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger at = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger times = new AtomicInteger();
        try (WorkQueue<String> queue = new WorkQueue<>(
                key -> {
                    most.accumulateAndGet(at.incrementAndGet(), Math::max);
                    begun.countDown();
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    at.decrementAndGet();
                    times.incrementAndGet();
                },
                4)) {
            queue.setActive(true);
            queue.add("a");
            begun.await();
            queue.add("a");
            queue.add("a");
            go.countDown();
            await().until(() -> times.get() == 2);
        }
        assertThat(most.get()).isEqualTo(1);
        assertThat(times.get()).isEqualTo(2);
    }

    @Test
    void a_failure_is_retried_until_it_succeeds() {
        AtomicInteger times = new AtomicInteger();
        try (WorkQueue<String> queue = new WorkQueue<>(
                key -> {
                    if (times.incrementAndGet() < 4) {
                        throw new IllegalStateException("not yet");
                    }
                },
                1)) {
            queue.setActive(true);
            queue.add("a");
            await().until(() -> times.get() == 4);
        }
        assertThat(times.get()).isEqualTo(4);
    }

    @Test
    void an_error_does_not_end_a_worker() {
        AtomicInteger times = new AtomicInteger();
        try (WorkQueue<String> queue = new WorkQueue<>(
                key -> {
                    if (times.incrementAndGet() == 1) {
                        throw new StackOverflowError("once");
                    }
                },
                1)) {
            queue.setActive(true);
            queue.add("a");
            await().until(() -> times.get() == 2);
        }
    }

    @Test
    void a_queue_is_idle_only_when_nothing_runs_waits_or_will_be_retried() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger times = new AtomicInteger();
        try (WorkQueue<String> queue = new WorkQueue<>(
                key -> {
                    begun.countDown();
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    if (times.incrementAndGet() == 1) {
                        throw new IllegalStateException("not yet");
                    }
                },
                1)) {
            assertThat(queue.isIdle()).isTrue();
            queue.setActive(true);
            queue.add("a");
            begun.await();
            assertThat(queue.isIdle()).as("running").isFalse();
            go.countDown();
            await().until(queue::isIdle);
            assertThat(times.get()).as("idle after the retry, not before it").isEqualTo(2);
        }
    }
}
