package io.inplaceguard.bench;

import io.inplaceguard.admission.AdmissionHandler;
import io.inplaceguard.admission.AdmissionResult;
import io.inplaceguard.admission.Endpoint;
import io.inplaceguard.guard.GuardSettings;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Decode and decide: microseconds from the body's bytes to the answer's. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 4, time = 2)
public class DecideBenchmark {

    @Param({"pod-7k", "cloneset-20k", "pod-100k"})
    public String review;

    @Param({"/validate", "/mutate"})
    public String path;

    private final AdmissionHandler reviewer = new AdmissionHandler(GuardSettings.DEFAULTS);
    private byte[] body = {};
    private Endpoint endpoint = Endpoint.VALIDATE;

    @Setup
    public void read() {
        endpoint = Endpoint.at(path).orElseThrow();
        body = switch (review) {
            case "pod-7k" -> BenchReviews.pod7k();
            case "cloneset-20k" -> BenchReviews.cloneSet20k();
            default -> BenchReviews.pod100k();
        };
    }

    @Benchmark
    public AdmissionResult decide() {
        return reviewer.answer(endpoint, body, body.length);
    }
}
