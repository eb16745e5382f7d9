package io.inplaceguard.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import io.inplaceguard.guard.CustomKind;
import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.runtime.StartupFailure;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.util.unit.DataSize;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The name, default, unit and range of every setting, and the sentence for a wrong value. */
class SettingsTest {

    @EnableConfigurationProperties(Settings.class)
    static class Settable {}

    @TempDir
    private Path folder;

    private static Settings bound(Map<String, String> properties) {
        SpringApplication application = new SpringApplication(Settable.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setDefaultProperties(Map.copyOf(properties));
        try (var context = application.run()) {
            return context.getBean(Settings.class);
        }
    }

    private Settings read(String yaml) {
        try {
            return SettingsFile.read(Files.writeString(folder.resolve("application.yaml"), yaml));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** By name: the default, a value, and how that value is read; sizes and durations as the JDK and Spring print them. */
    private static final String TABLE = """
            max-review-bytes                      | 20971520B        | 1MB                | 1048576B
            shutdown-delay                        | PT10S            | 3s                 | PT3S
            docs-url                              | https://github.com/inplace-guard/inplace-guard/blob/main/docs/rules.md | http://wiki/rules | http://wiki/rules
            training                              |                  | /reviews           | /reviews
            certs.mode                            | SELF_SIGNED      | files              | FILES
            certs.dir                             | certs            | /tls               | /tls
            certs.dns-names                       | []               | a.svc,b.svc        | [a.svc, b.svc]
            certs.namespace                       | inplace-guard    | prod               | prod
            certs.secret-name                     | inplace-guard-certs | s               | s
            certs.webhook-configuration-name      | inplace-guard    | w                  | w
            certs.leaf-lifetime                   | PT2160H          | 3d                 | PT72H
            certs.ca-lifetime                     | PT17520H         | 2400h              | PT2400H
            certs.propagation-delay               | PT10S            | 0s                 | PT0S
            certs.replica-timeout                 | PT24H            | 3m                 | PT3M
            client-ca.mode                        | OFF              | off                | OFF
            client-ca.file                        |                  | /ca.crt            | /ca.crt
            client-ca.subjects                    | []               | kube-apiserver     | [kube-apiserver]
            resize-policy.cpu                     | NotRequired      | RestartContainer   | RestartContainer
            resize-policy.memory                  | NotRequired      | none               | none
            openkruise.vertical-scaling           | null             | auto               | AUTO
            openkruise.template-defaults          | null             | disabled           | DISABLED
            openkruise.namespace                  | kruise-system    | kruise             | kruise
            openkruise.deployment                 | kruise-controller-manager | manager   | manager
            rules.template-metadata               | DENY             | allow              | ALLOW
            rules.template-metadata-keys          | []               | a,b/*              | [a, b/*]
            kinds                                 | []               |                    | []
            exemptions.usernames                  | []               | u                  | [u]
            exemptions.groups                     | []               | g,h                | [g, h]
            owners.enabled                        | false            | true               | true
            track.lease-namespace                 |                  | prod               | prod
            track.lease-name                      | inplace-guard-tracker | lease         | lease
            track.leader-election                 | true             | false              | false
            track.writes-per-second               | 300              | 10000              | 10000
            """;

    private static Map<String, List<String>> table() {
        return TABLE.lines()
                .map(line -> Stream.of(line.split("\\|", -1)).map(String::strip).toList())
                .collect(Collectors.toMap(row -> row.get(0), row -> row.subList(1, 4)));
    }

    /** The values by name, out of the records themselves, so that none can be left out of the table. */
    private static Map<String, String> values(Record settings, String prefix) {
        Map<String, String> found = new HashMap<>();
        for (RecordComponent component : settings.getClass().getRecordComponents()) {
            String name = prefix
                    + component.getName().replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase();
            try {
                Object value = component.getAccessor().invoke(settings);
                if (value instanceof Record inner) {
                    found.putAll(values(inner, name + "."));
                } else {
                    found.put(name, String.valueOf(value));
                }
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new AssertionError(e);
            }
        }
        return found;
    }

    @Test
    void every_setting_has_its_default() {
        Map<String, String> defaults = table().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, row -> row.getValue().get(0)));
        assertThat(values(bound(Map.of()), "")).isEqualTo(defaults);
        assertThat(values(read("spring: {}"), "")).isEqualTo(defaults);
        assertThat(bound(Map.of()).guard()).isEqualTo(GuardSettings.DEFAULTS);
    }

    @Test
    void every_setting_is_read_by_its_name_from_properties_and_from_a_file() {
        Map<String, String> given = table().entrySet().stream()
                .collect(Collectors.toMap(
                        row -> "inplace-guard." + row.getKey(),
                        row -> row.getValue().get(1)));
        Map<String, String> expected = table().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, row -> row.getValue().get(2)));
        assertThat(values(bound(given), "")).isEqualTo(expected);
        String yaml = given.entrySet().stream()
                .map(entry -> entry.getKey() + ": \"" + entry.getValue() + "\"\n")
                .collect(Collectors.joining());
        assertThat(values(read(yaml), "")).isEqualTo(expected);
    }

    /** A name that Spring does not know is ignored in the environment, so each name that the chart writes must arrive. */
    @Test
    void every_environment_variable_of_the_chart_is_read() {
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
                "shutdownDelaySeconds",
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
                .filteredOn(name -> !name.equals("JAVA_TOOL_OPTIONS") && !name.endsWith("SERVER_PORT"))
                .allMatch(name -> name.startsWith("INPLACEGUARD_"));
        StandardEnvironment spring = new StandardEnvironment();
        spring.getPropertySources().remove(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME);
        spring.getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, environment));
        Settings settings =
                Binder.get(spring).bind("inplace-guard", Settings.class).get();
        assertThat(settings.certs())
                .isEqualTo(new Settings.Certs(
                        Settings.CertificateMode.CLUSTER,
                        "certs",
                        List.of("guard-inplace-guard.prod.svc", "guard-inplace-guard.prod.svc.cluster.local"),
                        "prod",
                        "guard-inplace-guard-certs",
                        "guard-inplace-guard",
                        Duration.ofDays(30),
                        Duration.ofDays(100),
                        Duration.ofSeconds(10),
                        Duration.ofDays(1)));
        assertThat(settings.clientCa())
                .isEqualTo(new Settings.ClientCa(
                        Settings.ClientMode.OPTIONAL, "/client-ca/ca.crt", List.of("kube-apiserver")));
        assertThat(settings.maxReviewBytes()).isEqualTo(DataSize.ofMegabytes(3));
        assertThat(settings.shutdownDelay()).isEqualTo(Duration.ofSeconds(4));
        assertThat(settings.owners().enabled()).isTrue();
        assertThat(settings.guard())
                .isEqualTo(GuardSettings.DEFAULTS
                        .withResizePolicy(
                                GuardSettings.ResizePolicyDefault.RESTART_CONTAINER,
                                GuardSettings.ResizePolicyDefault.RESTART_CONTAINER)
                        .withTemplateMetadata(GuardSettings.TemplateMetadata.ALLOW)
                        .withExemptions(List.of("u"), List.of("g")));
        assertThat(settings.track()).isEqualTo(new Settings.Track("prod", "guard-inplace-guard-tracker", true, 7));
    }

    @Test
    void openkruise_gates_are_read_from_the_cluster_by_default_only_inside_one() {
        Settings.OpenKruise defaults = bound(Map.of()).openkruise();
        assertThat(defaults.verticalScaling(true)).isEqualTo(Settings.GateSetting.AUTO);
        assertThat(defaults.verticalScaling(false)).isEqualTo(Settings.GateSetting.UNKNOWN);
        assertThat(bound(Map.of("inplace-guard.openkruise.vertical-scaling", "disabled"))
                        .openkruise()
                        .verticalScaling(true))
                .isEqualTo(Settings.GateSetting.DISABLED);
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "max-review-bytes             | 1KB        | a size from 64KB to 64MB",
                "max-review-bytes             | 65MB       | a size from 64KB to 64MB",
                "max-review-bytes             | many       | a size such as 512KB or 20MB",
                "shutdown-delay               | -1s        | a duration from 0s to 10m",
                "shutdown-delay               | 11m        | a duration from 0s to 10m",
                "shutdown-delay               | soon       | a duration such as 10s, 5m, 24h or 90d",
                "docs-url                     | wiki       | an http or https URL",
                "certs.mode                   | sealed     | self-signed, files, cluster",
                "certs.leaf-lifetime          | 14s        | a duration from 15s to 730d",
                "certs.leaf-lifetime          | 731d       | a duration from 15s to 730d",
                "certs.ca-lifetime            | 1s         | a duration from 15s to 36500d",
                "certs.propagation-delay      | 2h         | a duration from 0s to 1h",
                "certs.replica-timeout        | 0s         | a duration from 1s to 30d",
                "client-ca.mode               | maybe      | off, optional, required",
                "resize-policy.cpu            | Restart    | NotRequired, RestartContainer, none",
                "resize-policy.memory         | Restart    | NotRequired, RestartContainer, none",
                "openkruise.vertical-scaling  | on         | auto, enabled, disabled, unknown, refused",
                "openkruise.template-defaults | off        | enabled, disabled",
                "rules.template-metadata      | maybe      | deny, allow",
                "rules.template-metadata-keys | a*b        | a key, or a prefix ending in *",
                "owners.enabled               | maybe      | true or false",
                "track.leader-election        | maybe      | true or false",
                "track.writes-per-second      | 0          | a whole number from 1 to 10000",
                "track.writes-per-second      | 10001      | a whole number from 1 to 10000",
                "track.writes-per-second      | few        | a whole number",
            })
    void a_wrong_value_is_one_sentence_with_setting_value_and_what_is_allowed(
            String name, String value, String allowed) {
        String sentence = "inplace-guard." + name + " is \"" + value + "\"; allowed: " + allowed + ".";
        assertThatThrownBy(() -> bound(Map.of("inplace-guard." + name, value)))
                .satisfies(
                        failure -> assertThat(StartupFailure.sentence(failure, Set.of(InvalidSettingException.class)))
                                .contains(sentence));
        assertThatThrownBy(() -> read("inplace-guard." + name + ": \"" + value + "\""))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage(folder.resolve("application.yaml") + ": " + sentence);
    }

    @Test
    void further_kinds_are_listed() {
        Settings settings = read("""
                inplace-guard:
                  kinds:
                  - group: game.kruise.io
                    kind: GameServerSet
                    versions: [v1alpha1]
                    templates: [spec.gameServerTemplate]
                    policy: spec.updateStrategy.rollingUpdate.podUpdatePolicy
                """);
        assertThat(settings.guard().kinds())
                .containsExactly(new CustomKind(
                        "game.kruise.io",
                        "GameServerSet",
                        List.of("v1alpha1"),
                        List.of("spec.gameServerTemplate"),
                        "spec.updateStrategy.rollingUpdate.podUpdatePolicy",
                        "InPlaceOnly"));
        assertThatThrownBy(() -> read("inplace-guard: {kinds: [{group: game.kruise.io}]}"))
                .hasMessageEndingWith("inplace-guard.kinds: kind is empty; write a kind such as GameServerSet.");
    }

    @Test
    void a_client_ca_needs_a_file() {
        assertThatThrownBy(() -> read("inplace-guard.client-ca.mode: required"))
                .hasMessageEndingWith(
                        "inplace-guard.client-ca.file is \"\"; allowed: a PEM file with the CA of clients,"
                                + " because inplace-guard.client-ca.mode is not off.");
    }

    @Test
    void an_unknown_setting_is_refused_and_settings_of_others_are_not() {
        assertThatThrownBy(() -> bound(Map.of("inplace-guard.cert.mode", "files")))
                .satisfies(failure -> assertThat(
                                StartupFailure.sentence(failure, Set.of()).orElseThrow())
                        .startsWith("inplace-guard.cert.mode is an unknown setting."));
        assertThatThrownBy(() -> read("inplace-guard: {cert: {mode: files}}"))
                .hasMessageContaining("inplace-guard.cert.mode is an unknown setting.");
        assertThat(read("server.port: 1\nlogging: {level: {root: warn}}").shutdownDelay())
                .isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void a_full_application_yaml_of_serve_and_track_is_read_by_check() {
        Settings settings = read("""
                server: {port: 8443}
                inplace-guard:
                  shutdownDelay: 4s
                  certs: {mode: cluster, propagation-delay: 0s}
                  rules: {template-metadata: allow}
                  track: {lease-namespace: prod, writes-per-second: 7}
                ---
                inplace-guard.shutdown-delay: 5s
                """);
        assertThat(settings.shutdownDelay()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.guard().templateMetadata()).isEqualTo(GuardSettings.TemplateMetadata.ALLOW);
        assertThat(settings.track().writesPerSecond()).isEqualTo(7);
    }

    @Test
    void a_file_that_cannot_be_read_is_one_sentence() {
        Path missing = folder.resolve("missing.yaml");
        assertThatThrownBy(() -> SettingsFile.read(missing))
                .hasMessage(missing + " cannot be read. Name an application.yaml.");
        assertThatThrownBy(() -> read("a: [")).hasMessageContaining("application.yaml is not valid YAML: ");
    }
}
