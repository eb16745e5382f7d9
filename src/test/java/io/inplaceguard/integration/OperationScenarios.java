package io.inplaceguard.integration;

import static io.inplaceguard.integration.GuardedCluster.ENV;
import static io.inplaceguard.integration.GuardedCluster.assertDenied;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inplaceguard.integration.Cluster.Output;
import java.time.Duration;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** What happens while the API server or the webhook is away, and what uninstalling leaves. In this order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class OperationScenarios {

    private final GuardedCluster on;

    OperationScenarios(GuardedCluster on) {
        this.on = on;
    }

    @Test
    @Order(1)
    void an_api_server_that_restarts_is_survived() throws Exception {
        on.pod("survivor");
        on.cluster.stopApiServer();
        assertThat(on.guard().isReady()).isTrue();
        assertThat(on.guard().isTrackerReady()).isTrue();
        on.cluster.startApiServer();
        await().atMost(Duration.ofMinutes(3)).untilAsserted(() -> assertDenied(on.patch("web", ENV)));
        on.assertTracked("survivor");
    }

    @Test
    @Order(2)
    void with_the_webhook_down_pods_are_still_made_and_the_policy_decides_the_rest() throws Exception {
        on.cloneSet("unguarded");
        on.guard().stopWebhook();
        on.pod("late");
        Output refused = on.patch("unguarded", ENV);
        assertThat(refused.status()).isNotZero();
        assertThat(refused.all()).contains("failed calling webhook");
        on.guard()
                .upgrade(
                        "--reuse-values",
                        "--set",
                        "webhooks.failurePolicy.validateWorkloads=Ignore",
                        "--set",
                        "webhooks.failurePolicy.mutateWorkloads=Ignore");
        await().atMost(Duration.ofMinutes(2))
                .until(() -> on.patch("unguarded", ENV).status() == 0);
        on.guard().startWebhook(Installation.JAR);
    }

    @Test
    @Order(3)
    void uninstalling_leaves_nothing_behind() throws Exception {
        on.uninstall();
    }
}
