package io.inplaceguard.runtime;

import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketProcessorBase;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tomcat's endpoint with two additions. Where connections run short, a new one takes the place of the one whose client has let
 * the server wait the longest, so that no number of idle or slow clients keeps others out. And a client has a deadline for each
 * of its turns as a whole, where Tomcat has one for each read.
 */
final class BoundedEndpoint extends NioEndpoint {

    private static final Logger LOG = LoggerFactory.getLogger(BoundedEndpoint.class);

    /** For the handshake and the header of the first request. */
    private static final long OPENING_MILLIS = 10_000;
    /** For the whole body of a request. */
    static final long BODY_MILLIS = 4_000;
    /** For taking a response. */
    private static final long RESPONSE_MILLIS = 4_000;

    private static final long SWEEP_MILLIS = 100;

    private final Map<SocketChannel, ClientConnection> clients = new ConcurrentHashMap<>();

    @Override
    public void startInternal() throws Exception {
        super.startInternal();
        Thread sweeper = new Thread(this::sweepWhileRunning, getName() + "-deadlines");
        sweeper.setDaemon(true);
        sweeper.start();
    }

    /** Called by the one thread that accepts. */
    @Override
    protected boolean setSocketOptions(SocketChannel socket) {
        clients.put(socket, new ClientConnection(socket));
        // The rest is for connections that have been ended and are not closed yet.
        if (getConnectionCount() > getMaxConnections() - getMaxConnections() / 8) {
            endLongestWaiting();
        }
        return super.setSocketOptions(socket);
    }

    private void endLongestWaiting() {
        ClientConnection longest = null;
        long most = -1;
        for (ClientConnection client : clients.values()) {
            long priority = client.isEnded() ? -1 : client.priorityToEnd();
            if (priority > most) {
                longest = client;
                most = priority;
            }
        }
        if (longest != null) {
            longest.end();
        }
    }

    private void sweepWhileRunning() {
        while (running) {
            try {
                Thread.sleep(SWEEP_MILLIS);
                sweep();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException | Error e) {
                // Without this thread slow clients would never be ended.
                LOG.error("closing slow connections failed, retrying", e);
            }
        }
    }

    private void sweep() {
        clients.values().removeIf(client -> !client.isOpen());
        for (ClientConnection client : clients.values()) {
            long limit = switch (client.phase()) {
                case OPENING -> OPENING_MILLIS;
                case BODY -> BODY_MILLIS;
                case RESPONSE -> RESPONSE_MILLIS;
                case WORK, IDLE -> Long.MAX_VALUE;
            };
            if (!client.isEnded() && client.millisInPhase() > limit) {
                client.end();
            }
        }
    }

    @Override
    protected SocketProcessorBase<NioChannel> createSocketProcessor(
            SocketWrapperBase<NioChannel> wrapper, SocketEvent event) {
        return new Processor(wrapper, event);
    }

    /** Lets the code that a thread runs for a connection find it. */
    private final class Processor extends SocketProcessor {

        private Processor(SocketWrapperBase<NioChannel> wrapper, SocketEvent event) {
            super(wrapper, event);
        }

        @Override
        protected void doRun() {
            ClientConnection client = client(socketWrapper);
            ClientConnection.setCurrent(client);
            try {
                super.doRun();
            } finally {
                ClientConnection.setCurrent(null);
                if (client != null) {
                    client.requestEnded();
                }
            }
        }

        private @Nullable ClientConnection client(SocketWrapperBase<NioChannel> wrapper) {
            SocketChannel channel = wrapper.getSocket().getIOChannel();
            return channel == null ? null : clients.get(channel);
        }
    }
}
