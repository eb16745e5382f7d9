package io.inplaceguard.integration;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The chart, installed, and its webhook as a process that the API server reaches through the chart's Service. */
final class Installation {

    static final String NAMESPACE = "inplace-guard";

    private final Cluster cluster;
    final int port = Cluster.freePort();
    final int management = Cluster.freePort();

    /** @param values as after {@code --set} */
    Installation(Cluster cluster, String... values) throws IOException {
        this.cluster = cluster;
        List<String> command = new ArrayList<>(
                List.of("install", NAMESPACE, "charts/inplace-guard", "-n", NAMESPACE, "--create-namespace"));
        for (String value : values) {
            command.addAll(List.of("--set", value));
        }
        cluster.helm(command.toArray(String[]::new)).succeeded();
        cluster.process(
                "webhook",
                NAMESPACE,
                "inplace-guard",
                Map.of("SERVER_PORT", "" + port, "MANAGEMENT_SERVER_PORT", "" + management));
        ready(management);
        cluster.kubectlWith(Cluster.endpointSlice(NAMESPACE, port, true), "apply", "-f", "-")
                .succeeded();
        for (String kind : List.of("validatingwebhookconfiguration", "mutatingwebhookconfiguration")) {
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> !cluster.kubectl(
                                    "get", kind, "inplace-guard", "-o", "jsonpath={.webhooks[*].clientConfig.caBundle}")
                            .out()
                            .isBlank());
        }
    }

    /** The chart's tracker, as a process. */
    Process startTracker() throws IOException {
        int port = Cluster.freePort();
        Process tracker = cluster.process(
                "tracker", NAMESPACE, "inplace-guard-tracker", Map.of("MANAGEMENT_SERVER_PORT", "" + port));
        ready(port);
        return tracker;
    }

    private static void ready(int management) {
        await().atMost(Duration.ofMinutes(1))
                .until(() -> Cluster.get("http://localhost:" + management + "/readyz")
                        .contains("UP"));
    }
}
