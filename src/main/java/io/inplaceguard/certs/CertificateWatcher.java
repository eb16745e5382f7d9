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
 * Hands on a new serving pair when a folder's content changes. It looks at content, not at names or times, so that the
 * symlinks a kubelet swaps need no special care. A pair that does not load whole is never handed on.
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
    private ServingCertificate handedOn;
    private String complained = "";

    /**
     * @param where    names what is watched
     * @param first    the pair its consumer has already
     * @param source   reads the pair, or creates a new one where that is due
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
        this.handedOn = first;
    }

    /** Looks every so often, until closed. */
    public CertificateWatcher start(Duration interval) {
        executor.scheduleWithFixedDelay(this::look, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
        return this;
    }

    /** Looks as soon as it can, because something is said to have changed. */
    public void lookSoon() {
        if (!executor.isShutdown()) {
            executor.execute(this::look);
        }
    }

    /** Looks once. */
    public synchronized void look() {
        try {
            ServingCertificate pair = source.get();
            // Remembered only once handed on: what failed is tried again.
            if (!pair.equals(handedOn)) {
                consumer.accept(pair);
                boolean another = !pair.chain().equals(handedOn.chain());
                handedOn = pair;
                if (!another) {
                    return;
                }
                LOG.info("serving the new certificate of {}, valid until {}", where, pair.notAfter());
            }
            complained = "";
        } catch (RuntimeException | Error e) {
            // Whatever it is, the next look is due: an executor drops a task that throws.
            String problem = String.valueOf(e.getMessage());
            if (!problem.equals(complained)) {
                LOG.warn("keeping the current certificate: {}", problem);
                complained = problem;
            }
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
