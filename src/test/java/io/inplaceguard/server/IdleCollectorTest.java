package io.inplaceguard.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class IdleCollectorTest {

    private record Task(Runnable runnable, long due) {}

    private final Deque<Task> tasks = new ArrayDeque<>();
    private long now = 17;
    private int collections;
    private boolean closed;
    private final IdleCollector collector = new IdleCollector(
            () -> collections++,
            () -> now,
            (task, nanos) -> tasks.add(new Task(task, now + nanos)),
            () -> closed = true);

    private void pass(long seconds) {
        long end = now + TimeUnit.SECONDS.toNanos(seconds);
        while (!tasks.isEmpty() && tasks.peek().due() <= end) {
            Task next = tasks.remove();
            now = next.due();
            next.runnable().run();
        }
        now = end;
    }

    @Test
    void the_first_garbage_is_collected_when_it_is_quiet() {
        collector.garbageLeft();
        pass(4);
        assertThat(collections).isZero();
        pass(1);
        assertThat(collections).isEqualTo(1);
        pass(3600);
        assertThat(collections).isEqualTo(1);
        assertThat(tasks).isEmpty();
    }

    @Test
    void while_large_reviews_keep_coming_nothing_is_collected_and_one_task_waits() {
        for (int i = 0; i < 100; i++) {
            collector.garbageLeft();
            assertThat(tasks).hasSize(1);
            pass(3);
        }
        assertThat(collections).isZero();
        pass(5);
        assertThat(collections).isEqualTo(1);
    }

    @Test
    void however_often_reviews_come_one_collection_in_half_a_minute_is_the_most() {
        for (int i = 0; i < 60; i++) {
            collector.garbageLeft();
            pass(10);
        }
        assertThat(collections).isBetween(19, 20);
    }

    @Test
    void garbage_soon_after_a_collection_is_collected_half_a_minute_after_it() {
        collector.garbageLeft();
        pass(5);
        collector.garbageLeft();
        pass(29);
        assertThat(collections).isEqualTo(1);
        pass(1);
        assertThat(collections).isEqualTo(2);
    }

    @Test
    void closing_ends_the_timer() {
        collector.close();
        assertThat(closed).isTrue();
    }

    @Test
    void after_the_end_garbage_is_ignored() {
        IdleCollector ended = new IdleCollector();
        ended.close();
        ended.garbageLeft();
    }
}
