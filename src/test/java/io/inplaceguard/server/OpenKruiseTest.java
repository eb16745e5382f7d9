package io.inplaceguard.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The gauge of OpenKruise's feature gates. */
class OpenKruiseTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private List<String> current() {
        return registry.find("inplace.guard.openkruise.gate").gauges().stream()
                .filter(gauge -> gauge.value() == 1)
                .map(gauge -> gauge.getId().getTag("gate") + "=" + gauge.getId().getTag("state"))
                .sorted()
                .toList();
    }

    @Test
    void the_gauge_has_one_state_for_each_gate_and_follows_the_profile() {
        AtomicReference<OpenKruiseProfile> profile = new AtomicReference<>(OpenKruiseProfile.UNKNOWN);
        try (OpenKruise openKruise = new OpenKruise(profile::get, null)) {
            openKruise.register(registry);
            assertThat(registry.getMeters()).hasSize(7);
            assertThat(current())
                    .containsExactly("InPlaceWorkloadVerticalScaling=unknown", "TemplateNoDefaults=disabled");
            profile.set(new OpenKruiseProfile(VerticalScaling.ENABLED, false));
            assertThat(current())
                    .containsExactly("InPlaceWorkloadVerticalScaling=enabled", "TemplateNoDefaults=enabled");
            profile.set(new OpenKruiseProfile(VerticalScaling.REFUSED, true));
            assertThat(current())
                    .containsExactly("InPlaceWorkloadVerticalScaling=refused", "TemplateNoDefaults=disabled");
        }
    }
}
