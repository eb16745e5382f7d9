package io.inplaceguard.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import io.inplaceguard.kube.FeatureGates.ManagerContainer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Gates that several flags, several containers or a variable set. */
class FeatureGatesTest {

    private static final String ON = "--feature-gates=InPlaceWorkloadVerticalScaling=true";

    private static Optional<VerticalScaling> scaling(ManagerContainer... containers) {
        return FeatureGates.profile(List.of(containers)).map(OpenKruiseProfile::verticalScaling);
    }

    private static ManagerContainer container(String name, String... args) {
        return ManagerContainer.of(name, List.of("/manager"), List.of(args));
    }

    @Test
    void only_the_managers_container_counts() {
        assertThat(scaling(container("proxy", ON), container("manager"))).contains(VerticalScaling.DISABLED);
        assertThat(scaling(container("manager", ON), container("proxy", "--feature-gates=AllAlpha=false")))
                .contains(VerticalScaling.ENABLED);
        assertThat(scaling(container("kruise", ON))).contains(VerticalScaling.ENABLED);
    }

    @Test
    void unknown_where_no_container_is_the_managers() {
        assertThat(scaling(container("a", ON), container("b"))).isEmpty();
        assertThat(scaling()).isEmpty();
    }

    @Test
    void unknown_where_a_variable_holds_the_gates() {
        assertThat(scaling(container("manager", "--feature-gates=$(GATES)"))).isEmpty();
        assertThat(scaling(container("manager", "--feature-gates", "A=true,$(MORE)")))
                .isEmpty();
    }

    @Test
    void unknown_where_a_variable_or_a_shell_makes_the_arguments() {
        assertThat(scaling(container("manager", "$(EXTRA)"))).isEmpty();
        assertThat(scaling(container("manager", ON, "$(EXTRA)"))).isEmpty();
        assertThat(scaling(container("manager", "--namespace=$(POD_NAMESPACE)")))
                .contains(VerticalScaling.DISABLED);
        assertThat(scaling(ManagerContainer.of(
                        "manager", List.of("/bin/sh", "-c"), List.of("exec /manager --feature-gates=AllAlpha=true"))))
                .isEmpty();
        assertThat(scaling(ManagerContainer.of("manager", List.of(), List.of("bash", "-c", "/manager"))))
                .isEmpty();
    }

    @Test
    void a_later_flag_changes_a_named_gate_but_not_what_all_alpha_has_set() {
        assertThat(scaling(container("manager", "--feature-gates=AllAlpha=true", "--feature-gates=AllAlpha=false")))
                .contains(VerticalScaling.ENABLED);
        assertThat(scaling(container("manager", ON, "--feature-gates=InPlaceWorkloadVerticalScaling=false")))
                .contains(VerticalScaling.DISABLED);
        assertThat(scaling(container(
                        "manager",
                        "--feature-gates=AllAlpha=true",
                        "--feature-gates=InPlaceWorkloadVerticalScaling=false")))
                .contains(VerticalScaling.DISABLED);
    }
}
