package io.inplaceguard.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Spreads new connections over the ports it is told, in turn; established ones stay where they are. As a Service does it, but
 * as a process in between: when one side ends, so does the other.
 */
public final class TcpBalancer implements AutoCloseable {

    private final ServerSocket door = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final List<Integer> ports = new CopyOnWriteArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final ExecutorService executor = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "balancer");
        thread.setDaemon(true);
        return thread;
    });

    public TcpBalancer() throws IOException {
        executor.execute(this::accept);
    }

    public int port() {
        return door.getLocalPort();
    }

    /** New connections go there too. */
    public void add(int port) {
        ports.add(port);
    }

    /** New connections go there no more. */
    public void remove(int port) {
        ports.remove((Integer) port);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = door.accept();
                executor.execute(() -> connect(client));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void connect(Socket client) {
        try (client;
                Socket server = new Socket(InetAddress.getLoopbackAddress(), next())) {
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            executor.execute(() -> pump(server, client));
            pump(client, server);
        } catch (IOException e) {
            // Nobody there: the client sees its connection closed.
        }
    }

    private int next() throws IOException {
        Integer[] now = ports.toArray(Integer[]::new);
        if (now.length == 0) {
            throw new IOException("no port");
        }
        return now[Math.floorMod(turn.getAndIncrement(), now.length)];
    }

    private static void pump(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[16_384];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
            }
        } catch (IOException e) {
            // One of them has ended.
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
        executor.shutdownNow();
    }
}
