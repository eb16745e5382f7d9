package io.inplaceguard.certs;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes on a new serving pair when its source changes. It compares content, not names or times, so that the symlinks that a
 * kubelet swaps need no special handling. A pair that cannot be loaded completely is never passed on.
 */
public final class CertificateWatcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateWatcher.class);

    private final String where;
    private final Supplier<ServingCertificate> source;
    private final Consumer<ServingCertificate> consumer;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "certificate-watcher");
        thread.setDaemon(true);
        return thread;
    });
    private ServingCertificate current;
    private String lastProblem = "";

    /**
     * @param where    names the source in log lines
     * @param first    the pair that the consumer already has
     * @param source   reads the pair, or replaces it where that is due
     * @param consumer gets each new pair
     */
    public CertificateWatcher(
            String where,
            ServingCertificate first,
            Supplier<ServingCertificate> source,
            Consumer<ServingCertificate> consumer) {
        this.where = where;
        this.source = source;
        this.consumer = consumer;
        this.current = first;
    }

    /** Polls at this interval, until closed. */
    public CertificateWatcher start(Duration interval) {
        // Not kept: poll() reports every failure itself, and the task ends with the executor.
        var unused = executor.scheduleWithFixedDelay(
                this::poll, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
        return this;
    }

    /** Polls as soon as possible, because a change was reported. */
    public void trigger() {
        if (!executor.isShutdown()) {
            executor.execute(this::poll);
        }
    }

    /** Polls once. A failure is logged, once for each message, and the current pair is kept. */
    public synchronized void poll() {
        try {
            ServingCertificate pair = source.get();
            // Set only after the consumer has accepted it: a failure is retried.
            if (!pair.equals(current)) {
                consumer.accept(pair);
                boolean another = !pair.chain().equals(current.chain());
                current = pair;
                if (!another) {
                    return;
                }
                LOG.info("serving the new certificate of {}, valid until {}", where, pair.notAfter());
            }
            lastProblem = "";
        } catch (RuntimeException | Error e) {
            // Errors too: the executor never runs a task again that has thrown.
            String problem = String.valueOf(e.getMessage());
            if (!problem.equals(lastProblem)) {
                LOG.warn("keeping the current certificate: {}", problem);
                lastProblem = problem;
            }
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
