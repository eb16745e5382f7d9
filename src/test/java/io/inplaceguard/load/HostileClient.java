package io.inplaceguard.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * A client on loopback that holds connections, or posts reviews that are expensive, for some seconds; a process of its own.
 * Arguments: port, {@link Attack}, connections, seconds. A connection that the server closes is opened again. At the end it
 * prints how many connections it opened and which statuses it got.
 */
public final class HostileClient {

    /** What each connection does. */
    public enum Attack {
        /** Connects and sends nothing. */
        IDLE,
        /** Sends half of a ClientHello. */
        HALF_HELLO,
        /** Sends a ClientHello and never finishes the handshake. */
        HELLO,
        /** Finishes the handshake and sends nothing. */
        TLS_IDLE,
        /** Sends one byte of a header at a time. */
        SLOW_HEADER,
        /** Sends one byte of a body at a time. */
        SLOW_BODY,
        /** Announces 20 MB and sends none of them. */
        ANNOUNCED_BODY,
        /** Sends a large chunk, then small ones slowly. */
        CHUNKED_BODY,
        /** Sends all of a body but its last byte. */
        MOST_OF_A_BODY,
        /** Sends requests and never reads a response. */
        DEAF,
        /** Posts reviews of 16 MB. */
        LARGE,
        /** Posts an object of a million empty maps. */
        MAPS,
        /** Posts an object with as many maps as the limit allows. */
        FEWER_MAPS,
        /** Posts a UnitedDeployment of 100 KB, as many containers as subsets. */
        UNITED_DEPLOYMENT
    }

    private static final int STEP_MILLIS = 500;
    private static final String HEADER =
            "POST /validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

    private final int port;
    private final long end;
    private final SSLContext tls;
    private final AtomicInteger opened = new AtomicInteger();
    private final Map<String, Integer> answers = new ConcurrentSkipListMap<>();

    private HostileClient(int port, int seconds) throws GeneralSecurityException {
        this.port = port;
        this.end = System.nanoTime() + seconds * 1_000_000_000L;
        this.tls = SSLContext.getInstance("TLS");
        tls.init(null, new TrustManager[] {new TrustEveryone()}, null);
    }

    public static void main(String[] args) throws Exception {
        HostileClient client = new HostileClient(Integer.parseInt(args[0]), Integer.parseInt(args[3]));
        Attack attack = Attack.valueOf(args[1]);
        int connections = Integer.parseInt(args[2]);
        switch (attack) {
            case IDLE -> client.hold(connections, new byte[0]);
            case HALF_HELLO -> {
                byte[] hello = client.hello();
                client.hold(connections, Arrays.copyOf(hello, hello.length / 2));
            }
            case HELLO -> client.hold(connections, client.hello());
            default -> client.talk(connections, attack);
        }
        System.out.println("opened " + client.opened + ", answers " + client.answers);
        // Threads that wait for the server must not keep the process.
        System.exit(0);
    }

    private boolean isOver() {
        return System.nanoTime() > end;
    }

