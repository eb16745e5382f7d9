package io.inplaceguard.cluster;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;

/** Answers by path, for what no real API server would return. */
public final class StubApiServer implements AutoCloseable {

    /** One answer. */
    public record Answer(int code, String body) {}

    /** Method, path and query of each request, in their order. */
    public final Queue<String> requests = new ConcurrentLinkedQueue<>();

    private final Map<String, Queue<Answer>> answers = new ConcurrentHashMap<>();
    private final HttpServer server;

    public StubApiServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", this::answer);
        server.start();
    }

    /** Answers a path so: one after the other, the last one from then on. Any other path is not found. */
    public void on(String path, Answer... each) {
        answers.put(path, new ConcurrentLinkedQueue<>(List.of(each)));
    }

    /** Answers a path with that JSON. */
    public void on(String path, String body) {
        on(path, new Answer(200, body));
    }

    /** A kubeconfig for it. */
    public Path kubeconfig(Path folder) throws IOException {
        return Files.writeString(
                folder.resolve("config"), """
                apiVersion: v1
                kind: Config
                current-context: it
                clusters: [{name: it, cluster: {server: "http://127.0.0.1:%d"}}]
                users: [{name: it, user: {token: x}}]
                contexts: [{name: it, context: {cluster: it, user: it}}]
                """.formatted(server.getAddress().getPort()));
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        Queue<Answer> queue = answers.get(exchange.getRequestMethod().equals("GET") ? path : "PATCH " + path);
        Answer answer = queue == null
                ? new Answer(404, "{\"kind\": \"Status\", \"message\": \"not found\"}")
                : queue.size() > 1 ? queue.remove() : queue.element();
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(answer.code(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
