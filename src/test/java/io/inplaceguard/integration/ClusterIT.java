package io.inplaceguard.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.inplaceguard.certs.Pem;
import io.inplaceguard.integration.Cluster.Output;
import io.inplaceguard.load.ApiServerClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The chart, the webhook and the tracker on a real API server, by the commands that users type. The tests run in an order,
 * for a cluster has a life: installed, used, upgraded, taken away.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterIT {

    private static final String SYSTEM = "inplace-guard";
    private static final String CHART = "charts/inplace-guard";
    /** Of the release before, as {@code helm package} made it. */
    private static final String PREVIOUS_CHART = "src/test/resources/integration/inplace-guard-0.1.0.tgz";

    private static final Path RESOURCES = Path.of("src/test/resources/integration");
    private static final String BOT = "release-bot";

    private Cluster cluster;
    private Process webhook;
    private Process tracker;
    private int port;
    private int management;
    private int trackerManagement;

    @BeforeAll
    void install() throws Exception {
        cluster = new Cluster("cluster");
        cluster.kubectl("apply", "-f", RESOURCES.resolve("crds.yaml").toString())
                .succeeded();
        cluster.kubectl("apply", "-f", RESOURCES.resolve("namespaces.yaml").toString())
                .succeeded();
        cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
                .succeeded();
        cluster.helm(
                        "install",
                        "inplace-guard",
                        PREVIOUS_CHART,
                        "-n",
                        SYSTEM,
                        "--create-namespace",
                        "--set",
                        "tracker.enabled=true",
                        "--set",
                        "exemptions.usernames={" + BOT + "}")
                .succeeded();
        port = Cluster.freePort();
        management = Cluster.freePort();
        startWebhook();
        endpoint("first", port);
        startTracker();
        await().atMost(Duration.ofMinutes(1))
                .until(() -> !caBundle("validatingwebhookconfiguration").isEmpty()
                        && !caBundle("mutatingwebhookconfiguration").isEmpty());
        // The API server reads webhook configurations through a watch: until it has seen the caBundle, calls fail.
        cluster.kubectl("apply", "-f", RESOURCES.resolve("cloneset.yaml").toString(), "-n", "shop")
                .succeeded();
        await().atMost(Duration.ofMinutes(1))
                .until(() -> cluster.kubectl("patch", "cloneset", "web", "-n", "shop", "--type=json", "-p", ENV)
                        .all()
                        .contains("[not-in-place]"));
    }

    /** What the endpoint slice controller would write. */
    private void endpoint(String name, int port) throws IOException {
        cluster.kubectlWith("""
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  name: inplace-guard-%s
                  namespace: %s
                  labels: {kubernetes.io/service-name: inplace-guard}
                addressType: IPv4
                ports: [{name: https, port: %d, protocol: TCP}]
                endpoints: [{addresses: [%s], conditions: {ready: true}}]
                """.formatted(name, SYSTEM, port, Cluster.address()), "apply", "-f", "-")
                .succeeded();
    }

    private void startWebhook() throws IOException {
        webhook = cluster.process(
                "webhook",
                SYSTEM,
                "inplace-guard",
                Map.of(
                        "SERVER_PORT",
                        "" + port,
                        "MANAGEMENT_SERVER_PORT",
                        "" + management,
                        // What the chart mounts.
                        "INPLACEGUARD_CLIENTCA_FILE",
                        cluster.folder.resolve("clients.crt").toString()));
        await().atMost(Duration.ofMinutes(1))
                .until(() -> Cluster.get("http://localhost:" + management + "/readyz")
                        .contains("UP"));
    }

    private void startTracker() throws IOException {
        trackerManagement = Cluster.freePort();
        tracker = cluster.process(
                "tracker",
                SYSTEM,
                "inplace-guard-tracker",
                Map.of("MANAGEMENT_SERVER_PORT", "" + trackerManagement, "SERVER_PORT", "" + trackerManagement));
        await().atMost(Duration.ofMinutes(1))
                .until(() -> Cluster.get("http://localhost:" + trackerManagement + "/readyz")
                        .contains("UP"));
    }

    @AfterAll
    void close() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static final String ENV =
            "[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/env/0/value\",\"value\":\"dark\"}]";

    private String caBundle(String kind) throws IOException {
        return cluster.kubectl("get", kind, "inplace-guard", "-o", "jsonpath={.webhooks[*].clientConfig.caBundle}")
                .out()
                .strip();
    }

    private String template(String file) throws IOException {
        return Files.readString(RESOURCES.resolve(file));
    }

    private String field(String namespace, String object, String path) throws IOException {
        return cluster.kubectl("get", object, "-n", namespace, "-o", "jsonpath=" + path)
                .out();
    }

    private void assertDenied(Output output) {
        assertThat(output.status()).as("%s", output).isNotZero();
        assertThat(output.all())
                .contains("spec.template.spec.containers[name=app].env[name=MODE].value", "[not-in-place]")
                .doesNotContain("dark");
    }

    @Test
    @Order(1)
    void certificates_come_about_by_themselves_and_only_the_ca_bundle_is_owned() throws Exception {
        for (String kind : List.of("validatingwebhookconfiguration", "mutatingwebhookconfiguration")) {
            String managers = cluster.kubectl(
                            "get",
                            kind,
                            "inplace-guard",
                            "--show-managed-fields",
                            "-o",
                            "jsonpath={.metadata.managedFields[?(@.manager=='inplace-guard-certs')].fieldsV1}")
                    .succeeded()
                    .out();
            assertThat(managers)
                    .contains("f:caBundle")
                    .doesNotContain("f:rules", "f:failurePolicy", "f:namespaceSelector");
        }
        assertThat(field(SYSTEM, "secret/inplace-guard-certs", "{.data.tls\\.crt}"))
                .isNotEmpty();
    }

    /** The helm test's Pod, which nobody runs here: its command, with the CA it mounts. */
    @Test
    @Order(2)
    void what_helm_test_runs_is_content() throws Exception {
        Path authority = Files.writeString(
                cluster.folder.resolve("ca.crt"),
                new String(
                        java.util.Base64.getDecoder()
                                .decode(field(SYSTEM, "secret/inplace-guard-certs", "{.data.ca\\.crt}")),
                        java.nio.charset.StandardCharsets.US_ASCII));
        // By the name that is served: HttpsURLConnection asks for it.
        Process smoke = cluster.start(
                "smoke",
                Map.of(
                        "JAVA_TOOL_OPTIONS",
                        "-Djdk.net.hosts.file="
                                + Files.writeString(
                                        cluster.folder.resolve("hosts"),
                                        Cluster.address() + " inplace-guard.inplace-guard.svc\n")),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        "target/inplace-guard.jar",
                        "smoke",
                        "--ca",
                        authority.toString(),
                        "https://inplace-guard.inplace-guard.svc:" + port));
        assertThat(smoke.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(Files.readString(cluster.folder.resolve("smoke.log")))
                .contains("a changed image is admitted", "a changed argument is denied");
        assertThat(smoke.exitValue()).isZero();
    }

    @Test
    @Order(2)
    void apply_is_denied_and_admitted() throws Exception {
        String now = template("cloneset.yaml");
        assertDenied(cluster.kubectlWith(now.replace("value: light", "value: dark"), "apply", "-n", "shop", "-f", "-"));
        Output image = cluster.kubectlWith(now.replace("app:1", "app:2"), "apply", "-n", "shop", "-f", "-")
                .succeeded();
        assertThat(image.out()).contains("configured");
        assertThat(field("shop", "cloneset/web", "{.spec.template.spec.containers[0].image}"))
                .isEqualTo("app:2");
    }

    @Test
    @Order(2)
    void so_are_replace_patch_and_a_round_trip_as_edit_makes_it() throws Exception {
        assertDenied(cluster.kubectl("patch", "cloneset", "web", "-n", "shop", "--type=json", "-p", ENV));
        String yaml = cluster.kubectl("get", "cloneset", "web", "-n", "shop", "-o", "yaml")
                .succeeded()
                .out();
        assertDenied(cluster.kubectlWith(yaml.replace("value: light", "value: dark"), "replace", "-f", "-"));
        assertThat(cluster.kubectlWith(yaml, "replace", "-f", "-").succeeded().out())
                .contains("replaced");
        assertDenied(cluster.kubectlWith(
                template("cloneset.yaml").replace("value: light", "value: dark"), "replace", "-n", "shop", "-f", "-"));
    }

    @Test
    @Order(2)
    void server_side_apply_dry_run_and_two_managers() throws Exception {
        String now = template("cloneset.yaml").replace("name: web", "name: two");
        cluster.kubectlWith(now, "apply", "--server-side", "--field-manager=one", "-n", "shop", "-f", "-")
                .succeeded();
        assertDenied(cluster.kubectlWith(
                now.replace("value: light", "value: dark"),
                "apply",
                "--server-side",
                "--field-manager=one",
                "-n",
                "shop",
                "-f",
                "-"));
        assertDenied(cluster.kubectlWith(
                now.replace("value: light", "value: dark"),
                "apply",
                "--server-side",
                "--field-manager=two",
                "--force-conflicts",
                "-n",
                "shop",
                "-f",
                "-"));
        assertDenied(cluster.kubectlWith(
                now.replace("value: light", "value: dark"),
                "apply",
                "--server-side",
                "--field-manager=one",
                "--dry-run=server",
                "-n",
                "shop",
                "-f",
                "-"));
        String labels = """
                apiVersion: apps.kruise.io/v1beta1
                kind: CloneSet
                metadata: {name: two, labels: {team: shop}}
                """;
        cluster.kubectlWith(labels, "apply", "--server-side", "--field-manager=two", "-n", "shop", "-f", "-")
                .succeeded();
        cluster.kubectlWith(
                        now.replace("app:1", "app:3"),
                        "apply",
                        "--server-side",
                        "--field-manager=one",
                        "-n",
                        "shop",
                        "-f",
                        "-")
                .succeeded();
        assertThat(field("shop", "cloneset/two", "{.metadata.labels.team} {.spec.template.spec.containers[0].image}"))
                .isEqualTo("shop app:3");
    }

    @ParameterizedTest
    @Order(2)
    @ValueSource(strings = {"statefulset.yaml", "daemonset.yaml", "sidecarset.yaml", "uniteddeployment.yaml"})
    void the_other_kinds_are_held_too(String file) throws Exception {
        String now = template(file);
        cluster.kubectlWith(now, "apply", "-n", "shop", "-f", "-").succeeded();
        Output output =
                cluster.kubectlWith(now.replace("value: light", "value: dark"), "apply", "-n", "shop", "-f", "-");
        if (file.startsWith("sidecarset") || file.startsWith("daemonset")) {
            // RollingUpdate and InPlaceIfPossible: admitted, with a word on what will happen.
            assertThat(output.succeeded().err())
                    .contains("Warning:")
                    .contains(file.startsWith("daemonset") ? "[recreate]" : "[not-applied]");
        } else {
            assertThat(output.status()).as("%s", output).isNotZero();
            assertThat(output.all()).contains("[not-in-place]").doesNotContain("dark");
        }
        cluster.kubectlWith(now.replace("app:1", "app:2"), "apply", "-n", "shop", "-f", "-")
                .succeeded();
    }

    @Test
    @Order(3)
    void warn_and_audit_namespaces_let_through() throws Exception {
        for (String namespace : List.of("careful", "watched", "free")) {
            cluster.kubectl("apply", "-f", RESOURCES.resolve("cloneset.yaml").toString(), "-n", namespace)
                    .succeeded();
        }
        Output warned = cluster.kubectl("patch", "cloneset", "web", "-n", "careful", "--type=json", "-p", ENV)
                .succeeded();
        assertThat(warned.err()).contains("Warning:").contains("env[name=MODE]");
        assertThat(cluster.kubectl("patch", "cloneset", "web", "-n", "watched", "--type=json", "-p", ENV)
                        .succeeded()
                        .err())
                .doesNotContain("Warning");
        assertThat(cluster.kubectl("patch", "cloneset", "web", "-n", "free", "--type=json", "-p", ENV)
                        .succeeded()
                        .err())
                .doesNotContain("Warning");
        String metrics = Cluster.get("http://localhost:" + management + "/metrics");
        assertThat(metrics)
                .containsPattern("inplace_guard_reviews_total\\{[^}]*mode=\"warn\"")
                .containsPattern("inplace_guard_reviews_total\\{[^}]*mode=\"audit\"");
    }

    @Test
    @Order(3)
    void who_is_exempt_is_let_through() throws Exception {
        cluster.kubectl("create", "clusterrolebinding", "bot", "--clusterrole=cluster-admin", "--user=" + BOT)
                .succeeded();
        cluster.kubectlWith(
                        template("cloneset.yaml").replace("name: web", "name: exempt"),
                        "apply",
                        "-n",
                        "shop",
                        "-f",
                        "-")
                .succeeded();
        assertDenied(cluster.kubectl("patch", "cloneset", "exempt", "-n", "shop", "--type=json", "-p", ENV));
        cluster.kubectl("patch", "cloneset", "exempt", "-n", "shop", "--type=json", "-p", ENV, "--as=" + BOT)
                .succeeded();
    }

    @Test
    @Order(3)
    void a_pod_is_defaulted_and_held() throws Exception {
        // Since 1.36 the API server itself refuses a resize that the Pod's node has no room for.
        cluster.kubectl("apply", "-f", RESOURCES.resolve("node.yaml").toString())
                .succeeded();
        cluster.kubectl(
                        "apply",
                        "--subresource=status",
                        "--server-side",
                        "--force-conflicts",
                        "-f",
                        RESOURCES.resolve("node.yaml").toString())
                .succeeded();
        cluster.kubectl("apply", "-f", RESOURCES.resolve("pod.yaml").toString(), "-n", "shop")
                .succeeded();
        assertThat(field("shop", "pod/web", "{.spec.containers[0].resizePolicy[*].restartPolicy}"))
                .isEqualTo("NotRequired NotRequired");
        Output denied = cluster.kubectl(
                "patch", "pod", "web", "-n", "shop", "--type=merge", "-p", "{\"spec\":{\"activeDeadlineSeconds\":30}}");
        assertThat(denied.status()).isNotZero();
        assertThat(denied.all()).contains("spec.activeDeadlineSeconds", "[not-in-place]");
        cluster.kubectl("set", "image", "pod/web", "app=app:2", "-n", "shop").succeeded();
    }

    private long calls() throws IOException {
        Matcher lines = Pattern.compile(
                        "(?m)^apiserver_admission_webhook_admission_duration_seconds_count\\{[^}]*name=\"[^\"]*inplace-guard[^}]*\\} (\\S+)$")
                .matcher(cluster.kubectl("get", "--raw", "/metrics").succeeded().out());
        long sum = 0;
        while (lines.find()) {
            sum += (long) Double.parseDouble(lines.group(1));
        }
        return sum;
    }

    @Test
    @Order(4)
    void updates_of_replicas_and_status_never_reach_the_webhook() throws Exception {
        long before = calls();
        assertThat(before).as("calls that the API server itself counts").isPositive();
        for (int i = 0; i < 5; i++) {
            cluster.kubectl(
                            "patch",
                            "cloneset",
                            "web",
                            "-n",
                            "shop",
                            "--type=merge",
                            "-p",
                            "{\"spec\":{\"replicas\":" + (i + 3) + "}}")
                    .succeeded();
            cluster.kubectl("label", "cloneset", "web", "-n", "shop", "round=r" + i, "--overwrite")
                    .succeeded();
            cluster.kubectl(
                            "patch",
                            "cloneset",
                            "web",
                            "-n",
                            "shop",
                            "--subresource=status",
                            "--type=merge",
                            "-p",
                            "{\"status\":{\"replicas\":" + i + "}}")
                    .succeeded();
        }
        assertThat(calls()).isEqualTo(before);
        assertDenied(cluster.kubectl("patch", "cloneset", "web", "-n", "shop", "--type=json", "-p", ENV));
        assertThat(calls()).isGreaterThan(before);
    }

    private void status(String conditions, String cpu) throws IOException {
        cluster.kubectl(
                        "patch",
                        "pod",
                        "web",
                        "-n",
                        "shop",
                        "--subresource=status",
                        "--type=merge",
                        "-p",
                        """
                {"status":{"phase":"Running","conditions":[%s],"containerStatuses":[{"name":"app","image":"app:2","imageID":"x","ready":true,
                "restartCount":0,"state":{"running":{}},"resources":{"requests":{"cpu":"%s","memory":"64Mi"},"limits":{"cpu":"500m","memory":"64Mi"}}}]}}
                """.formatted(conditions, cpu))
                .succeeded();
    }

    private void shows(String state) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(field("shop", "pod/web", "{.metadata.annotations.inplace-guard\\.io/resize}"))
                                .isEqualTo(state));
    }

    @Test
    @Order(5)
    void a_resize_is_followed_from_proposed_to_done() throws Exception {
        status("", "100m");
        Output resize = cluster.kubectl(
                "patch",
                "pod",
                "web",
                "-n",
                "shop",
                "--subresource=resize",
                "-p",
                "{\"spec\":{\"containers\":[{\"name\":\"app\",\"resources\":{\"requests\":{\"cpu\":\"150m\"}}}]}}");
        resize.succeeded();
        shows("Proposed");
        assertThat(field("shop", "pod/web", "{.metadata.annotations.inplace-guard\\.io/resize-details}"))
                .contains("\"cpu\":{\"from\":\"100m\",\"to\":\"150m\"}");
        status(
                "{\"type\":\"PodResizePending\",\"status\":\"True\",\"reason\":\"Deferred\",\"message\":\"Node did not have enough resource: cpu, requested: 150, used: 7900, capacity: 8000\"}",
                "100m");
        shows("Deferred");
        status(
                "{\"type\":\"PodResizePending\",\"status\":\"True\",\"reason\":\"Infeasible\",\"message\":\"never\"}",
                "100m");
        shows("Infeasible");
        status("{\"type\":\"PodResizeInProgress\",\"status\":\"True\"}", "100m");
        shows("InProgress");
        String metrics = Cluster.get("http://localhost:" + trackerManagement + "/metrics");
        assertThat(metrics).contains("inplace_guard_resize_pods{state=\"InProgress\"} 1.0");
        status("", "150m");
        shows("");
        String events = cluster.kubectl(
                        "get",
                        "events",
                        "-n",
                        "shop",
                        "--field-selector=involvedObject.name=web",
                        "-o",
                        "jsonpath={.items[*].reason}")
                .succeeded()
                .out();
        Files.writeString(
                cluster.folder.resolve("resize.txt"),
                cluster.kubectl("get", "events", "-n", "shop", "--field-selector=involvedObject.name=web")
                        .succeeded()
                        .out());
        assertThat(events.split(" "))
                .containsExactlyInAnyOrder(
                        "ResizeProposed", "ResizeDeferred", "ResizeInfeasible", "ResizeInProgress", "ResizeCompleted");
        for (String metric : Files.readAllLines(Path.of("src/test/resources/metrics.txt"))) {
            if (metric.contains("resize") || metric.contains("tracker") || metric.contains("stuck_rollouts")) {
                assertThat(Cluster.get("http://localhost:" + trackerManagement + "/metrics"))
                        .contains(metric);
            } else {
                assertThat(Cluster.get("http://localhost:" + management + "/metrics"))
                        .contains(metric);
            }
        }
    }

    @Test
    @Order(5)
    void a_resize_that_the_guard_denies_never_reaches_the_pod() throws Exception {
        Output denied = cluster.kubectl(
                "patch",
                "pod",
                "web",
                "-n",
                "shop",
                "--subresource=resize",
                "-p",
                "{\"spec\":{\"containers\":[{\"name\":\"app\",\"resources\":{\"requests\":{\"cpu\":\"900m\"}}}]}}");
        assertThat(denied.status()).isNotZero();
        assertThat(denied.all()).containsAnyOf("[resource-bounds]", "must be less than or equal to cpu limit");
    }

    @Test
    @Order(6)
    void a_workload_carries_what_its_pods_are_in() throws Exception {
        String uid = field("shop", "cloneset/web", "{.metadata.uid}");
        cluster.kubectl(
                        "patch",
                        "pod",
                        "web",
                        "-n",
                        "shop",
                        "--type=merge",
                        "-p",
                        "{\"metadata\":{\"ownerReferences\":[{\"apiVersion\":\"apps.kruise.io/v1beta1\",\"kind\":\"CloneSet\",\"name\":\"web\",\"uid\":\""
                                + uid + "\",\"controller\":true}]}}")
                .succeeded();
        status("{\"type\":\"PodResizePending\",\"status\":\"True\",\"reason\":\"Deferred\"}", "150m");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(
                                field("shop", "cloneset/web", "{.metadata.annotations.inplace-guard\\.io/resize}"))
                        .isEqualTo("Deferred"));
        status("", "150m");
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(
                                field("shop", "cloneset/web", "{.metadata.annotations.inplace-guard\\.io/resize}"))
                        .isEmpty());
    }

    @Test
    @Order(7)
    void an_api_server_that_restarts_is_survived() throws Exception {
        cluster.stopApiServer();
        assertThat(Cluster.get("http://localhost:" + management + "/readyz")).contains("UP");
        assertThat(Cluster.get("http://localhost:" + trackerManagement + "/readyz"))
                .contains("UP");
        cluster.startApiServer();
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertDenied(
                        cluster.kubectl("patch", "cloneset", "web", "-n", "shop", "--type=json", "-p", ENV)));
        status("{\"type\":\"PodResizePending\",\"status\":\"True\",\"reason\":\"Deferred\"}", "150m");
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(
                        () -> assertThat(field("shop", "pod/web", "{.metadata.annotations.inplace-guard\\.io/resize}"))
                                .isEqualTo("Deferred"));
        status("", "150m");
        await().atMost(Duration.ofMinutes(1))
                .untilAsserted(
                        () -> assertThat(field("shop", "pod/web", "{.metadata.annotations.inplace-guard\\.io/resize}"))
                                .isEmpty());
    }

    /** Updates an object as fast as kubectl can, until told to stop; every update must succeed. */
    private final class Loop {
        private final AtomicBoolean going = new AtomicBoolean(true);
        private final AtomicInteger times = new AtomicInteger();
        private final List<String> failed = new ArrayList<>();
        private final Thread thread = new Thread(this::run);

        Loop() {
            thread.start();
        }

        private void run() {
            while (going.get()) {
                try {
                    Output output = cluster.kubectl(
                            "set", "image", "pod/web", "app=app:l" + times.incrementAndGet(), "-n", "shop");
                    if (output.status() != 0) {
                        failed.add(output.all());
                    }
                } catch (IOException e) {
                    failed.add(e.toString());
                }
            }
        }

        void end() throws InterruptedException {
            going.set(false);
            thread.join();
            assertThat(times.get()).isGreaterThan(5);
            assertThat(failed).isEmpty();
        }
    }

    @Test
    @Order(8)
    void an_upgrade_from_the_previous_chart_keeps_serving() throws Exception {
        String before = caBundle("validatingwebhookconfiguration");
        Loop loop = new Loop();
        try {
            String old = cluster.helm("list", "-n", SYSTEM).succeeded().out();
            cluster.helm(
                            "upgrade",
                            "inplace-guard",
                            CHART,
                            "-n",
                            SYSTEM,
                            "--reuse-values",
                            "--set",
                            "rules.templateMetadata=allow")
                    .succeeded();
            assertThat(old).contains("inplace-guard-0.1.0");
            assertThat(cluster.helm("list", "-n", SYSTEM).succeeded().out()).doesNotContain("inplace-guard-0.1.0");
            await().until(() -> loop.times.get() > 10);
            // What the Deployment's rolling update does: another one is ready before the first is told to end.
            Process first = webhook;
            port = Cluster.freePort();
            management = Cluster.freePort();
            startWebhook();
            endpoint("second", port);
            cluster.kubectl("delete", "endpointslice", "inplace-guard-first", "-n", SYSTEM)
                    .succeeded();
            first.destroy();
            assertThat(first.waitFor(40, TimeUnit.SECONDS)).isTrue();
            int then = loop.times.get();
            await().until(() -> loop.times.get() > then + 10);
        } finally {
            loop.end();
        }
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(
                                caBundle("validatingwebhookconfiguration").split(" "))
                        .as("the upgrade left it alone, and the webhook that it brought has it too")
                        .hasSize(10)
                        .containsOnly(before.split(" ")[0]));
        tracker.destroy();
        assertThat(tracker.waitFor(40, TimeUnit.SECONDS)).isTrue();
        startTracker();
        status("{\"type\":\"PodResizePending\",\"status\":\"True\",\"reason\":\"Deferred\"}", "150m");
        shows("Deferred");
        status("", "150m");
        shows("");
        assertThat(field(SYSTEM, "secret/inplace-guard-certs", "{.data.tls\\.crt}"))
                .isNotEmpty();
    }

    private String decoded(String kind) throws IOException {
        return new String(
                java.util.Base64.getDecoder().decode(caBundle(kind).split(" ")[0]),
                java.nio.charset.StandardCharsets.US_ASCII);
    }

    private static int certificates(String pem) {
        return pem.split("BEGIN CERTIFICATE").length - 1;
    }

    @Test
    @Order(8)
    void a_ca_bundle_that_is_taken_away_comes_back() throws Exception {
        String before = caBundle("mutatingwebhookconfiguration");
        cluster.kubectl(
                        "patch",
                        "mutatingwebhookconfiguration",
                        "inplace-guard",
                        "--type=json",
                        "-p",
                        "[{\"op\":\"remove\",\"path\":\"/webhooks/0/clientConfig/caBundle\"}]")
                .succeeded();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> caBundle("mutatingwebhookconfiguration").equals(before));
    }

    @Test
    @Order(8)
    void an_authority_is_replaced_under_a_loop_of_updates_and_none_fails() throws Exception {
        String before = decoded("validatingwebhookconfiguration");
        assertThat(certificates(before)).isEqualTo(1);
        Loop loop = new Loop();
        try {
            cluster.kubectl("delete", "secret", "inplace-guard-certs", "-n", SYSTEM)
                    .succeeded();
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> certificates(decoded("validatingwebhookconfiguration")) == 2);
            assertThat(decoded("validatingwebhookconfiguration"))
                    .as("the one that is served stays trusted")
                    .contains(before.strip());
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> certificates(decoded("validatingwebhookconfiguration")) == 1
                            && certificates(decoded("mutatingwebhookconfiguration")) == 1);
            int then = loop.times.get();
            await().atMost(Duration.ofMinutes(1)).until(() -> loop.times.get() > then + 5);
        } finally {
            loop.end();
        }
        assertThat(decoded("validatingwebhookconfiguration"))
                .isNotEqualTo(before)
                .isEqualTo(decoded("mutatingwebhookconfiguration"));
        Files.writeString(
                cluster.folder.resolve("rotation.txt"),
                "CA replaced under " + loop.times.get() + " updates, none failed\n");
    }

    @Test
    @Order(9)
    void the_added_latency_is_what_the_api_server_says() throws Exception {
        String base = template("cloneset.yaml").replace("name: web", "name: timed");
        cluster.kubectlWith(base, "apply", "-n", "shop", "-f", "-").succeeded();
        Map<String, double[]> before = durations();
        try (var client = new io.fabric8.kubernetes.client.KubernetesClientBuilder()
                .withConfig(io.fabric8.kubernetes.client.Config.fromKubeconfig(
                        cluster.kubeconfig("admin").toFile()))
                .build()) {
            for (int i = 0; i < 600; i++) {
                client.genericKubernetesResources("apps.kruise.io/v1beta1", "CloneSet")
                        .inNamespace("shop")
                        .withName("timed")
                        .patch(
                                io.fabric8.kubernetes.client.dsl.base.PatchContext.of(
                                        io.fabric8.kubernetes.client.dsl.base.PatchType.JSON),
                                "[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/image\",\"value\":\"app:t"
                                        + i + "\"}]");
            }
        }
        StringBuilder told = new StringBuilder(cluster.kubectl("version").out());
        durations().forEach((name, now) -> {
            double[] then = before.getOrDefault(name, new double[2]);
            if (now[1] > then[1]) {
                told.append("%s: %.0f calls, mean %.2f ms%n"
                        .formatted(name, now[1] - then[1], 1000 * (now[0] - then[0]) / (now[1] - then[1])));
            }
        });
        Files.writeString(cluster.folder.resolve("latency.txt"), told);
        assertThat(told.toString()).contains("600 calls");
    }

    /** Sum in seconds and count of each of the guard's webhooks, as the API server counts them. */
    private Map<String, double[]> durations() throws IOException {
        Map<String, double[]> all = new java.util.TreeMap<>();
        Matcher lines = Pattern.compile(
                        "(?m)^apiserver_admission_webhook_admission_duration_seconds_(sum|count)\\{name=\"([^\"]*)\",([^}]*)\\} (\\S+)$")
                .matcher(cluster.kubectl("get", "--raw", "/metrics").succeeded().out());
        while (lines.find()) {
            if (lines.group(2).contains("inplace-guard")) {
                double[] both = all.computeIfAbsent(lines.group(2) + " " + lines.group(3), key -> new double[2]);
                both[lines.group(1).equals("sum") ? 0 : 1] += Double.parseDouble(lines.group(4));
            }
        }
        return all;
    }

    /** The API server was started with the files of docs/configuration.md. */
    @Test
    @Order(10)
    void an_api_server_shows_its_certificate_where_that_is_required() throws Exception {
        cluster.kubectl(
                        "create",
                        "configmap",
                        "clients",
                        "-n",
                        SYSTEM,
                        "--from-file=ca.crt=" + cluster.folder.resolve("clients.crt"))
                .succeeded();
        cluster.helm(
                        "upgrade",
                        "inplace-guard",
                        CHART,
                        "-n",
                        SYSTEM,
                        "--reuse-values",
                        "--set",
                        "clientCa.mode=required,clientCa.configMap=clients,clientCa.subjects={kube-apiserver}")
                .succeeded();
        webhook.destroy();
        assertThat(webhook.waitFor(40, TimeUnit.SECONDS)).isTrue();
        startWebhook();
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertDenied(
                        cluster.kubectl("patch", "cloneset", "web", "-n", "shop", "--type=json", "-p", ENV)));
        try (ApiServerClient nobody = new ApiServerClient("inplace-guard.inplace-guard.svc", () -> port, 1, null)) {
            nobody.trust(Pem.certificates("caBundle", decoded("validatingwebhookconfiguration")));
            assertThatThrownBy(() -> nobody.post("/validate", new byte[0])).isInstanceOf(IOException.class);
        }
        try (ApiServerClient known =
                new ApiServerClient("inplace-guard.inplace-guard.svc", () -> port, 1, cluster.client.keyManagers())) {
            known.trust(Pem.certificates("caBundle", decoded("validatingwebhookconfiguration")));
            assertThat(known.post("/validate", new byte[0]).status()).isEqualTo(400);
        }
        cluster.kubectl("delete", "configmap", "clients", "-n", SYSTEM).succeeded();
    }

    @Test
    @Order(11)
    void with_the_webhook_down_pods_are_still_made_and_the_policy_decides_the_rest() throws Exception {
        webhook.destroy();
        webhook.waitFor();
        String pod = template("pod.yaml").replace("name: web", "name: late");
        cluster.kubectlWith(pod, "apply", "-n", "shop", "-f", "-").succeeded();
        Output refused = cluster.kubectl("patch", "cloneset", "web", "-n", "shop", "--type=json", "-p", ENV);
        assertThat(refused.status()).isNotZero();
        assertThat(refused.all()).contains("failed calling webhook");
        cluster.helm(
                        "upgrade",
                        "inplace-guard",
                        CHART,
                        "-n",
                        SYSTEM,
                        "--reuse-values",
                        "--set",
                        "webhooks.failurePolicy.validateWorkloads=Ignore",
                        "--set",
                        "webhooks.failurePolicy.mutateWorkloads=Ignore")
                .succeeded();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> cluster.kubectl("patch", "cloneset", "web", "-n", "shop", "--type=json", "-p", ENV)
                                .status()
                        == 0);
        startWebhook();
    }

    @Test
    @Order(12)
    void uninstalling_leaves_nothing_behind() throws Exception {
        cluster.helm("uninstall", "inplace-guard", "-n", SYSTEM).succeeded();
        // Pods and EndpointSlices are their controllers' to delete; the suite played those.
        cluster.kubectl("delete", "endpointslice", "inplace-guard-second", "-n", SYSTEM)
                .succeeded();
        for (String kinds : List.of(
                "validatingwebhookconfigurations,mutatingwebhookconfigurations,clusterroles,clusterrolebindings")) {
            assertThat(cluster.kubectl("get", kinds, "-o", "name").succeeded().out())
                    .doesNotContain("inplace-guard");
        }
        String left = cluster.kubectl(
                        "get",
                        "all,secrets,leases,serviceaccounts,roles,rolebindings,configmaps,poddisruptionbudgets,endpointslices",
                        "-n",
                        SYSTEM,
                        "-o",
                        "name")
                .succeeded()
                .out();
        assertThat(left).isEmpty();
    }
}
