package io.inplaceguard.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.inplaceguard.check.ClusterOptions;
import io.inplaceguard.check.InputException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The API server as plain JSON. The objects are compared field by field, so they must not pass through typed models that
 * drop fields and rewrite quantities; and a dry run answers with warnings in a header, which the typed client hides.
 */
public final class KubeApi implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final int TIMEOUT_SECONDS = 30;

    /** kubectl's page size. */
    private static final int PAGE = 500;

    private static final int GONE = 410;

    private final KubernetesClient client;
    private final String server;
    private final String namespace;

    private KubeApi(KubernetesClient client, String namespace) {
        this.client = client;
        this.server = client.getMasterUrl().toString().replaceAll("/+$", "");
        this.namespace = namespace;
    }

    /**
     * A client for the cluster that the options select. No request is made yet.
     *
     * @throws InputException when the kubeconfig cannot be read
     */
    public static KubeApi connect(ClusterOptions options) {
        Config config = config(options);
        // One answer is better than a retry: a command that a person waits for reports what is wrong.
        config.setRequestRetryBackoffLimit(0);
        KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build();
        String given = options.namespace();
        String current = config.getNamespace();
        return new KubeApi(client, given != null ? given : current == null || current.isEmpty() ? "default" : current);
    }

    private static Config config(ClusterOptions options) {
        String context = options.context();
        var file = options.kubeconfig();
        try {
            if (file == null) {
                Config config = Config.autoConfigure(context);
                requireContext(config, context);
                return config;
            }
            if (!Files.isReadable(file)) {
                throw new InputException(file + " cannot be read. --kubeconfig takes a kubeconfig file.");
            }
            Config config = Config.fromKubeconfig(context, file.toFile());
            requireContext(config, context);
            return config;
        } catch (KubernetesClientException | IllegalArgumentException e) {
            throw new InputException("Cannot read the kubeconfig" + (file == null ? "" : " " + file) + ". Check"
                    + " --kubeconfig and --context.");
        }
    }

    private static void requireContext(Config config, @Nullable String context) {
        if (context != null && config.getContexts().stream().noneMatch(named -> context.equals(named.getName()))) {
            throw new InputException("The kubeconfig has no context " + context + ".");
        }
    }

    /** The namespace of objects that name none: the option's, else the context's, else {@code default}. */
    public String namespace() {
        return namespace;
    }

    /**
     * An answer of the API server.
     *
     * @param code     HTTP status
     * @param body     the object, or a {@code Status} where the code is an error; a missing node where it is not JSON
     * @param warnings texts of the Warning headers
     */
    public record Response(int code, JsonNode body, List<String> warnings) {

        public Response {
            warnings = List.copyOf(warnings);
        }

        /** Whether the request was carried out. */
        public boolean ok() {
            return code >= 200 && code < 300;
        }

        /** The API server's own words on an error; never empty. */
        public String message() {
            String message = body.path("message").asString("");
            return message.isEmpty() ? "HTTP status " + code : message;
        }
    }

    /** Reads a path such as {@code /api/v1/nodes/a}. @throws ApiException when the API server cannot be reached */
    public Response get(String path) {
        return send("GET", path, null, "");
    }

    /** Reads an object. @throws ApiException when it is refused or absent, or the API server cannot be reached */
    public JsonNode read(String path) {
        Response response = get(path);
        if (!response.ok()) {
            throw new ApiException(response.code(), response.message());
        }
        return response.body();
    }

    /** Sends a patch. @throws ApiException when the API server cannot be reached */
    public Response patch(String path, String contentType, String body) {
        return send("PATCH", path, contentType, body);
    }

    /** Creates an object. @throws ApiException when the API server cannot be reached */
    public Response post(String path, String body) {
        return send("POST", path, "application/json", body);
    }

    /**
     * Reads a list page by page, so that memory is bounded by a page and by what the consumer keeps. A list that takes so long that
     * its token expires (status 410) goes on with the newer state that the API server then offers; items may have come or gone
     * meanwhile, as in any list that is read while the cluster works.
     *
     * @param path  of the collection; may have a query
     * @param visit gets each item that is an object
     * @throws ApiException when the list is refused or the API server cannot be reached
     */
    public void list(String path, Consumer<JsonNode> visit) {
        String next = "";
        do {
            String query = "limit=" + PAGE
                    + (next.isEmpty() ? "" : "&continue=" + URLEncoder.encode(next, StandardCharsets.UTF_8));
            Response page = get(path + (path.contains("?") ? "&" : "?") + query);
            String offered = page.body().path("metadata").path("continue").asString("");
            if (!page.ok() && (page.code() != GONE || offered.isEmpty() || offered.equals(next))) {
                throw new ApiException(page.code(), page.message());
            }
            if (page.ok()) {
                for (JsonNode item : page.body().path("items")) {
                    if (item.isObject()) {
                        visit.accept(item);
                    }
                }
            }
            next = offered;
        } while (!next.isEmpty());
    }

    private Response send(String method, String path, @Nullable String contentType, String body) {
        HttpRequest.Builder request = client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(server + path)
                .header("Accept", "application/json");
        if (contentType != null) {
            request.method(method, contentType, body);
        }
        try {
            HttpResponse<String> response = client.getHttpClient()
                    .sendAsync(request.build(), String.class)
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            List<String> warnings =
                    response.headers("Warning").stream().map(KubeApi::text).toList();
            return new Response(response.code(), tree(response.body()), warnings);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiException(0, "interrupted");
        } catch (ExecutionException e) {
            throw new ApiException(0, "Cannot reach the API server at " + server + ": " + root(e) + ".");
        } catch (TimeoutException e) {
            throw new ApiException(
                    0, "The API server at " + server + " did not answer within " + TIMEOUT_SECONDS + " s.");
        }
    }

    private static JsonNode tree(@Nullable String body) {
        try {
            return JSON.readTree(body == null ? "" : body);
        } catch (JacksonException e) {
            return JSON.missingNode();
        }
    }

    /** The text of a warning header: {@code 299 - "text"}, with backslash escapes (RFC 7234, 5.5). */
    private static String text(String header) {
        int from = header.indexOf('"');
        int to = header.lastIndexOf('"');
        return from < 0 || to <= from ? header : header.substring(from + 1, to).replaceAll("\\\\(.)", "$1");
    }

    private static String root(Throwable error) {
        Throwable cause = error;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    @Override
    public void close() {
        client.close();
    }
}
