package io.inplaceguard.runtime;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One accepted connection and what it waits for, so that a client that lets the server wait can be distinguished from one whose
 * request is being worked on. Safe for use by several threads.
 */
public final class ClientConnection {

    /** What a connection is doing. */
    public enum Phase {
        /** Until the ClientHello is complete. */
        NEW,
        /** Until the rest of the TLS handshake is complete. */
        HANDSHAKE,
        /** Until the first request's header is complete. */
        HEADER,
        /** A request's body is being read. */
        BODY,
        /** A request is being worked on. */
        WORK,
        /** The client takes a response. */
        RESPONSE,
        /** Idle after a response, or reading the header of a further request. */
        IDLE
    }

    /** How far the TLS handshake is. */
    enum Handshake {
        /** The ClientHello is not complete. */
        NOT_ANSWERED,
        /** The client's part is missing. */
        ANSWERED,
        COMPLETE
    }

    private static final ThreadLocal<@Nullable ClientConnection> CURRENT = new ThreadLocal<>();

    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

    private final SocketChannel channel;
    private volatile Phase phase = Phase.NEW;
    private volatile long since = System.nanoTime();
    private volatile boolean ended;
    private volatile boolean evicted;
    private volatile boolean pipelined;
    /** What {@link #hasLeft} was called with. */
    private volatile boolean left;
    /** Whether something was received that is not processed yet. */
    private volatile boolean busy;
    /** Before {@link #since}, and in the same phase. */
    private volatile long waitedNanos;

    ClientConnection(SocketChannel channel) {
        this.channel = channel;
    }

    /**
     * The connection that the calling thread works for.
     *
     * @throws IllegalStateException outside of a request of a {@link BoundedProtocol}
     */
    public static ClientConnection current() {
        ClientConnection connection = CURRENT.get();
        if (connection == null) {
            throw new IllegalStateException("this thread works for no connection of a BoundedProtocol");
        }
        return connection;
    }

    static void setCurrent(@Nullable ClientConnection connection) {
        CURRENT.set(connection);
    }

    /** Begins that phase now. */
    public synchronized void enter(Phase next) {
        waitedNanos = 0;
        since = System.nanoTime();
        phase = next;
    }

    /** Something was received: until it is processed, nobody waits for the client. */
    synchronized void received() {
        waitedNanos += System.nanoTime() - since;
        busy = true;
    }

    /** What was received is processed. */
    synchronized void processed(Handshake handshake) {
        since = System.nanoTime();
        busy = false;
        switch (phase) {
            case NEW, HANDSHAKE -> {
                if (handshake == Handshake.COMPLETE) {
                    enter(Phase.HEADER);
                } else if (phase == Phase.NEW && handshake == Handshake.ANSWERED) {
                    enter(Phase.HANDSHAKE);
                }
            }
            case BODY, WORK, RESPONSE -> enter(Phase.IDLE);
            case HEADER, IDLE -> {}
        }
    }

    Phase phase() {
        return phase;
    }

    /** For how long it has been in its phase; in NEW, HANDSHAKE and HEADER only the time in which the client was waited for. */
    public long millisInPhase() {
        boolean wholePhase = phase == Phase.BODY || phase == Phase.WORK || phase == Phase.RESPONSE;
        long current = busy && !wholePhase ? 0 : System.nanoTime() - since;
        return TimeUnit.NANOSECONDS.toMillis((wholePhase ? 0 : waitedNanos) + current);
    }

    /** Whether {@link #end} was called: reads reach the end of the stream then. */
    public boolean isEnded() {
        return ended;
    }

    /** Whether it gets no answer any more. */
    boolean isEvicted() {
        return evicted;
    }

    /** Whether it is to be left open where it would be closed. */
    boolean isAbandoned() {
        return evicted || pipelined;
    }

    /** Whether received bytes are left that belong to no request so far; called by the thread that reads them. */
    void hasLeft(boolean bytes) {
        left = bytes;
    }

    /**
     * Whether the client has sent more before it got the response to the request that has been read, which no API server does.
     * The response then has to close the connection: clients that never read could have hundreds of connections worked on all
     * the time. It is left open all the same, as after {@link #evict}.
     */
    public boolean refusesMore() {
        pipelined |= left;
        return pipelined;
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** Whether the server waits for the ClientHello. */
    boolean isSilent() {
        return phase == Phase.NEW && !busy;
    }

    /** Whether the server waits for a request, or for its response to be taken. */
    boolean isInRequest() {
        return switch (phase) {
            case HEADER -> !busy;
            case BODY, RESPONSE -> true;
            case NEW, HANDSHAKE, WORK, IDLE -> false;
        };
    }

    /** Whether the server waits for the client's part of the handshake. */
    boolean isInHandshake() {
        return phase == Phase.HANDSHAKE && !busy;
    }

    /** Whether it waits for a further request. */
    boolean isIdle() {
        return phase == Phase.IDLE && !busy;
    }

    /** Whether the client has sent what was not read yet. In the phase RESPONSE that does not count: it may be a further request. */
    boolean hasUnread() {
        try {
            return phase != Phase.RESPONSE && channel.socket().getInputStream().available() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Ends what the client still sends, and in the phase RESPONSE what it is being sent. Whatever thread waits for the client
     * goes on at once and closes the connection as if the client had; a request that is complete still gets its response.
     */
    public void end() {
        ended = true;
        try {
            channel.shutdownInput();
            if (phase == Phase.RESPONSE) {
                channel.shutdownOutput();
            }
        } catch (IOException e) {
            LOG.debug("the connection is closed already", e);
        }
    }

    /**
     * Ends it because its place is needed. A client that has let the server wait gets no answer and does not notice, for it
     * would open another connection at once ({@link Tarpit}). Others see the connection closed.
     */
    public void evict() {
        switch (phase) {
            case NEW, HANDSHAKE, HEADER, BODY -> evicted = true;
            case WORK, RESPONSE, IDLE -> {}
        }
        end();
    }
}
