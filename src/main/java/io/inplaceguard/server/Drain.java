package io.inplaceguard.server;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * The end of a server that is told to end: unready at once, serving on for the drain time while each answer closes its
 * connection, for endpoints of a Service lag behind; then the web server finishes what is in flight. A second SIGTERM ends
 * at once.
 */
final class Drain implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    /** What a shell says of a process that a signal ended. */
    private static final int SIGNALLED = 128;
    private static final AtomicBoolean TOLD = new AtomicBoolean();

    private final ApplicationContext context;
    private final Duration time;
    private volatile boolean running;
    private volatile boolean draining;

    Drain(ApplicationContext context, Duration time) {
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
        LOG.info("told to end: serving on for {} s", time.toSeconds());
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

    /**
     * Makes the first SIGTERM or SIGINT an orderly end and the second one the end. By reflection: the compiler warns of sun.misc,
     * which is there in every JDK and has no successor.
     */
    static void onSignals() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler handling = (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                    told(SIGNALLED + (int) signal.getMethod("getNumber").invoke(arguments[0]));
                    return null;
                }
                return method.getName().equals("hashCode") ? System.identityHashCode(proxy) : method.getName().equals("equals") && proxy == arguments[0];
            };
            Object ours = Proxy.newProxyInstance(Drain.class.getClassLoader(), new Class<?>[] {handler}, handling);
            for (String name : List.of("TERM", "INT")) {
                signal.getMethod("handle", signal, handler).invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
            }
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            LOG.warn("signals cannot be handled here; a second SIGTERM will not end the server at once");
        }
    }

    private static void told(int status) {
        if (TOLD.getAndSet(true)) {
            Runtime.getRuntime().halt(status);
        }
        new Thread(() -> System.exit(status), "end").start();
    }
}
