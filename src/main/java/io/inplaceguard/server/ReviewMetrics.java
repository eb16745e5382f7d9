package io.inplaceguard.server;

import io.inplaceguard.admission.Endpoint;
import io.inplaceguard.admission.ReviewOutcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Counts what was answered. Label sets are closed; meters are looked up once, not on every review. */
final class ReviewMetrics {

    private record Key(String endpoint, String kind, String operation, String verdict, String mode) {}

    private record Violated(String rule, String kind) {}

    private final MeterRegistry registry;
    private final Map<Key, Counter> reviews = new ConcurrentHashMap<>();
    private final Map<Violated, Counter> violations = new ConcurrentHashMap<>();
    private final Map<String, Timer> durations = new ConcurrentHashMap<>();

    ReviewMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** One answered review that took so many nanoseconds. */
    void count(Endpoint endpoint, ReviewOutcome outcome, long nanos) {
        Key key = new Key(
                endpoint.label(),
                outcome.kind(),
                outcome.operationLabel(),
                outcome.verdict().label(),
                outcome.mode().label());
        Counter counter = reviews.get(key);
        (counter != null ? counter : reviews.computeIfAbsent(key, this::counter)).increment();
        Timer timer = durations.get(endpoint.label());
        (timer != null ? timer : durations.computeIfAbsent(endpoint.label(), this::timer))
                .record(nanos, TimeUnit.NANOSECONDS);
        for (String rule : outcome.rules()) {
            violations
                    .computeIfAbsent(new Violated(rule, outcome.kind()), this::counter)
                    .increment();
        }
    }

    private Counter counter(Key key) {
        return Counter.builder("inplace.guard.reviews")
                .description("AdmissionReviews answered")
                .tag("endpoint", key.endpoint())
                .tag("kind", key.kind())
                .tag("operation", key.operation())
                .tag("verdict", key.verdict())
                .tag("mode", key.mode())
                .register(registry);
    }

    private Counter counter(Violated violated) {
        return Counter.builder("inplace.guard.violations")
                .description("Violations found, in every mode")
                .tag("rule", violated.rule())
                .tag("kind", violated.kind())
                .register(registry);
    }

    private Timer timer(String endpoint) {
        return Timer.builder("inplace.guard.review.duration")
                .description("Time from the whole body being there to the answer")
                .tag("endpoint", endpoint)
                .serviceLevelObjectives(
                        Duration.ofNanos(500_000),
                        Duration.ofMillis(1),
                        Duration.ofMillis(2),
                        Duration.ofMillis(5),
                        Duration.ofMillis(10),
                        Duration.ofMillis(50),
                        Duration.ofMillis(100),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(10))
                .register(registry);
    }
}
