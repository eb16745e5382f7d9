package io.inplaceguard.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.client.Config;
import io.inplaceguard.e2e.Api;
import io.inplaceguard.e2e.OutcomeTests;
import io.inplaceguard.e2e.Verdicts;
import io.inplaceguard.e2e.Verdicts.Row;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/**
 * The guard beside OpenKruise's manager and its webhooks, without a kubelet: each edit of {@code edits.yaml}, with the feature gate
 * InPlaceWorkloadVerticalScaling off and on, through the API server and the chart's webhook configurations; then what the
 * controllers did with the pods.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenKruiseIT implements OutcomeTests {

    private static final String GATE = "InPlaceWorkloadVerticalScaling";
    private Cluster cluster;
    private OpenKruise kruise;
    private Api api;
    private Kubelet kubelet;
    private Verdicts verdicts;

    @BeforeAll
    void run() throws Exception {
        Optional<Path> binary = OpenKruise.binary();
        assumeTrue(
                binary.isPresent(),
                "skipped: no OpenKruise manager with its config folder, see OPENKRUISE_MANAGER in docs/compatibility.md");
        cluster = new Cluster("openkruise");
        kruise = OpenKruise.install(cluster, binary.get(), GATE + "=false");
        new Installation(cluster);
        api = new Api(Config.fromKubeconfig(cluster.kubeconfig("admin").toFile()));
        kubelet = new Kubelet(api);
        verdicts = new Verdicts();
        // The short form has the kind with the most edits.
        List<String> served = Boolean.getBoolean("integration.short") ? List.of("CloneSet v1beta1") : served();
        // The API server has read the caBundle when it calls the guard for a new Pod.
        await().atMost(Duration.ofMinutes(1))
                .until(() -> cluster.kubectl("run", "probe", "--image=app:1", "--dry-run=server", "-o", "yaml")
                        .out()
                        .contains("resizePolicy"));
        profile("DISABLED");
        verdicts.run(api, "off", served, false, Integer.MAX_VALUE, created -> {});
        kruise.restart(GATE + "=true");
        // OpenKruise before 1.9 resizes by an update of the Pod, which this API server refuses.
        profile(served.contains("CloneSet v1beta1") ? "ENABLED" : "REFUSED");
        verdicts.run(api, "on", served, true, Integer.MAX_VALUE, created -> {});
        Files.writeString(cluster.folder.resolve("outcomes.md"), verdicts.report());
    }

    /** Waits until the guard has read the gate: it logs each change. */
    private void profile(String scaling) {
        Path log = cluster.folder.resolve("webhook.log");
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(() -> assertThat(Files.readAllLines(log).stream()
                                .filter(line -> line.contains(GATE + " is "))
                                .reduce("", (first, last) -> last))
                        .contains(GATE + " is " + scaling));
    }

    private List<String> served() throws Exception {
        return cluster.kubectl(
                        "get",
                        "crd",
                        "-o",
                        "jsonpath={range .items[?(@.spec.group=='apps.kruise.io')]}{.spec.names.kind} "
                                + "{.spec.versions[?(@.served==true)].name}{'\\n'}{end}")
                .succeeded()
                .out()
                .lines()
                .flatMap(line -> {
                    String[] words = line.split(" ");
                    return Stream.of(words).skip(1).map(version -> words[0] + " " + version);
                })
                .toList();
    }

    @AfterAll
    void close() throws Exception {
        if (kubelet != null) {
            kubelet.close();
            api.close();
        }
        if (kruise != null) {
            kruise.stop();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    @Override
    public Stream<Row> rows() {
        return verdicts.rows();
    }
}
