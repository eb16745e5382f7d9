package io.inplaceguard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.client.Config;
import io.inplaceguard.e2e.Verdicts.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code make e2e}: the edits of {@code edits.yaml} on the cluster of the current kubeconfig context, which must have OpenKruise,
 * with its feature gate as found. The chart is installed where it is not, and everything that was created is deleted.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealClusterE2E implements OutcomeTests {

    private static final Pattern TEST_CLUSTER = Pattern.compile("kind-.*|k3d-.*|minikube|.*test.*");
    private static final JsonMapper JSON = new JsonMapper();
    private static final String NAMESPACE = "guard-e2e";
    private static final String POD = "/api/v1/namespaces/" + NAMESPACE + "-resize/pods";

    private final List<String> namespaces = new ArrayList<>();
    private String context = "";
    private Api api;
    private Found found;
    private Verdicts verdicts;
    private boolean installed;

    @BeforeAll
    void run() throws Exception {
        Config config = Config.autoConfigure(null);
        context = config.getCurrentContext() == null
                ? ""
                : config.getCurrentContext().getName();
        if (!TEST_CLUSTER.matcher(context).matches() && !context.equals(System.getProperty("e2e.context"))) {
            throw new IllegalStateException("The context \"" + context
                    + "\" does not look like a test cluster (kind-*, k3d-*, minikube, *test*). To run there all the same:"
                    + " make e2e CONTEXT=" + context);
        }
        api = new Api(config);
        found = Found.in(api);
        if (Helm.installed(api).isEmpty()) {
            if (!exists(Helm.NAME)) {
                // Helm creates it, but does not delete it.
                namespaces.add(Helm.NAME);
            }
            Helm.install(context, System.getProperty("e2e.image", ""));
            installed = true;
        }
        verdicts = new Verdicts();
        verdicts.run(api, NAMESPACE, found.served(), found.scaling(), Room.in(api), namespaces::add);
        Path report = Files.createDirectories(Path.of("target/e2e")).resolve("report.md");
        Files.writeString(report, found.text(Helm.installed(api)) + verdicts.report());
    }

    @AfterAll
    void cleanUp() throws Exception {
        if (api != null) {
            if (installed) {
                Helm.uninstall(context);
            }
            for (String namespace : namespaces) {
                api.delete("/api/v1/namespaces/" + namespace, JSON.createObjectNode());
            }
            // So that the suite can run again at once.
            await().atMost(Duration.ofMinutes(5))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> namespaces.stream().noneMatch(this::exists));
            api.close();
        }
    }

    private boolean exists(String namespace) {
        try {
            return api.get("/api/v1/namespaces/" + namespace).succeeded();
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public Stream<Row> rows() {
        return verdicts.rows();
    }

    /** With the manifest and the patch that the README shows. */
    @Test
    void the_quickstart_ends_in_a_denial() throws Exception {
        assumeTrue(found.served().contains("CloneSet v1beta1"), "skipped: OpenKruise before 1.9");
        String namespace = namespace("quickstart");
        String clonesets = "/apis/apps.kruise.io/v1beta1/namespaces/" + namespace + "/clonesets";
        String readme = Files.readString(Path.of("README.md"));
        Matcher commands = Pattern.compile("kubectl apply -f (\\S+)\n.*?-p '(.*?)'", Pattern.DOTALL)
                .matcher(readme);
        assertThat(commands.find()).isTrue();
        Object manifest =
                new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(Path.of(commands.group(1))));
        JsonNode patch = JSON.readTree(commands.group(2));
        api.create(clonesets, JSON.valueToTree(manifest)).orFail();
        await().atMost(Duration.ofMinutes(3))
                .until(() -> api.get(clonesets + "/web")
                                .orFail()
                                .body()
                                .at("/status/readyReplicas")
                                .asInt(0)
                        == 2);
        Api.Answer answer = api.patch(clonesets + "/web", patch);
        assertThat(answer.succeeded()).isFalse();
        assertThat(answer.message()).contains("env[name=MODE].value of container app was changed", "[not-in-place]");
    }

    @Test
    void a_resize_of_a_pod_is_followed_to_its_end() throws Exception {
        assumeTrue(hasTracker(), "skipped: the installed chart runs no tracker (tracker.enabled)");
        namespace("resize");
        JsonNode pod = JSON.readTree("""
                {"metadata": {"name": "single", "annotations": {"inplace-guard.io/update-policy": "InPlaceOnly"}},
                "spec": {"terminationGracePeriodSeconds": 1, "containers": [{"name": "app", "image": "registry.k8s.io/pause:3.9",
                "resources": {"requests": {"cpu": "50m", "memory": "32Mi"}, "limits": {"cpu": "100m", "memory": "64Mi"}}}]}}
                """);
        // The default ServiceAccount of a new namespace takes a moment.
        await().atMost(Duration.ofMinutes(1)).until(() -> api.create(POD, pod).succeeded());
        await().atMost(Duration.ofMinutes(3)).until(() -> Snapshot.isReady(single()));
        String uid = single().at("/metadata/uid").asString();
        JsonNode resize = JSON.readTree(
                "[{\"op\": \"replace\", \"path\": \"/spec/containers/0/resources/requests/cpu\", \"value\": \"60m\"}]");
        api.patch(POD + "/single/resize", resize).orFail();
        await().atMost(Duration.ofMinutes(2))
                .until(() -> events().contains("ResizeCompleted") || events().contains("ResizeProposed"));
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(
                        () -> assertThat(single().at("/metadata/annotations").has("inplace-guard.io/resize"))
                                .isFalse());
        JsonNode after = single();
        assertThat(after.at("/metadata/uid").asString()).isEqualTo(uid);
        assertThat(after.at("/status/containerStatuses/0/resources/requests/cpu")
                        .asString())
                .isEqualTo("60m");
        assertThat(after.at("/status/containerStatuses/0/restartCount").asInt()).isZero();
    }

    private String namespace(String suffix) throws IOException {
        String name = NAMESPACE + "-" + suffix;
        namespaces.add(name);
        api.create("/api/v1/namespaces", JSON.readTree("{\"metadata\": {\"name\": \"%s\"}}".formatted(name)))
                .orFail();
        return name;
    }

    private boolean hasTracker() throws IOException {
        return !api.get("/apis/apps/v1/deployments?labelSelector=app.kubernetes.io/name%3Dinplace-guard,"
                        + "app.kubernetes.io/component%3Dtracker")
                .orFail()
                .body()
                .path("items")
                .isEmpty();
    }

    private JsonNode single() throws IOException {
        return api.get(POD + "/single").orFail().body();
    }

    private List<String> events() throws IOException {
        List<String> reasons = new ArrayList<>();
        for (JsonNode event : api.get("/api/v1/namespaces/" + NAMESPACE + "-resize/events")
                .orFail()
                .body()
                .path("items")) {
            if (!event.at("/reportingComponent").asString("").equals("kubelet")) {
                reasons.add(event.path("reason").asString());
            }
        }
        return reasons;
    }
}
