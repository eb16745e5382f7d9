package io.inplaceguard.runtime;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections that lost their place, left open without being served. A client whose connection is closed opens another one at
 * once, and each handshake costs a millisecond of CPU; a client that waits costs a file descriptor. They are closed at a bounded
 * rate, the oldest first. Safe for use by several threads.
 */
final class Tarpit {

    private static final Logger LOG = LoggerFactory.getLogger(Tarpit.class);

    private static final int MAX_READS = 16;

    private record Stuck(SocketChannel channel, long sinceNanos) {}

    private final int capacity;
    private final long minNanos;
    private final Deque<Stuck> stuck = new ArrayDeque<>();

    /**
     * @param capacity  connections; beyond it the oldest is closed
     * @param minMillis for how long each is left open where there is room
     */
    Tarpit(int capacity, long minMillis) {
        this.capacity = capacity;
        this.minNanos = TimeUnit.MILLISECONDS.toNanos(minMillis);
    }

    /** Takes over that connection, which does not block and which nobody else uses any more. */
    void add(SocketChannel channel) {
        try {
            // The kernel is to keep neither what such a client has sent nor what it still sends.
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 1);
            ByteBuffer discarded = ByteBuffer.allocate(16 << 10);
            for (int i = 0; i < MAX_READS && channel.read(discarded) > 0; i++) {
                discarded.clear();
            }
        } catch (IOException e) {
            LOG.debug("the client has closed the connection", e);
        }
        Stuck oldest;
        synchronized (this) {
            stuck.add(new Stuck(channel, System.nanoTime()));
            oldest = stuck.size() > capacity ? stuck.poll() : null;
        }
        if (oldest != null) {
            close(oldest);
        }
    }

    /** Closes at most that many of those whose time is over. */
    void release(int most) {
        for (int i = 0; i < most; i++) {
            Stuck oldest;
            synchronized (this) {
                oldest = stuck.peek();
                if (oldest == null || System.nanoTime() - oldest.sinceNanos() < minNanos) {
                    return;
                }
                stuck.remove();
            }
            close(oldest);
        }
    }

    synchronized int size() {
        return stuck.size();
    }

    /** Closes all. */
    synchronized void clear() {
        stuck.forEach(Tarpit::close);
        stuck.clear();
    }

    private static void close(Stuck stuck) {
        try {
            stuck.channel().close();
        } catch (IOException e) {
            LOG.debug("the client has closed the connection", e);
        }
    }
}
