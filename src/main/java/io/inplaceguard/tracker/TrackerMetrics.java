package io.inplaceguard.tracker;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.stream.Stream;

/** Counts resizes; labels hold states alone. */
final class TrackerMetrics {

    private final MeterRegistry registry;
    private final Timer duration;

    TrackerMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.duration = Timer.builder("inplace.guard.resize.duration")
                .description("Time from the first sight of a resize to its completion")
                .serviceLevelObjectives(Stream.of(1, 2, 5, 10, 30, 60, 300, 1800, 3600, 14400, 86400)
                        .map(Duration::ofSeconds)
                        .toArray(Duration[]::new))
                .maximumExpectedValue(Duration.ofDays(7))
                .register(registry);
        for (ResizeState state : ResizeState.values()) {
            counter(state.word());
        }
        counter("Completed");
    }

    /** What only the tracker itself can tell. */
    void watch(ResizeTracker tracker) {
        for (ResizeState state : ResizeState.values()) {
            Gauge.builder("inplace.guard.resize.pods", tracker, all -> all.count(state))
                    .tag("state", state.word())
                    .description("Pods in a resize; 0 in a tracker that does not lead")
                    .register(registry);
        }
        Gauge.builder("inplace.guard.tracker.leader", tracker, all -> all.leads() ? 1 : 0)
                .description("1 in the tracker that leads, 0 in the others")
                .register(registry);
    }

    void transition(String state) {
        counter(state).increment();
    }

    void completed(Duration time) {
        counter("Completed").increment();
        duration.record(time.isNegative() ? Duration.ZERO : time);
    }

    private Counter counter(String state) {
        return Counter.builder("inplace.guard.resize.transitions")
                .tag("state", state)
                .description("States that pods came to, and completed resizes")
                .register(registry);
    }
}
