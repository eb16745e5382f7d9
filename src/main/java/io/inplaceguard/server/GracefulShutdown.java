package io.inplaceguard.server;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Shutdown of a server: not ready from the start, serving for the shutdown delay while each answer closes its
 * connection, for endpoints of a Service lag behind; then the web server finishes what is in flight. A second SIGTERM
 * stops immediately.
 */
final class GracefulShutdown implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(GracefulShutdown.class);

    private final ApplicationContext context;
    private final Duration time;
    private volatile boolean running;
    private volatile boolean draining;

    GracefulShutdown(ApplicationContext context, Duration time) {
        this.context = context;
        this.time = time;
    }

    /** Whether answers should close their connections. */
    boolean isDraining() {
        return draining;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        draining = true;
        AvailabilityChangeEvent.publish(context, ReadinessState.REFUSING_TRAFFIC);
        LOG.info("shutdown requested, serving for another {} s", time.toSeconds());
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Stopped before everything else. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }
}
