package io.inplaceguard.integration;

import static io.inplaceguard.integration.GuardedCluster.BOT;
import static io.inplaceguard.integration.GuardedCluster.ENV;
import static io.inplaceguard.integration.GuardedCluster.RESOURCES;
import static io.inplaceguard.integration.GuardedCluster.assertDenied;
import static io.inplaceguard.integration.GuardedCluster.manifest;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.inplaceguard.integration.Cluster.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What kubectl gets for edits of each kind, in each mode, and which requests never reach the webhook. */
abstract class VerdictScenarios {

    private final GuardedCluster on;

    VerdictScenarios(GuardedCluster on) {
        this.on = on;
    }

    @Test
    void apply_is_denied_and_admitted() throws Exception {
        String now = manifest("cloneset.yaml");
        assertDenied(
                on.cluster.kubectlWith(now.replace("value: light", "value: dark"), "apply", "-n", "shop", "-f", "-"));
        Output image = on.cluster
                .kubectlWith(now.replace("app:1", "app:2"), "apply", "-n", "shop", "-f", "-")
                .succeeded();
        assertThat(image.out()).contains("configured");
        assertThat(on.field("shop", "cloneset/web", "{.spec.template.spec.containers[0].image}"))
                .isEqualTo("app:2");
    }

    @Test
    void so_are_replace_patch_and_a_round_trip_as_edit_makes_it() throws Exception {
        assertDenied(on.patch("web", ENV));
        String yaml = on.cluster
                .kubectl("get", "cloneset", "web", "-n", "shop", "-o", "yaml")
                .succeeded()
                .out();
        assertDenied(on.cluster.kubectlWith(yaml.replace("value: light", "value: dark"), "replace", "-f", "-"));
        assertThat(on.cluster
                        .kubectlWith(yaml, "replace", "-f", "-")
                        .succeeded()
                        .out())
                .contains("replaced");
        assertDenied(on.cluster.kubectlWith(
                manifest("cloneset.yaml").replace("value: light", "value: dark"), "replace", "-n", "shop", "-f", "-"));
    }

    @Test
    void server_side_apply_dry_run_and_two_managers() throws Exception {
        String now = manifest("cloneset.yaml", "two");
        String changed = now.replace("value: light", "value: dark");
        serverSideApply(now, "one").succeeded();
        assertDenied(serverSideApply(changed, "one"));
        assertDenied(serverSideApply(changed, "two", "--force-conflicts"));
        assertDenied(serverSideApply(changed, "one", "--dry-run=server"));
        String labels = """
                apiVersion: apps.kruise.io/v1beta1
                kind: CloneSet
                metadata: {name: two, labels: {team: shop}}
                """;
        serverSideApply(labels, "two").succeeded();
        serverSideApply(now.replace("app:1", "app:3"), "one").succeeded();
        assertThat(on.field(
                        "shop", "cloneset/two", "{.metadata.labels.team} {.spec.template.spec.containers[0].image}"))
                .isEqualTo("shop app:3");
    }

    private Output serverSideApply(String manifest, String manager, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(
                List.of("apply", "--server-side", "--field-manager=" + manager, "-n", "shop", "-f", "-"));
        arguments.addAll(List.of(more));
        return on.cluster.kubectlWith(manifest, arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"statefulset.yaml", "daemonset.yaml", "sidecarset.yaml", "uniteddeployment.yaml"})
    void the_other_kinds_are_held_too(String file) throws Exception {
        String now = manifest(file);
        on.cluster.kubectlWith(now, "apply", "-n", "shop", "-f", "-").succeeded();
        Output output =
                on.cluster.kubectlWith(now.replace("value: light", "value: dark"), "apply", "-n", "shop", "-f", "-");
        if (file.startsWith("sidecarset") || file.startsWith("daemonset")) {
            // RollingUpdate and InPlaceIfPossible: admitted, with a word on what will happen.
            assertThat(output.succeeded().err())
                    .contains("Warning:")
                    .contains(file.startsWith("daemonset") ? "[recreate]" : "[not-applied]");
        } else {
            assertThat(output.status()).as("%s", output).isNotZero();
            assertThat(output.all()).contains("[not-in-place]").doesNotContain("dark");
        }
        on.cluster
                .kubectlWith(now.replace("app:1", "app:2"), "apply", "-n", "shop", "-f", "-")
                .succeeded();
    }

    @Test
    void warn_and_audit_namespaces_let_through() throws Exception {
        for (String namespace : List.of("careful", "watched", "free")) {
            on.cluster
                    .kubectl("apply", "-f", RESOURCES.resolve("cloneset.yaml").toString(), "-n", namespace)
                    .succeeded();
        }
        Output warned = on.cluster
                .kubectl("patch", "cloneset", "web", "-n", "careful", "--type=json", "-p", ENV)
                .succeeded();
        assertThat(warned.err()).contains("Warning:").contains("env[name=MODE]");
        assertThat(on.cluster
                        .kubectl("patch", "cloneset", "web", "-n", "watched", "--type=json", "-p", ENV)
                        .succeeded()
                        .err())
                .doesNotContain("Warning");
        assertThat(on.cluster
                        .kubectl("patch", "cloneset", "web", "-n", "free", "--type=json", "-p", ENV)
                        .succeeded()
                        .err())
                .doesNotContain("Warning");
        String metrics = on.guard().metrics();
        assertThat(metrics)
                .containsPattern("inplace_guard_reviews_total\\{[^}]*mode=\"warn\"")
                .containsPattern("inplace_guard_reviews_total\\{[^}]*mode=\"audit\"");
    }

