package io.inplaceguard.runtime;

import org.apache.coyote.http11.Http11NioProtocol;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;

/**
 * HTTP/1.1 over a bounded number of connections, each with a thread at its disposal: there is no pool of fewer threads that slow
 * clients could occupy.
 */
public final class BoundedProtocol extends Http11NioProtocol {

    /** Threads of connections that are being closed while others take their place. */
    private static final int SPARE_THREADS = 16;

    /** Called by Tomcat, by the class's name. */
    public BoundedProtocol() {
        super(new BoundedEndpoint());
    }

    /**
     * Has that server use this protocol.
     *
     * @param connections at most open at one time; at least 8
     */
    public static void use(TomcatServletWebServerFactory factory, int connections) {
        factory.setProtocol(BoundedProtocol.class.getName());
        // Connector customizers run last, after those that Spring Boot makes of server.tomcat.*.
        factory.addConnectorCustomizers(connector -> {
            BoundedProtocol protocol = (BoundedProtocol) connector.getProtocolHandler();
            protocol.setMaxConnections(connections);
            protocol.setMaxThreads(connections + SPARE_THREADS);
        });
        factory.addContextCustomizers(ProblemReportValve::install);
    }
}
