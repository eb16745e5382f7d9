package io.inplaceguard.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A chart, installed, and its webhook and tracker as processes; the API server reaches the webhook through the chart's Service. */
final class Installation {

    static final String NAMESPACE = "inplace-guard";
    static final String CHART = "charts/inplace-guard";
    static final Path JAR = Path.of("target/inplace-guard.jar");
    static final List<String> CONFIGURATIONS =
            List.of("validatingwebhookconfiguration", "mutatingwebhookconfiguration");

    private final Cluster cluster;
    private int port;
    private int management;
    private int trackerManagement;
    private @Nullable Process webhook;
    private @Nullable Process tracker;

    /**
     * This chart and this jar.
     *
     * @param values as after {@code --set}
     */
    Installation(Cluster cluster, String... values) throws IOException {
        this(
                cluster,
                CHART,
                JAR,
                Arrays.stream(values)
                        .flatMap(value -> Stream.of("--set", value))
                        .toList());
    }

    /** @param arguments more arguments of {@code helm install} */
    Installation(Cluster cluster, String chart, Path jar, List<String> arguments) throws IOException {
        this.cluster = cluster;
        helm("install", chart, Stream.concat(Stream.of("--create-namespace"), arguments.stream()));
        startWebhook(jar);
        for (String kind : CONFIGURATIONS) {
            await().atMost(Duration.ofMinutes(3)).until(() -> !caBundle(kind).isEmpty());
        }
    }

    private Cluster.Output helm(String command, String chart, Stream<String> arguments) throws IOException {
        return cluster.helm(Stream.concat(Stream.of(command, NAMESPACE, chart, "-n", NAMESPACE), arguments)
                        .toArray(String[]::new))
                .succeeded();
    }

    /** To this chart; the processes stay those of before. */
    Cluster.Output upgrade(String... arguments) throws IOException {
        return helm("upgrade", CHART, Arrays.stream(arguments));
    }

    int port() {
        return port;
    }

    String metrics() {
        return Cluster.get("http://localhost:" + management + "/metrics");
    }

    String trackerMetrics() {
        return Cluster.get("http://localhost:" + trackerManagement + "/metrics");
    }

    boolean isReady() {
        return isReady(management);
    }

    boolean isTrackerReady() {
        return isReady(trackerManagement);
    }

    private static boolean isReady(int management) {
        return Cluster.get("http://localhost:" + management + "/readyz").contains("UP");
    }

    /** The caBundle of each webhook, separated by spaces; empty where there is none. */
    String caBundle(String kind) throws IOException {
        return cluster.kubectl("get", kind, NAMESPACE, "-o", "jsonpath={.webhooks[*].clientConfig.caBundle}")
                .out()
                .strip();
    }

    /** What the Deployment has now; when it is ready the Service leads to it alone. */
    void startWebhook(Path jar) throws IOException {
        port = Cluster.freePort();
        management = Cluster.freePort();
        webhook = cluster.process(
                "webhook",
                NAMESPACE,
                "inplace-guard",
                jar,
                Map.of(
                        "SERVER_PORT",
                        "" + port,
                        "MANAGEMENT_SERVER_PORT",
                        "" + management,
                        // What the chart mounts.
                        "INPLACEGUARD_CLIENTCA_FILE",
                        cluster.folder.resolve("clients.crt").toString()));
        await().atMost(Duration.ofMinutes(3)).until(this::isReady);
        cluster.kubectlWith(Cluster.endpointSlice(NAMESPACE, port, true), "apply", "-f", "-")
                .succeeded();
    }

    void stopWebhook() throws InterruptedException {
        stop(webhook);
    }

    /** What the Deployment's rolling update does: another one is ready before the first has to end. */
    void replaceWebhook() throws Exception {
        Process first = webhook;
        startWebhook(JAR);
        stop(first);
    }

    void startTracker() throws IOException {
        startTracker(JAR);
    }

    void startTracker(Path jar) throws IOException {
        trackerManagement = Cluster.freePort();
        tracker = cluster.process(
                "tracker",
                NAMESPACE,
                "inplace-guard-tracker",
                jar,
                Map.of("MANAGEMENT_SERVER_PORT", "" + trackerManagement, "SERVER_PORT", "" + trackerManagement));
        await().atMost(Duration.ofMinutes(3)).until(this::isTrackerReady);
    }

    void stopTracker() throws InterruptedException {
        stop(tracker);
    }

    private static void stop(@Nullable Process process) throws InterruptedException {
        if (process != null) {
            process.destroy();
            assertThat(process.waitFor(40, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** The processes too, and the EndpointSlice, which a controller would delete. */
    void uninstall() throws Exception {
        cluster.helm("uninstall", NAMESPACE, "-n", NAMESPACE).succeeded();
        cluster.kubectl("delete", "endpointslice", "-l", "kubernetes.io/service-name=inplace-guard", "-n", NAMESPACE)
                .succeeded();
        for (Process process : Arrays.asList(webhook, tracker)) {
            // Nothing is left that it could serve while it shuts down.
            if (process != null) {
                process.destroyForcibly().waitFor();
            }
        }
    }
}