    @Test
    void who_is_exempt_is_let_through() throws Exception {
        on.cluster
                .kubectl("create", "clusterrolebinding", "bot", "--clusterrole=cluster-admin", "--user=" + BOT)
                .succeeded();
        on.cloneSet("exempt");
        assertDenied(on.patch("exempt", ENV));
        on.cluster
                .kubectl("patch", "cloneset", "exempt", "-n", "shop", "--type=json", "-p", ENV, "--as=" + BOT)
                .succeeded();
    }

    @Test
    void a_pod_is_defaulted_and_held() throws Exception {
        on.pod("web");
        assertThat(on.field("shop", "pod/web", "{.spec.containers[0].resizePolicy[*].restartPolicy}"))
                .isEqualTo("NotRequired NotRequired");
        Output denied = on.cluster.kubectl(
                "patch", "pod", "web", "-n", "shop", "--type=merge", "-p", "{\"spec\":{\"activeDeadlineSeconds\":30}}");
        assertThat(denied.status()).isNotZero();
        assertThat(denied.all()).contains("spec.activeDeadlineSeconds", "[not-in-place]");
        on.cluster.kubectl("set", "image", "pod/web", "app=app:2", "-n", "shop").succeeded();
    }

    @Test
    void updates_of_replicas_and_status_never_reach_the_webhook() throws Exception {
        long before = calls();
        assertThat(before).as("calls that the API server itself counts").isPositive();
        for (int i = 0; i < 5; i++) {
            on.cluster
                    .kubectl(
                            "patch",
                            "cloneset",
                            "web",
                            "-n",
                            "shop",
                            "--type=merge",
                            "-p",
                            "{\"spec\":{\"replicas\":" + (i + 3) + "}}")
                    .succeeded();
            on.cluster
                    .kubectl("label", "cloneset", "web", "-n", "shop", "round=r" + i, "--overwrite")
                    .succeeded();
            on.cluster
                    .kubectl(
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
        assertDenied(on.patch("web", ENV));
        assertThat(calls()).isGreaterThan(before);
    }

    @Test
    void the_added_latency_is_what_the_api_server_says() throws Exception {
        on.cloneSet("timed");
        Map<String, double[]> before = durations();
        try (var client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(on.cluster.kubeconfig("admin").toFile()))
                .build()) {
            for (int i = 0; i < 600; i++) {
                client.genericKubernetesResources("apps.kruise.io/v1beta1", "CloneSet")
                        .inNamespace("shop")
                        .withName("timed")
                        .patch(
                                PatchContext.of(PatchType.JSON),
                                "[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/image\",\"value\":\"app:t"
                                        + i + "\"}]");
            }
        }
        StringBuilder figures = new StringBuilder(on.cluster.kubectl("version").out());
        durations().forEach((name, now) -> {
            double[] then = before.getOrDefault(name, new double[2]);
            if (now[1] > then[1]) {
                figures.append("%s: %.0f calls, mean %.2f ms%n"
                        .formatted(name, now[1] - then[1], 1000 * (now[0] - then[0]) / (now[1] - then[1])));
            }
        });
        Files.writeString(on.cluster.folder.resolve("latency.txt"), figures);
        assertThat(figures.toString()).contains("600 calls");
    }

    private long calls() throws IOException {
        Matcher lines = Pattern.compile(
                        "(?m)^apiserver_admission_webhook_admission_duration_seconds_count\\{[^}]*name=\"[^\"]*inplace-guard[^}]*\\} (\\S+)$")
                .matcher(on.cluster
                        .kubectl("get", "--raw", "/metrics")
                        .succeeded()
                        .out());
        long sum = 0;
        while (lines.find()) {
            sum += (long) Double.parseDouble(lines.group(1));
        }
        return sum;
    }

    /** Sum in seconds and count of each of the guard's webhooks, as the API server counts them. */
    private Map<String, double[]> durations() throws IOException {
        Map<String, double[]> all = new TreeMap<>();
        Matcher lines = Pattern.compile(
                        "(?m)^apiserver_admission_webhook_admission_duration_seconds_(sum|count)\\{name=\"([^\"]*)\",([^}]*)\\} (\\S+)$")
                .matcher(on.cluster
                        .kubectl("get", "--raw", "/metrics")
                        .succeeded()
                        .out());
        while (lines.find()) {
            if (lines.group(2).contains("inplace-guard")) {
                double[] both = all.computeIfAbsent(lines.group(2) + " " + lines.group(3), key -> new double[2]);
                both[lines.group(1).equals("sum") ? 0 : 1] += Double.parseDouble(lines.group(4));
            }
        }
        return all;
    }
}
