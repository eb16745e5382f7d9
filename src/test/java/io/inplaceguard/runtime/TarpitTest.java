package io.inplaceguard.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TarpitTest {

    private final List<SocketChannel> clients = new ArrayList<>();
    private ServerSocketChannel server;

    @BeforeEach
    void listen() throws IOException {
        server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        for (SocketChannel client : clients) {
            client.close();
        }
    }

    /** The server's side of a further connection. */
    private SocketChannel connection() throws IOException {
        clients.add(SocketChannel.open(server.getLocalAddress()));
        SocketChannel connection = server.accept();
        connection.configureBlocking(false);
        return connection;
    }

    @Test
    void the_oldest_is_closed_beyond_the_capacity() throws IOException {
        Tarpit tarpit = new Tarpit(2, Long.MAX_VALUE);
        List<SocketChannel> connections = List.of(connection(), connection(), connection());
        connections.forEach(tarpit::add);
        assertThat(connections).extracting(SocketChannel::isOpen).containsExactly(false, true, true);
    }

    @Test
    void no_more_than_so_many_are_released_the_oldest_first() throws IOException {
        Tarpit tarpit = new Tarpit(10, 0);
        List<SocketChannel> connections = List.of(connection(), connection(), connection());
        connections.forEach(tarpit::add);
        tarpit.release(2);
        assertThat(connections).extracting(SocketChannel::isOpen).containsExactly(false, false, true);
        tarpit.release(2);
        assertThat(connections).extracting(SocketChannel::isOpen).containsOnly(false);
    }

    @Test
    void none_is_released_before_its_time() throws IOException {
        Tarpit tarpit = new Tarpit(10, 3_600_000);
        SocketChannel connection = connection();
        tarpit.add(connection);
        tarpit.release(1);
        assertThat(connection.isOpen()).isTrue();
        tarpit.clear();
        assertThat(connection.isOpen()).isFalse();
        assertThat(tarpit.size()).isZero();
    }

    @Test
    void what_a_client_has_sent_is_discarded() throws IOException {
        Tarpit tarpit = new Tarpit(10, 0);
        SocketChannel connection = connection();
        clients.get(0).write(ByteBuffer.wrap(new byte[40_000]));
        tarpit.add(connection);
        assertThat(connection.socket().getInputStream().available()).isZero();
    }

    @Test
    void a_client_that_has_gone_does_no_harm() throws IOException {
        Tarpit tarpit = new Tarpit(10, 0);
        SocketChannel connection = connection();
        clients.get(0).close();
        tarpit.add(connection);
        connection.close();
        tarpit.release(1);
        assertThat(tarpit.size()).isZero();
    }
}
