package io.inplaceguard.tracker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** On a clock of its own: waiting moves it forward. */
class RateLimiterTest {

    private static final int PER_SECOND = 10;
    private static final long BETWEEN = Duration.ofMillis(100).toNanos();

    private final List<Long> waits = new ArrayList<>();
    private long now = Long.MAX_VALUE - Duration.ofHours(1).toNanos();

    private final RateLimiter limiter = new RateLimiter(PER_SECOND, () -> now, nanos -> {
        waits.add(nanos);
        now += nanos;
    });

    private void acquire(int times) {
        for (int i = 0; i < times; i++) {
            limiter.acquire();
        }
    }

    @Test
    void a_second_s_worth_of_calls_may_come_at_once_and_then_one_at_a_time() {
        acquire(PER_SECOND);
        assertThat(waits).isEmpty();
        acquire(3);
        assertThat(waits).containsExactly(BETWEEN, BETWEEN, BETWEEN);
    }

    @Test
    void a_pause_is_credited_up_to_one_second() {
        acquire(PER_SECOND);
        now += Duration.ofMinutes(1).toNanos();
        acquire(PER_SECOND);
        assertThat(waits).isEmpty();
        acquire(1);
        assertThat(waits).containsExactly(BETWEEN);
    }

    @Test
    void callers_that_come_together_wait_in_turn() {
        List<Long> together = new ArrayList<>();
        RateLimiter frozen = new RateLimiter(PER_SECOND, () -> 0, together::add);
        for (int i = 0; i < PER_SECOND + 3; i++) {
            frozen.acquire();
        }
        assertThat(together).containsExactly(BETWEEN, 2 * BETWEEN, 3 * BETWEEN);
    }
}
