package io.inplaceguard.bench;

import com.sun.management.ThreadMXBean;
import io.inplaceguard.admission.AdmissionHandler;
import io.inplaceguard.admission.AdmissionResult;
import io.inplaceguard.admission.Endpoint;
import io.inplaceguard.admission.ReviewOutcome;
import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.GuardSettings.TemplateMetadata;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How the CPU time of a review grows with its bytes, for each shape, from 8 KiB to 16 MiB. Writes lines of label, path, bytes,
 * microseconds, allocated bytes and whether a limit answered, with tabs between them.
 */
public final class Growth {

    private static final int SMALLEST = 8 << 10;
    private static final int LARGEST = 16 << 20;
    private static final int WARM_UP = 1 << 20;
    private static final int FEWEST_RUNS = 5;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    /** Where annotations may change, what they cause is evaluated too. */
    private static final AdmissionHandler HANDLER =
            new AdmissionHandler(GuardSettings.DEFAULTS.withTemplateMetadata(TemplateMetadata.ALLOW));

    private Growth() {}

    /** @param args the file to write; milliseconds for each measured point; a part of a label to measure no others */
    public static void main(String[] args) throws IOException {
        long nanos = Long.parseLong(args[1]) * 1_000_000;
        String only = args.length > 2 ? args[2] : "";
        List<String> lines = new ArrayList<>();
        for (GrowthShape shape : GrowthShape.values()) {
            if (shape.label().contains(only)) {
                // The second time every size runs compiled code.
                measured(shape, WARM_UP, nanos);
                lines.addAll(measured(shape, LARGEST, nanos));
            }
        }
        Files.write(Path.of(args[0]), lines);
    }

    private static List<String> measured(GrowthShape shape, int largest, long nanos) {
        List<String> lines = new ArrayList<>();
        for (int size = SMALLEST; size <= largest; size *= 2) {
            byte[] body = shape.review(size);
            long allocated = THREADS.getCurrentThreadAllocatedBytes();
            ReviewOutcome outcome = answer(shape.endpoint(), body);
            allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
            // A patch that is too large to send was computed all the same.
            boolean limited = shape.endpoint() == Endpoint.MUTATE
                    ? outcome.verdict() == ReviewOutcome.Decision.ALLOWED
                    : outcome.rules().contains("malformed");
            lines.add(String.join(
                    "\t",
                    shape.label(),
                    shape.endpoint().path(),
                    String.valueOf(body.length),
                    String.valueOf(median(shape.endpoint(), body, nanos) / 1_000),
                    String.valueOf(allocated),
                    limited ? "limit" : "compared"));
        }
        return lines;
    }

    private static ReviewOutcome answer(Endpoint endpoint, byte[] body) {
        AdmissionResult.Responded answer = (AdmissionResult.Responded) HANDLER.answer(endpoint, body, body.length);
        if (answer.outcome().error() != null) {
            throw new IllegalStateException(answer.outcome().error());
        }
        return answer.outcome();
    }

    private static long median(Endpoint endpoint, byte[] body, long nanos) {
        List<Long> times = new ArrayList<>();
        for (long end = System.nanoTime() + nanos; times.size() < FEWEST_RUNS || System.nanoTime() < end; ) {
            long before = THREADS.getCurrentThreadCpuTime();
            answer(endpoint, body);
            times.add(THREADS.getCurrentThreadCpuTime() - before);
        }
        long[] sorted = times.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
