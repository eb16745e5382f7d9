package io.inplaceguard.tracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Each setting of the tracker: its name, default and range. */
class TrackerPropertiesTest {

    private static TrackerProperties bind(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("inplace-guard.track", TrackerProperties.class);
    }

    @Test
    void the_defaults_are_those_of_the_documentation() {
        assertThat(bind(Map.of())).isEqualTo(new TrackerProperties("", "inplace-guard-tracker", true, 300));
    }

    @Test
    void each_setting_has_its_name() {
        assertThat(bind(Map.of(
                        "inplace-guard.track.lease-namespace", "guard",
                        "inplace-guard.track.lease-name", "lease",
                        "inplace-guard.track.leader-election", "false",
                        "inplace-guard.track.writes-per-second", "10000")))
                .isEqualTo(new TrackerProperties("guard", "lease", false, 10_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "10001"})
    void a_rate_out_of_range_is_one_sentence_with_setting_value_and_range(String rate) {
        assertThatThrownBy(() -> bind(Map.of("inplace-guard.track.writes-per-second", rate)))
                .hasRootCauseMessage(
                        "inplace-guard.track.writes-per-second is " + rate + "; it must be from 1 to 10000");
    }
}
