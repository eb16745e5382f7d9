package io.inplaceguard.track;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * fabric8's mock API server in CRUD mode, taught what it lacks: server-side apply, here a merge. It keeps what the
 * tracker patched, and can be told to refuse that.
 */
final class MockCluster implements AutoCloseable {

    /** What the tracker patched: {@code apply} or {@code merge}, and the path. */
    final Queue<String> patches = new ConcurrentLinkedQueue<>();

    /** Codes to answer its next patches with. */
    final Queue<Integer> refusals = new ConcurrentLinkedQueue<>();

    final KubernetesMockServer server;
    final KubernetesClient client;

    MockCluster() {
        KubernetesCrudDispatcher dispatcher = new KubernetesCrudDispatcher() {
            @Override
            public MockResponse handlePatch(RecordedRequest request) {
                String type = String.valueOf(request.getHeader("Content-Type"));
                boolean apply = type.contains("apply-patch");
                String path = request.getPath().replaceAll("\\?.*", "");
                if (request.getPath().contains("fieldManager=" + Scribe.FIELD_MANAGER)) {
                    patches.add((apply ? "apply " : "merge ") + path);
                    Integer refusal = refusals.poll();
                    if (refusal != null) {
                        return new MockResponse().setResponseCode(refusal);
                    }
                }
                if (!apply) {
                    return super.handlePatch(request);
                }
                return super.handlePatch(new RecordedRequest(
                        request.getHttpVersion(),
                        request.method(),
                        path,
                        request.getHeaders().newBuilder().setHeader("Content-Type", "application/merge-patch+json").build(),
                        request.getBody()));
            }
        };
        server = new KubernetesMockServer(
                new Context(), new MockWebServer(), new HashMap<>(), dispatcher, false);
        server.init();
        client = server.createClient();
        for (String plural : List.of("clonesets")) {
            server.expectCustomResource(new CustomResourceDefinitionContext.Builder()
                    .withGroup("apps.kruise.io")
                    .withVersion("v1beta1")
                    .withKind("CloneSet")
                    .withPlural(plural)
                    .withScope("Namespaced")
                    .build());
        }
    }

    @Override
    public void close() {
        client.close();
        server.destroy();
    }
}
