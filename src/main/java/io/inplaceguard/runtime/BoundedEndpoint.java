package io.inplaceguard.runtime;

import io.inplaceguard.runtime.ClientConnection.Handshake;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketBufferHandler;
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

    /** For the handshake, and then for the header of the first request. */
    private static final long OPENING_MILLIS = 10_000;
    /** For the whole body of a request. */
    static final long BODY_MILLIS = 4_000;
    /** For taking a response. */
    private static final long RESPONSE_MILLIS = 4_000;

    private static final long SWEEP_MILLIS = 100;

    /** A client that means to call sends its whole ClientHello at once. */
    private static final long SLOW_START_MILLIS = 100;
    /** In the middle of a handshake a client computes. */
    private static final long SLOW_HANDSHAKE_MILLIS = 300;
    /** A header, a body and a response are under way for longer on a busy machine. */
    private static final long SLOW_REQUEST_MILLIS = 400;
    /** An idle connection is ended after that time where no client is slow and there is no room. */
    private static final long IDLE_MILLIS = 2_000;

    /** So long a new connection waits for one of those. */
    private static final long PATIENCE_MILLIS = 400;

    private static final long PAUSE_MILLIS = 10;

    /** Evicted connections that are left open, and for how long at least. */
    private static final int TARPIT_CONNECTIONS = 4_096;

    private static final long TARPIT_MILLIS = 10_000;
    /** So many handshakes cost a tenth of a core, if each of those clients opens another connection. */
    private static final int RELEASED_PER_SWEEP = 10;

    private final Map<SocketChannel, ClientConnection> clients = new ConcurrentHashMap<>();
    private final Tarpit tarpit = new Tarpit(TARPIT_CONNECTIONS, TARPIT_MILLIS);

    @Override
    public void startInternal() throws Exception {
        super.startInternal();
        Thread sweeper = new Thread(this::sweepWhileRunning, getName() + "-deadlines");
        sweeper.setDaemon(true);
        sweeper.start();
    }

    @Override
    protected SocketChannel serverSocketAccept() throws Exception {
        try {
            return super.serverSocketAccept();
        } catch (IOException e) {
            // There may be no file descriptor left.
            tarpit.clear();
            throw e;
        }
    }

    /** Called by the one thread that accepts. What it does not accept yet waits in the kernel, where it costs nothing. */
    @Override
    protected boolean setSocketOptions(SocketChannel socket) {
        makeRoom();
        clients.put(socket, new ClientConnection(socket));
        return super.setSocketOptions(socket);
    }

    private boolean isFull() {
        // The rest is for connections that have been ended and are not closed yet.
        return getConnectionCount() > getMaxConnections() - getMaxConnections() / 8;
    }

    /**
     * Where there is no room, ends one connection: the one that has let the server wait the longest, or else the one that has
     * been idle the longest. Waits until there is one, or room, for what has just been received, and the connection of a client
     * that calls often, are not to be ended.
     */
    private void makeRoom() {
        for (long waited = 0; isFull() && waited < IDLE_MILLIS; waited += PAUSE_MILLIS) {
            if (endLongest(ClientConnection::isSilent, SLOW_START_MILLIS)
                    || endLongest(ClientConnection::isInRequest, SLOW_REQUEST_MILLIS)
                    || endLongest(ClientConnection::isInHandshake, SLOW_HANDSHAKE_MILLIS)
                    || endLongest(ClientConnection::isIdle, IDLE_MILLIS)
                    || (waited >= PATIENCE_MILLIS
                            && (endLongest(ClientConnection::isInRequest, 0)
                                    || endLongest(ClientConnection::isInHandshake, 0)))) {
                return;
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        if (isFull()) {
            endLongest(ClientConnection::isIdle, 0);
        }
    }

    /** Ends the one of that kind that has been so the longest. False where none has for that time. */
    private boolean endLongest(Predicate<ClientConnection> kind, long atLeastMillis) {
        ClientConnection longest = null;
        long most = atLeastMillis - 1;
        for (ClientConnection client : clients.values()) {
            if (!client.isEnded() && kind.test(client)) {
                long millis = client.millisInPhase();
                // What has arrived and was not read yet is not the client's fault.
                if (millis > most && !client.hasUnread()) {
                    longest = client;
                    most = millis;
                }
            }
        }
        if (longest != null) {
            longest.evict();
        }
        return longest != null;
    }

    private void sweepWhileRunning() {
        while (running) {
            try {
                Thread.sleep(SWEEP_MILLIS);
                sweep();
            } catch (InterruptedException e) {
                break;
            } catch (RuntimeException | Error e) {
                // Without this thread slow clients would never be ended.
                LOG.error("closing slow connections failed, retrying", e);
            }
        }
        tarpit.clear();
    }

    private void sweep() {
        tarpit.release(RELEASED_PER_SWEEP);
        clients.values().removeIf(client -> !client.isOpen());
        for (ClientConnection client : clients.values()) {
            long limit = switch (client.phase()) {
                case NEW, HANDSHAKE, HEADER -> OPENING_MILLIS;
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
    public boolean processSocket(SocketWrapperBase<NioChannel> wrapper, SocketEvent event, boolean dispatch) {
        ClientConnection client = client(wrapper);
        if (client != null) {
            client.received();
        }
        return super.processSocket(wrapper, event, dispatch);
    }

    private @Nullable ClientConnection client(SocketWrapperBase<NioChannel> wrapper) {
        SocketChannel channel = wrapper.getSocket().getIOChannel();
        return channel == null ? null : clients.get(channel);
    }

    @Override
    protected NioChannel createChannel(SocketBufferHandler buffers) {
        return isSSLEnabled() ? new BoundedChannel(buffers, this) : super.createChannel(buffers);
    }

    @Nullable
    ClientConnection client(SocketChannel socket) {
        return clients.get(socket);
    }

    /** Takes that connection from Tomcat and leaves it open. */
    void abandon(SocketChannel socket) {
        SelectionKey key = socket.keyFor(getPoller().getSelector());
        if (key != null) {
            key.attach(null);
            key.cancel();
        }
        clients.remove(socket);
        tarpit.add(socket);
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
            // Afterwards this object may belong to another connection.
            SocketWrapperBase<NioChannel> wrapper = socketWrapper;
            ClientConnection client = client(wrapper);
            ClientConnection.setCurrent(client);
            try {
                super.doRun();
            } finally {
                ClientConnection.setCurrent(null);
                if (client != null) {
                    client.processed(handshake(wrapper.getSocket()));
                }
            }
        }
    }

    private static Handshake handshake(NioChannel channel) {
        if (channel.isHandshakeComplete()) {
            return Handshake.COMPLETE;
        }
        boolean answered = channel instanceof SecureNioChannel secure
                && secure.getSslEngine() != null
                && secure.getSslEngine().getHandshakeSession() != null;
        return answered ? Handshake.ANSWERED : Handshake.NOT_ANSWERED;
    }
}
