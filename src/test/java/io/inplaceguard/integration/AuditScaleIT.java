package io.inplaceguard.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code kubectl inplace audit} of 1,000 CloneSets and 10,000 pods, as the plugin runs it. Each tenth rollout cannot finish, three of
 * ten are under way. The figures are written down, not judged, but for the memory.
 */
@DisabledIfSystemProperty(named = "integration.short", matches = "true")
class AuditScaleIT {

    private static final int WORKLOADS = 1_000;
    private static final int PODS = 10;
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final String ENV = IntStream.range(0, 40)
            .mapToObj(n -> "{name: VARIABLE_%d, value: a value of some length %d}".formatted(n, n))
            .collect(Collectors.joining(", "));

    private KubernetesClient client;

    private HasMetadata create(String yaml) {
        return client.resource(Serialization.unmarshal(yaml, HasMetadata.class)).create();
    }

    private static String template(String image, String mode) {
        return """
                {metadata: {labels: {app: many}}, spec: {containers: [{name: app, image: "registry.example.com/app:%s",
                env: [{name: MODE, value: %s}, %s], resources: {requests: {cpu: 100m, memory: 64Mi}}}]}}""".formatted(image, mode, ENV);
    }

    /** Of each ten workloads the first is stuck, the next three roll out an image, the others have finished. */
    private void workload(int i) {
        String namespace = "many-" + i % 20;
        String name = "web-" + i;
        int kind = i % 10;
        HasMetadata owner = create("""
                apiVersion: apps.kruise.io/v1beta1
                kind: CloneSet
                metadata: {name: %s, namespace: %s}
                spec:
                  replicas: %d
                  selector: {matchLabels: {app: many, set: %s}}
                  updateStrategy: {rollingUpdate: {podUpdatePolicy: InPlaceOnly}}
                  template: %s
                """.formatted(name, namespace, PODS, name, template("2", "new")));
        client.resource(owner)
                .subresource("status")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"status\":{\"replicas\":%d,\"updateRevision\":\"%s-new\"}}".formatted(PODS, name));
        String references =
                "[{apiVersion: apps.kruise.io/v1beta1, kind: CloneSet, name: %s, uid: %s, controller: true}]"
                        .formatted(name, owner.getMetadata().getUid());
        for (String revision : new String[] {"old", "new"}) {
            boolean old = revision.equals("old");
            create("""
                    apiVersion: apps/v1
                    kind: ControllerRevision
                    metadata: {name: %1$s-%2$s, namespace: %3$s, labels: {app: many, set: %1$s}, ownerReferences: %4$s}
                    revision: 1
                    data: {spec: {template: %5$s}}
                    """.formatted(
                            name,
                            revision,
                            namespace,
                            references,
                            template(old ? "1" : "2", old && kind == 0 ? "old" : "new")));
        }
        for (int pod = 0; pod < PODS; pod++) {
            boolean behind = kind < 4 && pod % 2 == 0;
            create("""
                    apiVersion: v1
                    kind: Pod
                    metadata:
                      name: %1$s-%2$d
                      namespace: %3$s
                      labels: {app: many, set: %1$s, controller-revision-hash: %1$s-%4$s}
                      ownerReferences: %5$s
                    spec:
                      nodeName: n1
                      containers: [{name: app, image: "registry.example.com/app:2", env: [%6$s]}]
                    """.formatted(name, pod, namespace, behind ? "old" : "new", references, ENV));
        }
        if (kind == 9) {
            client.pods()
                    .inNamespace(namespace)
                    .withName(name + "-0")
                    .subresource("status")
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            "{\"status\":{\"conditions\":[{\"type\":\"PodResizePending\",\"status\":\"True\",\"reason\":\"Deferred\"}]}}");
        }
    }

    private static long peak(Process process) throws IOException {
        try {
            return Files.readAllLines(Path.of("/proc", "" + process.pid(), "status")).stream()
                    .filter(line -> line.startsWith("VmHWM"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (java.nio.file.NoSuchFileException e) {
            return 0;
        }
    }

    @Test
    void ten_thousand_pods_and_a_thousand_workloads() throws Exception {
        try (Cluster cluster = new Cluster("audit-scale")) {
            cluster.kubectl("apply", "-f", "src/test/resources/integration/crds.yaml")
                    .succeeded();
            cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
                    .succeeded();
            Config config = Config.fromKubeconfig(cluster.kubeconfig("admin").toFile());
            client = new KubernetesClientBuilder().withConfig(config).build();
            Cluster.each(20, i -> create("apiVersion: v1\nkind: Namespace\nmetadata: {name: many-%d}\n".formatted(i)));
            Cluster.each(WORKLOADS, this::workload);
            client.close();
            Path out = cluster.folder.resolve("audit.json");
            ProcessBuilder builder = new ProcessBuilder(
                            Cluster.asset("kubectl"),
                            "inplace",
                            "audit",
                            "-A",
                            "-o",
                            "json",
                            "--kubeconfig",
                            cluster.kubeconfig("admin").toString())
                    .redirectOutput(out.toFile())
                    .redirectError(cluster.folder.resolve("audit.err").toFile());
            builder.environment().put("PATH", cluster.plugin() + ":" + System.getenv("PATH"));
            long from = System.nanoTime();
            // kubectl and the script replace themselves by the JVM, so that this is its process.
            Process audit = builder.start();
            long peak = 0;
            while (!audit.waitFor(20, TimeUnit.MILLISECONDS)) {
                peak = Math.max(peak, peak(audit));
                assertThat(System.nanoTime() - from).as("ended by itself").isLessThan(LIMIT.toNanos());
            }
            long nanos = System.nanoTime() - from;
            assertThat(audit.exitValue())
                    .as(Files.readString(cluster.folder.resolve("audit.err")))
                    .isEqualTo(1);
            JsonNode findings = new JsonMapper().readTree(out.toFile()).path("findings");
            Map<String, Long> counts = findings.valueStream()
                    .collect(Collectors.groupingBy(each -> each.path("id").asString(), Collectors.counting()));
            assertThat(counts).containsEntry("stuck-rollout", 100L).containsEntry("resize-deferred", 100L);
            assertThat(findings.get(0).path("message").asString())
                    .isEqualTo("5 pods cannot reach revision web-0-new in place (not-in-place).");
            Files.writeString(
                    cluster.folder.resolve("audit.txt"),
                    "audit, %d workloads, %d pods: %.1f s, %d MiB at most, %d findings%n"
                            .formatted(WORKLOADS, WORKLOADS * PODS, nanos / 1e9, peak, findings.size()));
            assertThat(peak).as("MiB").isLessThanOrEqualTo(512);
        }
    }
}
