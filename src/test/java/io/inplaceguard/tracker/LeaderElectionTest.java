package io.inplaceguard.tracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class LeaderElectionTest {

    @Test
    void an_api_server_that_is_away_costs_no_stack_traces(CapturedOutput output) throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        LeaderElection.Times times =
                new LeaderElection.Times(Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofMillis(100));
        try (KubernetesClient client = new KubernetesClientBuilder()
                        .withConfig(new ConfigBuilder()
                                .withMasterUrl("http://127.0.0.1:" + port)
                                .withRequestRetryBackoffLimit(0)
                                .build())
                        .build();
                LeaderElection election =
                        new LeaderElection(client, "guard", "tracker", "one", times, leads -> {}).start()) {
            assertThat(election).isNotNull();
            await().until(() -> output.getAll().split("acquiring lock", -1).length > 3);
        }
        assertThat(output.getAll()).contains("ConnectException").doesNotContain("\tat ");
    }
}
