package io.inplaceguard.runtime;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementServerProperties;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServer;
import org.springframework.context.SmartLifecycle;

/**
 * The management port of {@code serve} and {@code track}: {@code /livez}, {@code /readyz} and {@code /metrics} over plain HTTP,
 * and nothing else. A small server of its own, so that probes are answered whatever the webhook's port is doing, from before
 * it opens until after it is closed.
 *
 * <p>Why not the web endpoints of Spring Boot's actuator: they bring Spring MVC and a second application context, which were a
 * quarter of the time to Ready, and answer nothing more.
 */
public final class ManagementServer implements SmartLifecycle {

    private static final int CONNECTIONS = 64;
    private static final int READ_TIMEOUT_MILLIS = 20_000;
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final TomcatServletWebServerFactory factory;
    private final Endpoints endpoints;
    private volatile @Nullable WebServer server;

    /**
     * @param properties {@code management.server.port} (0: any free one) and {@code management.server.address}
     * @param ready      must be true as well as the readiness state of the application
     */
    public ManagementServer(
            ManagementServerProperties properties,
            ApplicationAvailability availability,
            PrometheusMeterRegistry registry,
            BooleanSupplier ready) {
        endpoints = new Endpoints(availability, registry, ready);
        factory = new TomcatServletWebServerFactory(
                Objects.requireNonNull(properties.getPort(), "management.server.port"));
        factory.setAddress(properties.getAddress());
        BoundedProtocol.use(factory, CONNECTIONS);
        factory.addConnectorCustomizers(connector -> {
            AbstractHttp11Protocol<?> protocol = (AbstractHttp11Protocol<?>) connector.getProtocolHandler();
            protocol.setMinSpareThreads(1);
            protocol.setConnectionTimeout(READ_TIMEOUT_MILLIS);
        });
    }

    /** The local port; -1 while the server is not running. */
    public int port() {
        WebServer running = server;
        return running == null ? -1 : running.getPort();
    }

    /** @throws org.springframework.boot.web.server.PortInUseException if another process listens on the port */
    @Override
    public void start() {
        WebServer starting = factory.getWebServer(
                context -> context.addServlet("management", endpoints).addMapping("/*"));
        try {
            starting.start();
        } catch (RuntimeException e) {
            starting.destroy();
            throw e;
        }
        server = starting;
    }

    @Override
    public void stop() {
        WebServer running = server;
        server = null;
        if (running != null) {
            running.stop();
            running.destroy();
        }
    }

    @Override
    public boolean isRunning() {
        return server != null;
    }

    /** Started before everything else and stopped after it. */
    @Override
    public int getPhase() {
        return Integer.MIN_VALUE;
    }

    /** The three paths. */
    private static final class Endpoints extends HttpServlet {

        @Serial
        private static final long serialVersionUID = 1;

        private final transient ApplicationAvailability availability;
        private final transient PrometheusMeterRegistry registry;
        private final transient BooleanSupplier ready;

        private Endpoints(
                ApplicationAvailability availability, PrometheusMeterRegistry registry, BooleanSupplier ready) {
            this.availability = availability;
            this.registry = registry;
            this.ready = ready;
        }

        /** Tomcat leaves out the body of a response to HEAD. */
        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            ClientConnection.current().enter(ClientConnection.Phase.RESPONSE);
            if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
                response.setHeader("Allow", "GET, HEAD");
                ProblemResponses.problem(response, 405, "Method Not Allowed", "Get /livez, /readyz or /metrics.");
                return;
            }
            switch (request.getRequestURI()) {
                case "/livez" -> health(response, availability.getLivenessState() == LivenessState.CORRECT, "DOWN");
                case "/readyz" ->
                    health(
                            response,
                            availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC
                                    && ready.getAsBoolean(),
                            "OUT_OF_SERVICE");
                case "/metrics" -> {
                    response.setContentType(PROMETHEUS_TEXT);
                    registry.scrape(response.getOutputStream());
                }
                default ->
                    ProblemResponses.problem(response, 404, "Not Found", "This port has /livez, /readyz and /metrics.");
            }
        }

        private static void health(HttpServletResponse response, boolean up, String otherwise) throws IOException {
            ProblemResponses.status(response, up ? 200 : 503, up ? "UP" : otherwise);
        }
    }
}
