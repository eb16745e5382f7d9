package io.inplaceguard.load;

import io.inplaceguard.certs.ServingCertificate;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Calls a webhook as a kube-apiserver does: HTTP/1.1 over a pool of connections that are kept alive (Go's http.Transport
 * with client-go's settings: at most 25 idle ones, the newest first, 90 s idle), SNI and name check for the Service's name, no
 * resumed sessions, no second try. It trusts the caBundle and nothing else; another caBundle makes another client, with a
 * pool of its own.
 */
public final class ApiServerClient implements AutoCloseable {

    private static final int MOST_IDLE = 25;
    private static final Duration IDLE = Duration.ofSeconds(90);

    /** What was answered. */
    public record Answer(int status, String body) {}

    /** What belongs to one caBundle. */
    private record Trust(SSLContext context, Deque<Connection> idle) {}

    private static final class Connection {
        private final SSLSocket socket;
        private final InputStream in;
        private int calls;
        private long usedNanos;

        Connection(SSLSocket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream());
        }

        /** Go reads from idle connections all the time, and so knows at once of one that the server has closed. */
        boolean isAlive() {
            if (System.nanoTime() - usedNanos > IDLE.toNanos()) {
                return false;
            }
            try {
                socket.setSoTimeout(1);
                in.read();
                // The end, or bytes that nobody asked for.
                return false;
            } catch (SocketTimeoutException e) {
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        void close() {
            try {
                socket.close();
            } catch (IOException e) {
                // It is of no use any more.
            }
        }
    }

    private final String name;
    private final IntSupplier port;
    private final int callsOfAConnection;
    private final KeyManager @Nullable [] keys;
    private final AtomicInteger handshakes = new AtomicInteger();
    private final Set<X509Certificate> seen = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Trust trust;
    private volatile int timeoutMillis = 5_000;

    /**
     * @param name               the Service's, {@code service.namespace.svc}
     * @param port               on loopback, asked for each new connection
     * @param callsOfAConnection after so many a connection is left alone, so that new ones are made all the time; API servers
     *                           come and go
     * @param keys               the client's certificate; null for none
     */
    public ApiServerClient(String name, IntSupplier port, int callsOfAConnection, KeyManager @Nullable [] keys) {
        this.name = name;
        this.port = port;
        this.callsOfAConnection = callsOfAConnection;
        this.keys = keys;
    }

    /** How long a connection, a handshake and an answer may each take from now on; 5 s before. */
    public void timeout(Duration timeout) {
        timeoutMillis = (int) timeout.toMillis();
    }

    /** From the next call on it is these that are trusted. */
    public void trust(List<X509Certificate> caBundle) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(ServingCertificate.trustStore(caBundle));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, factory.getTrustManagers(), null);
        Trust before = trust;
        trust = new Trust(context, new ArrayDeque<>());
        if (before != null) {
            drop(before);
        }
    }

    private static void drop(Trust trust) {
        synchronized (trust.idle()) {
            trust.idle().forEach(Connection::close);
            trust.idle().clear();
        }
    }

    /** The serving certificates that handshakes have shown so far. */
    public Set<X509Certificate> seen() {
        return Set.copyOf(seen);
    }

    /** One call. Whatever goes wrong is thrown; nothing is tried twice. */
    public Answer post(String path, byte[] body) throws IOException {
        Trust now = trust;
        if (now == null) {
            throw new IOException("no caBundle yet");
        }
        Connection connection = idle(now);
        if (connection == null) {
            connection = connect(now);
        }
        boolean reusable = false;
        try {
            connection.socket.setSoTimeout(timeoutMillis);
            byte[] head = ("POST " + path + "?timeout=5s HTTP/1.1\r\nHost: " + name
                            + ":443\r\nUser-Agent: kube-apiserver-admission\r\n" + "Content-Length: " + body.length
                            + "\r\nAccept: application/json, */*\r\nContent-Type: application/json\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
            byte[] request = new byte[head.length + body.length];
            System.arraycopy(head, 0, request, 0, head.length);
            System.arraycopy(body, 0, request, head.length, body.length);
            connection.socket.getOutputStream().write(request);
            int status = Integer.parseInt(line(connection.in).split(" ")[1]);
            int length = -1;
            boolean close = false;
            for (String header = line(connection.in); !header.isEmpty(); header = line(connection.in)) {
                String[] halves = header.toLowerCase(Locale.ROOT).split(":", 2);
                if (halves[0].equals("content-length")) {
                    length = Integer.parseInt(halves[1].strip());
                } else if (halves[0].equals("connection")) {
                    close = halves[1].strip().equals("close");
                }
            }
            if (length < 0) {
                throw new IOException("an answer of unknown length");
            }
            byte[] answer = connection.in.readNBytes(length);
            if (answer.length < length) {
                throw new IOException("the answer ended too early");
            }
            reusable = !close && ++connection.calls < callsOfAConnection;
            return new Answer(status, new String(answer, StandardCharsets.UTF_8));
        } finally {
            if (!reusable || !keep(now, connection)) {
                connection.close();
            }
        }
    }

    private static @Nullable Connection idle(Trust now) {
        while (true) {
            Connection newest;
            synchronized (now.idle()) {
                newest = now.idle().pollLast();
            }
            if (newest == null || newest.isAlive()) {
                return newest;
            }
            newest.close();
        }
    }

    private boolean keep(Trust then, Connection connection) {
        connection.usedNanos = System.nanoTime();
        synchronized (then.idle()) {
            return then == trust
                    && then.idle().size() < MOST_IDLE
                    && then.idle().add(connection);
        }
    }

    private Connection connect(Trust now) throws IOException {
        int target = port.getAsInt();
        Socket plain = new Socket();
        try {
            plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), timeoutMillis);
            plain.setTcpNoDelay(true);
            plain.setSoTimeout(timeoutMillis);
            // Sessions are kept by name and port: by a port that never comes again, none is resumed and every
            // certificate verified.
            SSLSocket socket = (SSLSocket)
                    now.context().getSocketFactory().createSocket(plain, name, handshakes.incrementAndGet(), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            seen.add((X509Certificate) socket.getSession().getPeerCertificates()[0]);
            return new Connection(socket);
        } catch (IOException e) {
            plain.close();
            throw new IOException("port " + target + ": " + e, e);
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("the connection was closed before the answer");
            }
            if (b != '\r') {
                line.append((char) b);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        Trust now = trust;
        if (now != null) {
            drop(now);
        }
    }
}
