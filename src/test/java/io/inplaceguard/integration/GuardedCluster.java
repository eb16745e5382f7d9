package io.inplaceguard.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inplaceguard.integration.Cluster.Output;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link Cluster} with OpenKruise's CRDs, the namespaces of the tests, one node and an {@link Installation}: what scenarios share. */
final class GuardedCluster implements AutoCloseable {

    static final Path RESOURCES = Path.of("src/test/resources/integration");
    static final String SYSTEM = Installation.NAMESPACE;

    /** A user who is exempt. */
    static final String BOT = "release-bot";

    /** A change of {@code cloneset.yaml} that is denied. */
    static final String ENV =
            "[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/env/0/value\",\"value\":\"dark\"}]";

    static final String DEFERRED = "{\"type\":\"PodResizePending\",\"status\":\"True\",\"reason\":\"Deferred\"}";

    final Cluster cluster;
    private @Nullable Installation installation;

    GuardedCluster(String name) throws Exception {
        cluster = new Cluster(name);
        apply("crds.yaml");
        apply("namespaces.yaml");
        cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
                .succeeded();
        // Since 1.36 the API server itself refuses a resize that the Pod's node has no room for.
        apply("node.yaml");
        apply("node.yaml", "--subresource=status", "--server-side", "--force-conflicts");
    }

    /** Installs this chart with its tracker. */
    void install() throws Exception {
        install(Installation.CHART, Installation.JAR, List.of());
    }

    /**
     * Installs a chart with its tracker and waits until a change is denied.
     *
     * @param arguments more arguments of {@code helm install}
     */
    void install(String chart, Path jar, List<String> arguments) throws Exception {
        cluster.kubectl("delete", "cloneset", "web", "-n", "shop", "--ignore-not-found")
                .succeeded();
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("--set", "tracker.enabled=true", "--set", "exemptions.usernames={" + BOT + "}"));
        Installation guard = new Installation(cluster, chart, jar, all);
        guard.startTracker(jar);
        installation = guard;
        // The API server reads webhook configurations through a watch: until it has seen the caBundle, calls fail.
        cloneSet("web");
        await().atMost(Duration.ofMinutes(3))
                .until(() -> patch("web", ENV).all().contains("[not-in-place]"));
    }

    Installation guard() {
        if (installation == null) {
            throw new IllegalStateException("nothing is installed");
        }
        return installation;
    }

    boolean isInstalled() {
        return installation != null;
    }

    /** Nothing of the chart is left behind. */
    void uninstall() throws Exception {
        guard().uninstall();
        installation = null;
        assertThat(cluster.kubectl(
                                "get",
                                "validatingwebhookconfigurations,mutatingwebhookconfigurations,clusterroles,clusterrolebindings,"
                                        + "validatingadmissionpolicies,validatingadmissionpolicybindings",
                                "-o",
                                "name")
                        .succeeded()
                        .out())
                .doesNotContain("inplace-guard");
        assertThat(cluster.kubectl(
                                "get",
                                "all,secrets,leases,serviceaccounts,roles,rolebindings,configmaps,poddisruptionbudgets,endpointslices",
                                "-n",
                                SYSTEM,
                                "-o",
                                "name")
                        .succeeded()
                        .out())
                .isEmpty();
    }

    private void apply(String file, String... arguments) throws IOException {
        List<String> line =
                new ArrayList<>(List.of("apply", "-f", RESOURCES.resolve(file).toString()));
        line.addAll(List.of(arguments));
        cluster.kubectl(line.toArray(String[]::new)).succeeded();
    }

    static String manifest(String file) throws IOException {
        return Files.readString(RESOURCES.resolve(file));
    }

    /** The manifest with another name for its object. */
    static String manifest(String file, String name) throws IOException {
        return manifest(file).replace("name: web", "name: " + name);
    }

    /** The CloneSet of {@code cloneset.yaml} by another name, in namespace shop. */
    void cloneSet(String name) throws IOException {
        cluster.kubectlWith(manifest("cloneset.yaml", name), "apply", "-n", "shop", "-f", "-")
                .succeeded();
    }

    /** The Pod of {@code pod.yaml} by another name, in namespace shop. */
    void pod(String name) throws IOException {
        cluster.kubectlWith(manifest("pod.yaml", name), "apply", "-n", "shop", "-f", "-")
                .succeeded();
    }

    /** A JSON patch of a CloneSet in namespace shop. */
    Output patch(String cloneSet, String patch) throws IOException {
        return cluster.kubectl("patch", "cloneset", cloneSet, "-n", "shop", "--type=json", "-p", patch);
    }

    String field(String namespace, String object, String path) throws IOException {
        return cluster.kubectl("get", object, "-n", namespace, "-o", "jsonpath=" + path)
                .out();
    }

    static void assertDenied(Output output) {
        assertThat(output.status()).as("%s", output).isNotZero();
        assertThat(output.all())
                .contains("spec.template.spec.containers[name=app].env[name=MODE].value", "[not-in-place]")
                .doesNotContain("dark");
    }

    /** The first caBundle, as PEM. */
    String authority(String kind) throws IOException {
        return new String(Base64.getDecoder().decode(guard().caBundle(kind).split(" ")[0]), StandardCharsets.US_ASCII);
    }

    /** Writes what a kubelet would: conditions, and a cpu request that the container has. */
    void status(String pod, String conditions, String cpu) throws IOException {
        cluster.kubectl("patch", "pod", pod, "-n", "shop", "--subresource=status", "--type=merge", "-p", """
                {"status":{"phase":"Running","conditions":[%s],"containerStatuses":[{"name":"app","image":"app:2","imageID":"x","ready":true,
                "restartCount":0,"state":{"running":{}},"resources":{"requests":{"cpu":"%s","memory":"64Mi"},"limits":{"cpu":"500m","memory":"64Mi"}}}]}}
                """.formatted(
                                conditions, cpu))
                .succeeded();
    }

    /** Waits until the tracker's annotation on an object in namespace shop has that value; empty: no annotation. */
    void shows(String object, String state) {
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(
                        () -> assertThat(field("shop", object, "{.metadata.annotations.inplace-guard\\.io/resize}"))
                                .isEqualTo(state));
    }

    /** The tracker follows a Pod. */
    void assertTracked(String pod) throws IOException {
        status(pod, DEFERRED, "100m");
        shows("pod/" + pod, "Deferred");
        status(pod, "", "100m");
        shows("pod/" + pod, "");
    }

    @Override
    public void close() {
        cluster.close();
    }
}
