package io.inplaceguard.tracker;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** The metrics of resizes. Labels hold states only, never a name or a namespace. */
final class TrackerMetrics {

    private static final String COMPLETED = "Completed";

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
        counter(COMPLETED);
    }

    /**
     * Registers the gauges.
     *
     * @param pods          how many pods are in a state
     * @param stuckRollouts how many workloads of a kind have a rollout that cannot finish
     * @param leading       whether this process leads
     */
    void register(ToLongFunction<ResizeState> pods, ToLongFunction<String> stuckRollouts, BooleanSupplier leading) {
        for (String kind : Rollout.KINDS) {
            Gauge.builder("inplace.guard.stuck.rollouts", () -> stuckRollouts.applyAsLong(kind))
                    .tag("kind", kind)
                    .description(
                            "Workloads under InPlaceOnly whose rollout cannot finish; 0 in a tracker that does not lead")
                    .register(registry);
        }
        for (ResizeState state : ResizeState.values()) {
            Gauge.builder("inplace.guard.resize.pods", () -> pods.applyAsLong(state))
                    .tag("state", state.word())
                    .description("Pods in a resize; 0 in a tracker that does not lead")
                    .register(registry);
        }
        Gauge.builder("inplace.guard.tracker.leader", () -> leading.getAsBoolean() ? 1 : 0)
                .description("1 in the tracker that leads, 0 in the others")
                .register(registry);
    }

    void record(ResizeTransition transition) {
        if (transition instanceof ResizeTransition.Entered entered) {
            counter(entered.state().word()).increment();
        } else if (transition instanceof ResizeTransition.Completed completed) {
            counter(COMPLETED).increment();
            // Another tracker's clock may have been ahead.
            duration.record(completed.after().isNegative() ? Duration.ZERO : completed.after());
        }
    }

    private Counter counter(String state) {
        return Counter.builder("inplace.guard.resize.transitions")
                .tag("state", state)
                .description("States that pods came to, and completed resizes")
                .register(registry);
    }
}
