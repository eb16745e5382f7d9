package io.inplaceguard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inplaceguard.guard.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.util.unit.DataSize;

/** The settings' names and defaults, as the contract and the README give them, and what is said of wrong ones. */
class ServerPropertiesTest {

    @EnableConfigurationProperties(ServerProperties.class)
    static class Settable {}

    private static ServerProperties bound(Map<String, String> properties) {
        SpringApplication application = new SpringApplication(Settable.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setDefaultProperties(Map.copyOf(properties));
        try (var context = application.run()) {
            return context.getBean(ServerProperties.class);
        }
    }

    @Test
    void without_any_setting_the_defaults_hold() {
        ServerProperties properties = bound(Map.of());
        assertThat(properties.maxReviewBytes()).isEqualTo(DataSize.ofMegabytes(20));
        assertThat(properties.certs()).isEqualTo(new ServerProperties.Certs(
                        ServerProperties.Mode.SELF_SIGNED, "certs", List.of(), "inplace-guard", "inplace-guard-certs", "inplace-guard"));
        assertThat(properties.settings()).isEqualTo(Settings.DEFAULTS);
        assertThat(properties.owners().enabled()).isFalse();
        assertThat(properties.drain()).isEqualTo(Duration.ofSeconds(10));
        assertThat(properties.training()).isZero();
    }

    @Test
    void every_setting_is_read_by_its_name() {
        ServerProperties properties = bound(Map.ofEntries(
                Map.entry("inplace-guard.max-review-bytes", "1MB"),
                Map.entry("inplace-guard.certs.mode", "files"),
                Map.entry("inplace-guard.certs.dir", "/tls"),
                Map.entry("inplace-guard.certs.dns-names", "a.svc,b.svc"),
                Map.entry("inplace-guard.resize-policy.cpu", "RestartContainer"),
                Map.entry("inplace-guard.resize-policy.memory", "RestartContainer"),
                Map.entry("inplace-guard.rules.template-metadata", "allow"),
                Map.entry("inplace-guard.exemptions.usernames", "u"),
                Map.entry("inplace-guard.exemptions.groups", "g,h"),
                Map.entry("inplace-guard.certs.namespace", "ns"),
                Map.entry("inplace-guard.certs.secret", "s"),
                Map.entry("inplace-guard.certs.configuration", "c"),
                Map.entry("inplace-guard.drain", "3s"),
                Map.entry("inplace-guard.owners.enabled", "true")));
        assertThat(properties.drain()).isEqualTo(Duration.ofSeconds(3));
        assertThat(properties.maxReviewBytes()).isEqualTo(DataSize.ofMegabytes(1));
        assertThat(properties.certs())
                .isEqualTo(new ServerProperties.Certs(ServerProperties.Mode.FILES, "/tls", List.of("a.svc", "b.svc"), "ns", "s", "c"));
        assertThat(properties.settings())
                .isEqualTo(new Settings("RestartContainer", "RestartContainer", true, List.of("u"), List.of("g", "h")));
        assertThat(properties.owners().enabled()).isTrue();
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
        "inplace-guard.certs.mode, sealed, inplace-guard.certs.mode",
        "inplace-guard.resize-policy.cpu, Restart, write NotRequired or RestartContainer",
        "inplace-guard.rules.template-metadata, maybe, write deny or allow",
        "inplace-guard.max-review-bytes, many, inplace-guard.max-review-bytes",
        "inplace-guard.cert.mode, files, is no setting of inplace-guard",
    })
    void a_wrong_setting_is_told_in_a_sentence(String name, String value, String told) {
        assertThatThrownBy(() -> bound(Map.of(name, value)))
                .satisfies(failure -> assertThat(StartFailure.sentence(failure).orElseThrow())
                        .contains(told)
                        .contains(name)
                        .endsWith("the README lists all settings."));
    }
}
