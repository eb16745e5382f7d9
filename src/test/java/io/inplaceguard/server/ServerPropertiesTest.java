package io.inplaceguard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.runtime.StartupFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.util.unit.DataSize;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

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
        assertThat(properties.certs())
                .isEqualTo(new ServerProperties.Certs(
                        ServerProperties.Mode.SELF_SIGNED,
                        "certs",
                        List.of(),
                        "inplace-guard",
                        "inplace-guard-certs",
                        "inplace-guard",
                        Duration.ofDays(90),
                        Duration.ofDays(730),
                        Duration.ofSeconds(10),
                        Duration.ofDays(1)));
        assertThat(properties.settings()).isEqualTo(GuardSettings.DEFAULTS);
        assertThat(properties.owners().enabled()).isFalse();
        assertThat(properties.drain()).isEqualTo(Duration.ofSeconds(10));
        assertThat(properties.training()).isEmpty();
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
                Map.entry("inplace-guard.certs.leaf-lifetime", "3d"),
                Map.entry("inplace-guard.certs.ca-lifetime", "100h"),
                Map.entry("inplace-guard.certs.settle", "2s"),
                Map.entry("inplace-guard.certs.patience", "3m"),
                Map.entry("inplace-guard.drain", "3s"),
                Map.entry("inplace-guard.owners.enabled", "true")));
        assertThat(properties.drain()).isEqualTo(Duration.ofSeconds(3));
        assertThat(properties.maxReviewBytes()).isEqualTo(DataSize.ofMegabytes(1));
        assertThat(properties.certs())
                .isEqualTo(new ServerProperties.Certs(
                        ServerProperties.Mode.FILES,
                        "/tls",
                        List.of("a.svc", "b.svc"),
                        "ns",
                        "s",
                        "c",
                        Duration.ofDays(3),
                        Duration.ofHours(100),
                        Duration.ofSeconds(2),
                        Duration.ofMinutes(3)));
        assertThat(properties.settings())
                .isEqualTo(GuardSettings.DEFAULTS
                        .withResizePolicy(
                                GuardSettings.ResizePolicyDefault.RESTART_CONTAINER,
                                GuardSettings.ResizePolicyDefault.RESTART_CONTAINER)
                        .withTemplateMetadata(GuardSettings.TemplateMetadata.ALLOW)
                        .withExemptions(List.of("u"), List.of("g", "h")));
        assertThat(properties.owners().enabled()).isTrue();
    }

    /** A name that Spring does not know is ignored in the environment, so each of the chart's must be seen to arrive. */
    @Test
    void the_environment_that_the_chart_gives_is_read() {
        Map<String, String> values = Map.of(
                "certs.mode",
                "cluster",
                "rules.templateMetadata",
                "allow",
                "resizePolicy.cpu",
                "RestartContainer",
                "resizePolicy.memory",
                "RestartContainer",
                "maxReviewBytes",
                "3MB",
                "drainSeconds",
                "4",
                "exemptions.usernames[0]",
                "u",
                "exemptions.groups[0]",
                "g",
                "tracker.enabled",
                "true",
                "tracker.writesPerSecond",
                "7");
        Map<String, String> more = Map.of(
                "certs.leafLifetime",
                "30d",
                "certs.caLifetime",
                "100d",
                "clientCa.mode",
                "optional",
                "clientCa.configMap",
                "clients",
                "clientCa.subjects[0]",
                "kube-apiserver");
        TemplateCommand template = new Helm(Path.of("charts/inplace-guard"))
                .template()
                .withName("guard")
                .withNamespace("prod")
                .withKubeVersion("1.33.0");
        values.forEach(template::set);
        more.forEach(template::set);
        Map<String, Object> environment = new HashMap<>();
        for (Object document : new Yaml().loadAll(template.call())) {
            JsonNode object = new JsonMapper().valueToTree(document);
            object.at("/spec/template/spec/containers/0/env")
                    .forEach(variable -> environment.put(
                            variable.path("name").asString(),
                            variable.path("value").asString()));
        }
        assertThat(environment.keySet())
                .filteredOn(name -> !name.equals("JAVA_TOOL_OPTIONS"))
                .allMatch(name -> name.startsWith("INPLACEGUARD_"));
        StandardEnvironment spring = new StandardEnvironment();
        spring.getPropertySources().remove(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME);
        spring.getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, environment));
        ServerProperties properties =
                Binder.get(spring).bind("inplace-guard", ServerProperties.class).get();
        assertThat(properties.certs())
                .isEqualTo(new ServerProperties.Certs(
                        ServerProperties.Mode.CLUSTER,
                        "certs",
                        List.of("guard-inplace-guard.prod.svc", "guard-inplace-guard.prod.svc.cluster.local"),
                        "prod",
                        "guard-inplace-guard-certs",
                        "guard-inplace-guard",
                        Duration.ofDays(30),
                        Duration.ofDays(100),
                        Duration.ofSeconds(10),
                        Duration.ofDays(1)));
        assertThat(properties.clientCa())
                .isEqualTo(new ServerProperties.ClientCa(
                        ServerProperties.ClientMode.OPTIONAL, "/client-ca/ca.crt", List.of("kube-apiserver")));
        assertThat(properties.maxReviewBytes()).isEqualTo(DataSize.ofMegabytes(3));
        assertThat(properties.drain()).isEqualTo(Duration.ofSeconds(4));
        assertThat(properties.owners().enabled()).isTrue();
        assertThat(properties.settings())
                .isEqualTo(GuardSettings.DEFAULTS
                        .withResizePolicy(
                                GuardSettings.ResizePolicyDefault.RESTART_CONTAINER,
                                GuardSettings.ResizePolicyDefault.RESTART_CONTAINER)
                        .withTemplateMetadata(GuardSettings.TemplateMetadata.ALLOW)
                        .withExemptions(List.of("u"), List.of("g")));
        assertThat(Binder.get(spring)
                        .bind("inplace-guard.track", Bindable.mapOf(String.class, String.class))
                        .get())
                .isEqualTo(Map.of(
                        "leasenamespace", "prod", "leasename", "guard-inplace-guard-tracker", "writespersecond", "7"));
    }

    @Test
    void a_pods_name_becomes_part_of_an_annotations_name() {
        String cut = CertificateSource.markable("eu-payments-staging01-inplace-guard-7d9f8c6b5d-x2x4z");
        assertThat(cut)
                .isEqualTo("payments-staging01-inplace-guard-7d9f8c6b5d-x2x4z")
                .matches("[A-Za-z0-9][-A-Za-z0-9_.]{0,62}");
        assertThat(CertificateSource.markable("web-0")).isEqualTo("web-0");
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
        "inplace-guard.certs.mode, sealed, inplace-guard.certs.mode",
        "inplace-guard.resize-policy.cpu, Restart, write NotRequired or RestartContainer",
        "inplace-guard.rules.template-metadata, maybe, write deny or allow",
        "inplace-guard.max-review-bytes, many, inplace-guard.max-review-bytes",
        "inplace-guard.certs.leaf-lifetime, 1s, write 15s or more",
        "inplace-guard.certs.leaf-lifetime, 900d, write a shorter one",
        "inplace-guard.cert.mode, files, is no setting of inplace-guard",
    })
    void a_wrong_setting_is_told_in_a_sentence(String name, String value, String told) {
        assertThatThrownBy(() -> bound(Map.of(name, value)))
                .satisfies(
                        failure -> assertThat(StartupFailure.sentence(failure).orElseThrow())
                                .contains(told)
                                .contains(name)
                                .endsWith("the README lists all settings."));
    }
}
