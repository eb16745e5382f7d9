package io.inplaceguard.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketBufferHandler;
import org.jspecify.annotations.Nullable;

/** A TLS connection of a {@link BoundedEndpoint}. One that lost its place is left open instead of being closed. */
final class BoundedChannel extends SecureNioChannel {

    private final BoundedEndpoint endpoint;
    private @Nullable ClientConnection client;

    BoundedChannel(SocketBufferHandler buffers, BoundedEndpoint endpoint) {
        super(buffers, endpoint);
        this.endpoint = endpoint;
    }

    @Override
    public void reset(@Nullable SocketChannel socket, @Nullable NioSocketWrapper wrapper) throws IOException {
        super.reset(socket, wrapper);
        client = socket == null ? null : endpoint.client(socket);
    }

    @Override
    public int handshake(boolean read, boolean write) throws IOException {
        failIfEvicted();
        return super.handshake(read, write);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int read = super.read(target);
        if (client != null) {
            client.hasLeft(netInBuffer.position() > 0);
        }
        return read;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        failIfEvicted();
        return super.write(source);
    }

    private void failIfEvicted() throws IOException {
        if (client != null && client.isEvicted()) {
            throw new IOException("the connection has lost its place");
        }
    }

    @Override
    public void close(boolean force) throws IOException {
        if (client == null || !client.isAbandoned()) {
            super.close(force);
        } else if (!closed) {
            closed = true;
            endpoint.abandon(sc);
        }
    }
}
