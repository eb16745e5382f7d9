package io.inplaceguard.server;

import io.inplaceguard.certs.CertificateException;
import io.inplaceguard.certs.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the file of the client CA once a second and reports a change. A file that cannot be read keeps the current CA. */
final class ClientCaWatcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ClientCaWatcher.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final Path file;
    private final Consumer<List<X509Certificate>> changed;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "client-ca-watcher");
        thread.setDaemon(true);
        return thread;
    });
    private List<X509Certificate> handedOn;
    private String complained = "";

    /**
     * @param first   the CAs in use
     * @param changed gets the CAs when the file has changed
     */
    ClientCaWatcher(Path file, List<X509Certificate> first, Consumer<List<X509Certificate>> changed) {
        this.file = file;
        this.changed = changed;
        this.handedOn = first;
        var unused = executor.scheduleWithFixedDelay(
                this::poll, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** @throws CertificateException where the file cannot be read or holds no certificate */
    static List<X509Certificate> read(Path file) {
        try {
            return Pem.certificates(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new CertificateException(
                    file + " cannot be read. Put the CA of clients there, or set inplace-guard.client-ca.mode=off.", e);
        }
    }

    /** An executor ends the schedule at the first Throwable, so none leaves this method. */
    void poll() {
        try {
            List<X509Certificate> now = read(file);
            if (!now.equals(handedOn)) {
                changed.accept(now);
                handedOn = now;
                LOG.info("trusting the new client CA of {}", file);
            }
            complained = "";
        } catch (RuntimeException | Error e) {
            String problem = e instanceof CertificateException ? String.valueOf(e.getMessage()) : e.toString();
            if (!problem.equals(complained)) {
                LOG.warn("keeping the current client CA: {}", problem);
                complained = problem;
            }
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
