package io.inplaceguard.runtime;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** SIGTERM and SIGINT: the first shuts the process down in order, the second stops it immediately. */
final class Signals {

    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);
    /** Added to the signal's number this is the exit status that a shell reports. */
    private static final int SIGNALLED = 128;

    private static final AtomicBoolean RECEIVED = new AtomicBoolean();

    private Signals() {}

    /**
     * Installs the handlers. By reflection: the compiler warns about sun.misc, which every JDK has and which has no
     * successor.
     */
    static void handle() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler handling = (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                    received(SIGNALLED + (int) signal.getMethod("getNumber").invoke(arguments[0]));
                    return null;
                }
                return method.getName().equals("hashCode")
                        ? System.identityHashCode(proxy)
                        : method.getName().equals("equals") && proxy == arguments[0];
            };
            Object ours = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler}, handling);
            for (String name : List.of("TERM", "INT")) {
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
            }
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            LOG.warn("signals cannot be handled here; a second SIGTERM will not stop the process immediately");
        }
    }

    private static void received(int status) {
        if (RECEIVED.getAndSet(true)) {
            Runtime.getRuntime().halt(status);
        }
        new Thread(() -> System.exit(status), "shutdown").start();
    }
}
