package io.inplaceguard;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfigurationBuilder;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
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

    /** The gitVersion that {@code /version} answers. */
    public volatile String version = "v1.36.2";

    /** Whether discovery lists no kind of OpenKruise in v1beta1. */
    public volatile boolean olderKruise;

    public final KubernetesMockServer server;
    public final KubernetesClient client;

    public MockCluster() {
        KubernetesCrudDispatcher dispatcher = new KubernetesCrudDispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                if (refused.test(request)) {
                    return new MockResponse().setResponseCode(refusedStatus);
                }
                if (request.getPath().equals("/version")) {
                    return json("{\"gitVersion\":\"" + version + "\"}");
                }
                return olderKruise && request.getPath().equals("/apis/apps.kruise.io/v1beta1")
                        ? json("{\"resources\":[]}")
                        : super.dispatch(request);
            }

            private MockResponse json(String body) {
                return new MockResponse().setResponseCode(200).setBody(body);
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

    /**
     * Creates both webhook configurations, named {@code guard}; the mutating one has one webhook without a caBundle.
     *
     * @param validating caBundles of the validating one's webhooks by their names; empty for none
     */
    public void webhookConfigurations(SortedMap<String, String> validating) {
        client.resource(new ValidatingWebhookConfigurationBuilder()
                        .withNewMetadata()
                        .withName("guard")
                        .endMetadata()
                        .withWebhooks(validating.entrySet().stream()
                                .map(webhook -> new ValidatingWebhookBuilder()
                                        .withName(webhook.getKey())
                                        .withNewClientConfig()
                                        .withCaBundle(webhook.getValue().isEmpty() ? null : webhook.getValue())
                                        .endClientConfig()
                                        .build())
                                .toList())
                        .build())
                .create();
        client.resource(new MutatingWebhookConfigurationBuilder()
                        .withNewMetadata()
                        .withName("guard")
                        .endMetadata()
                        .addNewWebhook()
                        .withName("m.io")
                        .withNewClientConfig()
                        .endClientConfig()
                        .endWebhook()
                        .build())
                .create();
    }

    /** The caBundle of each webhook of the validating configuration; null where it has none. */
    public List<@Nullable String> validatingBundles() {
        List<@Nullable String> bundles = new ArrayList<>();
        client.admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withName("guard")
                .get()
                .getWebhooks()
                .forEach(webhook -> bundles.add(webhook.getClientConfig().getCaBundle()));
        return bundles;
    }

    /** The same of the mutating configuration. */
    public List<@Nullable String> mutatingBundles() {
        List<@Nullable String> bundles = new ArrayList<>();
        client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName("guard")
                .get()
                .getWebhooks()
                .forEach(webhook -> bundles.add(webhook.getClientConfig().getCaBundle()));
        return bundles;
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
