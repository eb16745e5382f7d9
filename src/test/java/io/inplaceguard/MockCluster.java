package io.inplaceguard;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.dsl.HttpMethod;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * fabric8's mock API server in CRUD mode, taught what it lacks: server-side apply. It keeps what the
 * tracker patched, and can be told to refuse that.
 */
public final class MockCluster implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();

    /** What the tracker patched: {@code apply} or {@code merge}, and the path. */
    public final Queue<String> patches = new ConcurrentLinkedQueue<>();

    /** What anybody applied. */
    public final Queue<String> applied = new ConcurrentLinkedQueue<>();

    /** Codes to answer its next patches with. */
    public final Queue<Integer> refusals = new ConcurrentLinkedQueue<>();

    /** What happens to the next write of the guard: 0 it is done, 1 it fails, 2 it is done and its answer is lost. */
    public volatile ToIntFunction<RecordedRequest> fault = request -> 0;

    /** The status of requests that are refused. */
    public volatile int refusedStatus = 403;

    /** Requests that are refused before anything else happens. */
    public volatile Predicate<RecordedRequest> refused = request -> false;

    public final KubernetesMockServer server;
    public final KubernetesClient client;

    public MockCluster() {
        KubernetesCrudDispatcher dispatcher = new KubernetesCrudDispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return refused.test(request)
                        ? new MockResponse().setResponseCode(refusedStatus)
                        : super.dispatch(request);
            }

            @Override
            public MockResponse handlePatch(RecordedRequest request) {
                String type = String.valueOf(request.getHeader("Content-Type"));
                boolean apply = type.contains("apply-patch");
                String path = request.getPath().replaceAll("\\?.*", "");
                if (request.getPath().contains("fieldManager=inplace-guard-tracker")) {
                    patches.add((apply ? "apply " : "merge ") + path);
                    Integer refusal = refusals.poll();
                    if (refusal != null) {
                        return new MockResponse().setResponseCode(refusal);
                    }
                }
                if (!apply) {
                    return super.handlePatch(request);
                }
                applied.add(path);
                return faulty(request, () -> patched(request, path));
            }

            @Override
            public MockResponse handleUpdate(RecordedRequest request) {
                return faulty(request, () -> super.handleUpdate(request));
            }

            private MockResponse faulty(RecordedRequest request, Supplier<MockResponse> write) {
                int kind = fault.applyAsInt(request);
                if (kind == 1) {
                    return new MockResponse().setResponseCode(500);
                }
                MockResponse done = write.get();
                return kind == 2 ? new MockResponse().setResponseCode(500) : done;
            }

            private MockResponse patched(RecordedRequest request, String path) {
                MockResponse now = super.handleGet(path);
                if (now.code() != 200) {
                    return now;
                }
                ObjectNode object = (ObjectNode) JSON.readTree(now.getBody().readUtf8());
                mergeInto(object, (ObjectNode) JSON.readTree(request.getBody().readUtf8()));
                return super.handleUpdate(new RecordedRequest(
                        request.getHttpVersion(),
                        HttpMethod.PUT,
                        path,
                        request.getHeaders(),
                        new Buffer(object.toString().getBytes(UTF_8))));
            }
        };
        server = new KubernetesMockServer(new Context(), new MockWebServer(), new HashMap<>(), dispatcher, false);
        server.init();
        client = server.createClient();
        for (String kind : List.of("CloneSet", "UnitedDeployment")) {
            server.expectCustomResource(new CustomResourceDefinitionContext.Builder()
                    .withGroup("apps.kruise.io")
                    .withVersion("v1beta1")
                    .withKind(kind)
                    .withPlural(kind.toLowerCase(Locale.ROOT) + "s")
                    .withScope("Namespaced")
                    .build());
        }
    }

    /** As server-side apply does it for what is applied here: objects by field, lists of named objects by name. */
    private static void mergeInto(ObjectNode object, ObjectNode applied) {
        applied.properties().forEach(entry -> {
            JsonNode there = object.get(entry.getKey());
            if (there instanceof ObjectNode before && entry.getValue() instanceof ObjectNode after) {
                mergeInto(before, after);
            } else if (there instanceof ArrayNode before && entry.getValue() instanceof ArrayNode after) {
                for (JsonNode item : after) {
                    for (JsonNode each : before) {
                        if (each.path("name").equals(item.path("name"))) {
                            mergeInto((ObjectNode) each, (ObjectNode) item);
                        }
                    }
                }
            } else {
                object.set(entry.getKey(), entry.getValue());
            }
        });
    }

    @Override
    public void close() {
        client.close();
        server.destroy();
    }
}
