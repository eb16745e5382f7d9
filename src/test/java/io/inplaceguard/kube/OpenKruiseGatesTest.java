package io.inplaceguard.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.inplaceguard.MockCluster;
import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The gates of OpenKruise's manager, read from a mock API server. */
class OpenKruiseGatesTest {

    private static final OpenKruiseProfile ON = new OpenKruiseProfile(VerticalScaling.ENABLED, true);
    private static final OpenKruiseProfile OFF = new OpenKruiseProfile(VerticalScaling.DISABLED, true);

    private final MockCluster cluster = new MockCluster();
    private final OpenKruiseGates gates =
            new OpenKruiseGates(cluster.client, "kruise-system", "kruise-controller-manager", null);

    @AfterEach
    void close() {
        gates.close();
        cluster.close();
    }

    private void deploy(String... args) {
        Deployment deployment = new DeploymentBuilder()
                .withNewMetadata()
                .withNamespace("kruise-system")
                .withName("kruise-controller-manager")
                .endMetadata()
                .withNewSpec()
                .withNewTemplate()
                .withNewSpec()
                .addNewContainer()
                .withName("manager")
                .withArgs(args)
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
        cluster.client.resource(deployment).createOr(existing -> existing.update());
    }

    @Test
    void unknown_until_read_and_where_openkruise_is_absent() {
        assertThat(gates.get()).isEqualTo(OpenKruiseProfile.UNKNOWN);
        gates.refresh();
        assertThat(gates.get()).isEqualTo(OpenKruiseProfile.UNKNOWN);
    }

    @Test
    void off_without_the_argument_and_followed_when_it_changes() {
        deploy("--enable-leader-election");
        gates.refresh();
        assertThat(gates.get()).isEqualTo(OFF);
        deploy("--feature-gates=InPlaceWorkloadVerticalScaling=true");
        gates.refresh();
        assertThat(gates.get()).isEqualTo(ON);
        deploy("--feature-gates=TemplateNoDefaults=true");
        gates.refresh();
        assertThat(gates.get()).isEqualTo(new OpenKruiseProfile(VerticalScaling.DISABLED, false));
    }

    @Test
    void an_openkruise_before_1_9_cannot_resize_on_a_newer_api_server() {
        deploy("--feature-gates=InPlaceWorkloadVerticalScaling=true,TemplateNoDefaults=true");
        gates.refresh();
        assertThat(gates.get()).isEqualTo(new OpenKruiseProfile(VerticalScaling.ENABLED, false));
        cluster.olderKruise = true;
        gates.refresh();
        assertThat(gates.get()).isEqualTo(new OpenKruiseProfile(VerticalScaling.REFUSED, false));
        cluster.version = "v1.32.0";
        gates.refresh();
        assertThat(gates.get()).isEqualTo(new OpenKruiseProfile(VerticalScaling.ENABLED, false));
    }

    @Test
    void the_last_profile_stays_while_the_versions_may_not_be_read() {
        cluster.olderKruise = true;
        deploy("--feature-gates=InPlaceWorkloadVerticalScaling=true");
        gates.refresh();
        assertThat(gates.get()).isEqualTo(new OpenKruiseProfile(VerticalScaling.REFUSED, true));
        for (String path : List.of("/version", "/apis/apps.kruise.io/v1beta1")) {
            cluster.refused = request -> request.getPath().equals(path);
            gates.refresh();
            assertThat(gates.get()).isEqualTo(new OpenKruiseProfile(VerticalScaling.REFUSED, true));
        }
    }

    @Test
    void the_last_profile_stays_while_the_deployment_may_not_be_read() {
        deploy("--feature-gates=InPlaceWorkloadVerticalScaling=true");
        gates.refresh();
        assertThat(gates.get()).isEqualTo(ON);
        cluster.refused = request -> true;
        gates.refresh();
        assertThat(gates.get()).isEqualTo(ON);
        gates.refresh();
        assertThat(gates.get()).isEqualTo(ON);
    }

    @Test
    void template_defaults_that_are_configured_win_over_the_arguments() {
        try (OpenKruiseGates configured =
                new OpenKruiseGates(cluster.client, "kruise-system", "kruise-controller-manager", true)) {
            assertThat(configured.get()).isEqualTo(OpenKruiseProfile.UNKNOWN);
            deploy("--feature-gates=TemplateNoDefaults=true");
            configured.refresh();
            assertThat(configured.get()).isEqualTo(OFF);
        }
        try (OpenKruiseGates configured =
                new OpenKruiseGates(cluster.client, "kruise-system", "kruise-controller-manager", false)) {
            assertThat(configured.get()).isEqualTo(new OpenKruiseProfile(VerticalScaling.UNKNOWN, false));
            deploy();
            configured.refresh();
            assertThat(configured.get()).isEqualTo(new OpenKruiseProfile(VerticalScaling.DISABLED, false));
        }
    }

    @Test
    void the_last_profile_stays_while_the_api_server_is_away() {
        deploy("--feature-gates=InPlaceWorkloadVerticalScaling=true");
        gates.refresh();
        cluster.server.shutdown();
        gates.refresh();
        assertThat(gates.get()).isEqualTo(ON);
    }
}
