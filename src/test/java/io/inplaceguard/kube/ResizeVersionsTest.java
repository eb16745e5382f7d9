package io.inplaceguard.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ResizeVersionsTest {

    @ParameterizedTest(name = "API server {0}, CloneSet v1beta1 {1}: {2}")
    @CsvSource({
        "v1.36.2, true, ENABLED",
        "v1.36.2, false, REFUSED",
        "v1.33.0-gke.1, false, REFUSED",
        "1.33+, false, REFUSED",
        "v1.32.9, false, ENABLED",
        "v1.3, false, ENABLED",
        "v1.3333, false, ENABLED",
        "nonsense, false, ENABLED",
        "'', false, ENABLED",
    })
    void an_older_openkruise_cannot_resize_on_a_newer_api_server(
            String apiServer, boolean isNewer, VerticalScaling expected) {
        OpenKruiseProfile gates = new OpenKruiseProfile(VerticalScaling.ENABLED, false);
        assertThat(ResizeVersions.effective(gates, () -> apiServer, () -> isNewer))
                .isEqualTo(new OpenKruiseProfile(expected, false));
    }

    @ParameterizedTest
    @EnumSource(names = "ENABLED", mode = EnumSource.Mode.EXCLUDE)
    void nothing_is_asked_for_unless_the_gate_is_on(VerticalScaling state) {
        OpenKruiseProfile gates = new OpenKruiseProfile(state, true);
        assertThat(ResizeVersions.effective(
                        gates,
                        () -> {
                            throw new AssertionError();
                        },
                        () -> {
                            throw new AssertionError();
                        }))
                .isEqualTo(gates);
    }

    @Test
    void minor_versions_are_read_as_the_api_server_writes_them() {
        assertThat(ResizeVersions.minor("v1.36.2")).isEqualTo(36);
        assertThat(ResizeVersions.minor("v2.36.2")).isEqualTo(-1);
    }
}
