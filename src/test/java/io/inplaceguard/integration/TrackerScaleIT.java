package io.inplaceguard.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.inplaceguard.guard.AnnotationKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** The tracker among 10,000 pods, 1,000 of which are resized at once. Its figures are written down, not judged, but for its memory. */
@DisabledIfSystemProperty(named = "integration.short", matches = "true")
class TrackerScaleIT {

    private static final int PODS = 10_000;
    private static final int RESIZES = 1_000;
    private static final long MIB = 1024;
    private static final String SMALL = resources("50m");
    private static final String LARGE = resources("100m");

    private static String resources(String cpu) {
        return "{\"status\":{\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"app\",\"image\":\"a\",\"imageID\":\"a\",\"ready\":true,"
                + "\"restartCount\":0,\"state\":{\"running\":{}},\"resources\":{\"requests\":{\"cpu\":\"" + cpu
                + "\"}}}]}}";
    }

    private static Pod pod(int i) {
        List<EnvVar> env = IntStream.range(0, 40)
                .mapToObj(n -> new EnvVar("VARIABLE_" + n, "a value of some length " + n, null))
                .toList();
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("many")
                .withName("pod-" + i)
                .addToLabels("app", "many")
                .endMetadata()
                .withNewSpec()
                .withNodeName("n1")
                .addNewContainer()
                .withName("app")
                .withImage("app:1")
                .withEnv(env)
                .withNewResources()
                .addToRequests("cpu", new Quantity("100m"))
                .endResources()
                .endContainer()
                .endSpec()
                .build();
    }

    private static void patchStatus(KubernetesClient client, int i, String status) {
        client.pods()
                .inNamespace("many")
                .withName("pod-" + i)
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), status);
    }

    private static long memory(Process process, String field) throws IOException {
        return Files.readAllLines(Path.of("/proc", "" + process.pid(), "status")).stream()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / MIB)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void ten_thousand_pods_and_a_thousand_resizes() throws Exception {
        try (Cluster cluster = new Cluster("scale")) {
            cluster.kubectl("create", "namespace", "many").succeeded();
            Config config = Config.fromKubeconfig(cluster.kubeconfig("admin").toFile());
            try (KubernetesClient client =
                    new KubernetesClientBuilder().withConfig(config).build()) {
                Cluster.each(PODS, i -> client.resource(pod(i)).create());
                Cluster.each(RESIZES, i -> patchStatus(client, i, LARGE));
                int port = Cluster.freePort();
                Process tracker = cluster.start(
                        "tracker",
                        Map.of("KUBECONFIG", cluster.kubeconfig("admin").toString()),
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                // As the chart has it, in a container of 256 MiB.
                                "-XX:+UseSerialGC",
                                "-Xmx77m",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+ExitOnOutOfMemoryError",
                                "-jar",
                                "target/inplace-guard.jar",
                                "track",
                                "--management.server.port=" + port));
                await().atMost(Duration.ofMinutes(2))
                        .until(() -> Cluster.get("http://localhost:" + port + "/readyz")
                                .contains("UP"));
                long idle = memory(tracker, "VmRSS");
                Cluster.each(RESIZES, i -> patchStatus(client, i, SMALL));
                long from = System.nanoTime();
                await().atMost(Duration.ofMinutes(2))
                        .pollInterval(Duration.ofMillis(250))
                        .until(() -> Cluster.get("http://localhost:" + port + "/metrics")
                                .contains("inplace_guard_resize_transitions_total{state=\"Proposed\"} 1000.0"));
                long nanos = System.nanoTime() - from;
                long busy = memory(tracker, "VmHWM");
                assertThat(client.pods().inNamespace("many").list().getItems().stream()
                                .filter(pod -> pod.getMetadata().getAnnotations() != null
                                        && "Proposed"
                                                .equals(pod.getMetadata()
                                                        .getAnnotations()
                                                        .get(AnnotationKeys.RESIZE)))
                                .count())
                        .isEqualTo(RESIZES);
                Cluster.each(RESIZES, i -> patchStatus(client, i, LARGE));
                await().atMost(Duration.ofMinutes(2))
                        .until(() -> Cluster.get("http://localhost:" + port + "/metrics")
                                .contains("inplace_guard_resize_transitions_total{state=\"Completed\"} 1000.0"));
                Files.writeString(
                        cluster.folder.resolve("tracker.txt"),
                        String.format(
                                "tracker, %d pods: RSS %d MiB idle, %d MiB at most; %d resizes annotated %.1f s after the last of them%n",
                                PODS, idle, busy, RESIZES, nanos / 1e9));
                assertThat(memory(tracker, "VmHWM")).as("MiB").isLessThanOrEqualTo(256);
            }
        }
    }
}
