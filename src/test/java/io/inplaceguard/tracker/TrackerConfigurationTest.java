package io.inplaceguard.tracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inplaceguard.MockCluster;
import io.inplaceguard.runtime.ManagementServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/** The tracker as it is started: its port, its health, its metrics. */
class TrackerConfigurationTest {

    private ConfigurableApplicationContext tracker;
    private int port;

    @AfterEach
    void stop() {
        if (tracker != null) {
            tracker.close();
        }
        System.clearProperty("kubernetes.master");
    }

    private void start(String apiServer) throws Exception {
        System.setProperty("kubernetes.master", apiServer);
        tracker = TrackerConfiguration.run("--management.server.port=0", "--inplace-guard.track.leader-election=false");
        port = tracker.getBean(ManagementServer.class).port();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void without_an_api_server_it_is_alive_and_not_ready() throws Exception {
        start("http://localhost:1");
        assertThat(get("/livez").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").statusCode()).isEqualTo(503);
    }

    @Test
    void with_one_it_becomes_ready_and_exports_every_metric_that_is_promised() throws Exception {
        try (MockCluster cluster = new MockCluster()) {
            start(cluster.client.getMasterUrl().toString());
            await().atMost(Duration.ofSeconds(30)).until(() -> get("/readyz").statusCode() == 200);
            String metrics = get("/metrics").body();
            for (String metric : Files.readAllLines(Path.of("src/test/resources/metrics.txt"))) {
                if (metric.contains("resize") || metric.contains("tracker") || metric.contains("stuck")) {
                    assertThat(metrics).contains(metric);
                }
            }
            tracker.close();
            tracker = null;
        }
    }
}
