package io.inplaceguard.integration;

import static io.inplaceguard.integration.GuardedCluster.DEFERRED;
import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.integration.Cluster.Output;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The annotations and events of a resize, by the statuses that a kubelet would write. */
abstract class TrackerScenarios {

    private final GuardedCluster on;

    TrackerScenarios(GuardedCluster on) {
        this.on = on;
    }

    @Test
    void a_resize_is_followed_from_proposed_to_done() throws Exception {
        on.pod("resized");
        on.status("resized", "", "100m");
        Output resize = on.cluster.kubectl(
                "patch",
                "pod",
                "resized",
                "-n",
                "shop",
                "--subresource=resize",
                "-p",
                "{\"spec\":{\"containers\":[{\"name\":\"app\",\"resources\":{\"requests\":{\"cpu\":\"150m\"}}}]}}");
        resize.succeeded();
        on.shows("pod/resized", "Proposed");
        assertThat(on.field("shop", "pod/resized", "{.metadata.annotations.inplace-guard\\.io/resize-details}"))
                .contains("\"cpu\":{\"from\":\"100m\",\"to\":\"150m\"}");
        on.status(
                "resized",
                "{\"type\":\"PodResizePending\",\"status\":\"True\",\"reason\":\"Deferred\",\"message\":\"Node did not have enough resource: cpu, requested: 150, used: 7900, capacity: 8000\"}",
                "100m");
        on.shows("pod/resized", "Deferred");
        on.status(
                "resized",
                "{\"type\":\"PodResizePending\",\"status\":\"True\",\"reason\":\"Infeasible\",\"message\":\"never\"}",
                "100m");
        on.shows("pod/resized", "Infeasible");
        on.status("resized", "{\"type\":\"PodResizeInProgress\",\"status\":\"True\"}", "100m");
        on.shows("pod/resized", "InProgress");
        String metrics = on.guard().trackerMetrics();
        assertThat(metrics).contains("inplace_guard_resize_pods{state=\"InProgress\"} 1.0");
        on.status("resized", "", "150m");
        on.shows("pod/resized", "");
        String events = on.cluster
                .kubectl(
                        "get",
                        "events",
                        "-n",
                        "shop",
                        "--field-selector=involvedObject.name=resized",
                        "-o",
                        "jsonpath={.items[*].reason}")
                .succeeded()
                .out();
        Files.writeString(
                on.cluster.folder.resolve("resize.txt"),
                on.cluster
                        .kubectl("get", "events", "-n", "shop", "--field-selector=involvedObject.name=resized")
                        .succeeded()
                        .out());
        assertThat(events.split(" "))
                .containsExactlyInAnyOrder(
                        "ResizeProposed", "ResizeDeferred", "ResizeInfeasible", "ResizeInProgress", "ResizeCompleted");
        for (String metric : Files.readAllLines(Path.of("src/test/resources/metrics.txt"))) {
            if (metric.contains("resize") || metric.contains("tracker") || metric.contains("stuck_rollouts")) {
                assertThat(on.guard().trackerMetrics()).contains(metric);
            } else {
                assertThat(on.guard().metrics()).contains(metric);
            }
        }
    }

    @Test
    void a_resize_that_the_guard_denies_never_reaches_the_pod() throws Exception {
        on.pod("beyond");
        Output denied = on.cluster.kubectl(
                "patch",
                "pod",
                "beyond",
                "-n",
                "shop",
                "--subresource=resize",
                "-p",
                "{\"spec\":{\"containers\":[{\"name\":\"app\",\"resources\":{\"requests\":{\"cpu\":\"900m\"}}}]}}");
        assertThat(denied.status()).isNotZero();
        assertThat(denied.all()).containsAnyOf("[resource-bounds]", "must be less than or equal to cpu limit");
    }

    @Test
    void a_workload_carries_what_its_pods_are_in() throws Exception {
        on.pod("carried");
        on.cloneSet("carrier");
        String uid = on.field("shop", "cloneset/carrier", "{.metadata.uid}");
        on.cluster
                .kubectl(
                        "patch",
                        "pod",
                        "carried",
                        "-n",
                        "shop",
                        "--type=merge",
                        "-p",
                        "{\"metadata\":{\"ownerReferences\":[{\"apiVersion\":\"apps.kruise.io/v1beta1\",\"kind\":\"CloneSet\",\"name\":\"carrier\",\"uid\":\""
                                + uid + "\",\"controller\":true}]}}")
                .succeeded();
        on.status("carried", DEFERRED, "100m");
        on.shows("cloneset/carrier", "Deferred");
        on.status("carried", "", "100m");
        on.shows("cloneset/carrier", "");
    }
}