    private InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private byte[] hello() throws SSLException {
        SSLEngine engine = tls.createSSLEngine("localhost", port);
        engine.setUseClientMode(true);
        ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), out);
        return Arrays.copyOf(out.array(), out.position());
    }

    /** Keeps that many connections open, each after sending the same bytes. */
    private void hold(int connections, byte[] first) throws InterruptedException {
        List<SocketChannel> held = new ArrayList<>();
        while (!isOver()) {
            held.removeIf(HostileClient::isClosed);
            while (held.size() < connections && !isOver()) {
                try {
                    SocketChannel channel = SocketChannel.open(address());
                    opened.incrementAndGet();
                    channel.write(ByteBuffer.wrap(first));
                    channel.configureBlocking(false);
                    held.add(channel);
                } catch (IOException e) {
                    break;
                }
            }
            Thread.sleep(100);
        }
    }

    private static boolean isClosed(SocketChannel channel) {
        try {
            if (channel.read(ByteBuffer.allocate(4096)) >= 0) {
                return false;
            }
            channel.close();
        } catch (IOException e) {
            // Reset by the server.
        }
        return true;
    }

    private void talk(int connections, Attack attack) throws InterruptedException {
        byte[] body = body(attack);
        List<Thread> threads = IntStream.range(0, connections)
                .mapToObj(i -> new Thread(() -> talkUntilOver(attack, body), "hostile-" + i))
                .toList();
        threads.forEach(thread -> {
            thread.setDaemon(true);
            thread.start();
        });
        while (!isOver()) {
            Thread.sleep(50);
        }
    }

    private void talkUntilOver(Attack attack, byte[] body) {
        while (!isOver()) {
            try (SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket()) {
                socket.setSoTimeout(30_000);
                socket.connect(address(), 5_000);
                opened.incrementAndGet();
                socket.startHandshake();
                talk(attack, body, socket.getInputStream(), socket.getOutputStream());
            } catch (IOException e) {
                // Ended by the server: once more, after a pause.
            } catch (InterruptedException e) {
                return;
            }
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void talk(Attack attack, byte[] body, InputStream in, OutputStream out)
            throws IOException, InterruptedException {
        switch (attack) {
            case TLS_IDLE -> answer(in);
            case SLOW_HEADER -> {
                send(out, HEADER + "X-Slow: ");
                trickle(out, "a");
            }
            case SLOW_BODY -> {
                send(out, HEADER + "Content-Length: 900000\r\n\r\n{");
                trickle(out, " ");
            }
            case ANNOUNCED_BODY -> {
                send(out, HEADER + "Content-Length: 20000000\r\n\r\n");
                answer(in);
            }
            case CHUNKED_BODY -> {
                send(out, HEADER + "Transfer-Encoding: chunked\r\n\r\n10000\r\n" + " ".repeat(0x10000) + "\r\n");
                trickle(out, "1\r\n \r\n");
            }
            case MOST_OF_A_BODY -> {
                send(out, HEADER + "Content-Length: " + body.length + "\r\n\r\n");
                out.write(body, 0, body.length - 1);
                out.flush();
                answer(in);
            }
            case DEAF -> {
                while (!isOver()) {
                    send(out, HEADER + "Content-Length: " + body.length + "\r\n\r\n");
                    out.write(body);
                }
            }
            default -> {
                while (!isOver()) {
                    send(out, HEADER + "Content-Length: " + body.length + "\r\n\r\n");
                    out.write(body);
                    out.flush();
                    answer(in);
                }
            }
        }
    }

    private void trickle(OutputStream out, String text) throws IOException, InterruptedException {
        while (!isOver()) {
            send(out, text);
            Thread.sleep(STEP_MILLIS);
        }
    }

    private static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /** Reads one response and counts its status. */
    private void answer(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed");
            }
            head.append((char) next);
        }
        answers.merge(head.substring(9, 12), 1, Integer::sum);
        for (String line : head.toString().split("\r\n", -1)) {
            if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
                in.skipNBytes(Long.parseLong(line.substring(15).strip()));
            }
        }
    }

    private static byte[] body(Attack attack) {
        return switch (attack) {
            case LARGE -> cloneSets("\"pad\":\"" + "x".repeat(8_000_000) + "\"");
            case MAPS -> cloneSets("\"maps\":[" + ReviewText.list(500_000, i -> "{}") + "]");
            case FEWER_MAPS ->
                cloneSets("\"maps\":[" + ReviewText.list(19, i -> "[" + ReviewText.list(9_900, j -> "{}") + "]") + "]");
            case UNITED_DEPLOYMENT -> unitedDeployments();
            case MOST_OF_A_BODY -> cloneSets("\"pad\":\"" + "x".repeat(450_000) + "\"");
            case DEAF -> cloneSets("\"minReadySeconds\":1");
            default -> new byte[0];
        };
    }

    private static byte[] cloneSets(String field) {
        IntFunction<String> object =
                image -> "{\"metadata\":{\"name\":\"w\"},\"spec\":{\"updateStrategy\":{\"rollingUpdate\":"
                        + "{\"podUpdatePolicy\":\"InPlaceOnly\"}},\"template\":{\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"a:"
                        + image + "\"}]," + field + "}}}}";
        return review("CloneSet", object);
    }

    private static byte[] unitedDeployments() {
        String containers = ReviewText.list(1_000, i -> "{\"name\":\"c" + i + "\"}");
        String subsets =
                ReviewText.list(1_000, i -> "{\"name\":\"s" + i + "\",\"patch\":{\"spec\":{\"hostname\":\"h\"}}}");
        return review(
                "UnitedDeployment",
                image ->
                        "{\"metadata\":{\"name\":\"w\"},\"spec\":{\"template\":{\"cloneSetTemplate\":{\"spec\":{\"updateStrategy\":"
                                + "{\"type\":\"InPlaceOnly\"},\"template\":{\"spec\":{\"nodeName\":\"n" + image
                                + "\",\"containers\":[" + containers + "]}}}}},\"topology\":{\"subsets\":[" + subsets
                                + "]}}}");
    }

    private static byte[] review(String kind, IntFunction<String> object) {
        return ReviewText.update(kind, "v1beta1", object.apply(1), object.apply(2));
    }

    private static final class TrustEveryone implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
