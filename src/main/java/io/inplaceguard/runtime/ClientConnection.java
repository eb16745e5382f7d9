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
        /** Handshake and the first request's header: the client's turn. */
        OPENING,
        /** A request's body: the client's turn. */
        BODY,
        /** The server's turn. */
        WORK,
        /** The response is being taken by the client. */
        RESPONSE,
        /** Idle after a response, or reading the header of a further request. */
        IDLE
    }

    /** An idle connection of an API server is worth more than a new one that sends nothing. */
    private static final int IDLE_DISCOUNT = 16;

    private static final ThreadLocal<@Nullable ClientConnection> CURRENT = new ThreadLocal<>();

    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

    private final SocketChannel channel;
    private volatile Phase phase = Phase.OPENING;
    private volatile long since = System.nanoTime();
    private volatile boolean ended;

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
    public void enter(Phase next) {
        since = System.nanoTime();
        phase = next;
    }

    /** The calling thread is done with it. What happens before a request reaches its servlet stays in the phase that it began in. */
    void requestEnded() {
        if (phase != Phase.OPENING && phase != Phase.IDLE) {
            enter(Phase.IDLE);
        }
    }

    Phase phase() {
        return phase;
    }

    /** For how long it has been in its phase. */
    public long millisInPhase() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
    }

    /** Whether {@link #end} was called: reads reach the end of the stream then. */
    public boolean isEnded() {
        return ended;
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** How soon this one should go when room is needed: larger is sooner, negative is not at all. */
    long priorityToEnd() {
        return switch (phase) {
            case WORK -> -1;
            case IDLE -> millisInPhase() / IDLE_DISCOUNT;
            case OPENING, BODY, RESPONSE -> millisInPhase();
        };
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
}
