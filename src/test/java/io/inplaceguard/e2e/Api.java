package io.inplaceguard.e2e;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An API server's paths, with the warnings that it returns, which a typed client does not show. */
public final class Api implements AutoCloseable {

    /** What was answered to one request. */
    public record Answer(int status, JsonNode body, List<String> warnings) {

        public boolean succeeded() {
            return status < 300;
        }

        /** The answer, which must be a success. */
        public Answer orFail() {
            if (!succeeded()) {
                throw new AssertionError(status + ": " + message());
            }
            return this;
        }

        public String message() {
            return body.path("message").asString("");
        }
    }

    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern WARNING = Pattern.compile("299 \\S+ \"((?:[^\"\\\\]|\\\\.)*)\"");

    private final KubernetesClient client;
    private final String server;

    public Api(Config config) {
        client = new KubernetesClientBuilder().withConfig(config).build();
        server = client.getMasterUrl().toString().replaceAll("/$", "");
    }

    public KubernetesClient client() {
        return client;
    }

    public Answer get(String path) throws IOException {
        return send("GET", path, null, null);
    }

    public Answer create(String path, JsonNode object) throws IOException {
        return send("POST", path, "application/json", object.toString());
    }

    /** A JSON patch. */
    public Answer patch(String path, JsonNode operations) throws IOException {
        return send("PATCH", path, "application/json-patch+json", operations.toString());
    }

    /** A strategic merge patch, or a merge patch where the type is a custom one. */
    public Answer merge(String path, JsonNode object) throws IOException {
        String type = path.startsWith("/api/v1") ? "strategic-merge-patch" : "merge-patch";
        return send("PATCH", path, "application/" + type + "+json", object.toString());
    }

    public Answer delete(String path, JsonNode options) throws IOException {
        return send("DELETE", path, "application/json", options.toString());
    }

    private Answer send(String method, String path, @Nullable String type, @Nullable String body) throws IOException {
        HttpRequest request = client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(server + path)
                .method(method, type, body)
                .build();
        try {
            HttpResponse<String> response =
                    client.getHttpClient().sendAsync(request, String.class).get(60, TimeUnit.SECONDS);
            List<String> warnings = new ArrayList<>();
            for (String header : response.headers("Warning")) {
                Matcher matcher = WARNING.matcher(header);
                while (matcher.find()) {
                    warnings.add(matcher.group(1));
                }
            }
            String text = response.body() == null ? "" : response.body();
            return new Answer(
                    response.code(),
                    text.startsWith("{")
                            ? JSON.readTree(text)
                            : JSON.createObjectNode().put("message", text),
                    warnings);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(method + " " + path, e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
