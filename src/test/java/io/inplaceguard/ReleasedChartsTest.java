package io.inplaceguard;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Values of released charts, given to this one: each still has its effect, or is refused by a message that names it. The charts are
 * the packages in {@code src/test/resources/integration}; their values are found by reading them.
 */
class ReleasedChartsTest {

    private static final Path CHART = Path.of("charts/inplace-guard");
    private static final Path RELEASED = Path.of("src/test/resources/integration");
    private static final JsonMapper JSON = new JsonMapper();

    /** Values under which others have an effect. */
    private static final List<Map<String, Object>> CONTEXTS = List.of(
            Map.of(),
            Map.of(
                    "tracker.enabled", true,
                    "networkPolicy.enabled", true,
                    "autoscaling.enabled", true,
                    "serviceMonitor.enabled", true,
                    "prometheusRule.enabled", true,
                    "dashboard.enabled", true),
            Map.of("certs.mode", "files", "certs.secretName", "mine", "certs.caBundle", "Q0E="));

    @TempDir
    private static Path folder;

    private record Rendering(@Nullable String manifests, String refusal) {
        /** Each line with the number of its occurrence, so that one more of the same counts. */
        Set<String> lines() {
            Map<String, Integer> times = new HashMap<>();
            Set<String> lines = new HashSet<>();
            if (manifests != null) {
                manifests.lines().forEach(line -> lines.add(line + " #" + times.merge(line, 1, Integer::sum)));
            }
            return lines;
        }
    }

    static Stream<Path> charts() throws IOException {
        try (Stream<Path> files = Files.list(RELEASED)) {
            List<Path> charts = files.filter(file -> file.toString().endsWith(".tgz"))
                    .sorted()
                    .toList();
            assertThat(charts).isNotEmpty();
            return charts.stream();
        }
    }

    static Stream<Arguments> keys() throws IOException {
        return charts().flatMap(chart -> {
            Map<String, JsonNode> leaves = new TreeMap<>();
            leaves("", values(chart), leaves);
            return leaves.entrySet().stream()
                    .map(leaf -> Arguments.of(chart.getFileName(), leaf.getKey(), leaf.getValue()));
        });
    }

    private static JsonNode values(Path chart) {
        return JSON.valueToTree(new Yaml().load(new Helm(chart).show().values().call()));
    }

    private static void leaves(String path, JsonNode value, Map<String, JsonNode> into) {
        if (value.isObject() && !value.isEmpty()) {
            value.properties()
                    .forEach(entry -> leaves(
                            path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(), entry.getValue(), into));
        } else {
            into.put(path, value);
        }
    }

    /** Rendered with these values alone, as {@code helm upgrade} without {@code --reuse-values} does. */
    private static Rendering render(Path chart, Map<String, Object> values) throws IOException {
        Map<String, Object> tree = new LinkedHashMap<>();
        values.forEach((path, value) -> {
            Map<String, Object> parent = tree;
            String[] names = path.split("\\.");
            for (int i = 0; i < names.length - 1; i++) {
                @SuppressWarnings("unchecked")
                Map<String, Object> next =
                        (Map<String, Object>) parent.computeIfAbsent(names[i], name -> new LinkedHashMap<>());
                parent = next;
            }
            parent.put(names[names.length - 1], value);
        });
        return render(chart, Files.writeString(folder.resolve("values.yaml"), new Yaml().dump(tree)));
    }

    private static Rendering render(Path chart, Path values) {
        TemplateCommand template = new Helm(chart)
                .template()
                .withName("guard")
                .withNamespace("inplace-system")
                .withKubeVersion("1.33.0")
                .withValuesFile(values);
        try {
            // The chart's own name and version are in a label of every object.
            return new Rendering(template.call().replaceAll("(?m)^ *helm.sh/chart: .*\n", ""), "");
        } catch (IllegalStateException e) {
            return new Rendering(null, Objects.toString(e.getMessage()));
        }
    }

    /** Other values of that key, of which the released chart accepts one at least. */
    private static List<Object> others(String key, JsonNode now) throws IOException {
        JsonNode schema = JSON.readTree(CHART.resolve("values.schema.json"));
        for (String name : key.split("\\.")) {
            schema = schema.path("properties").path(name);
        }
        List<Object> others = new ArrayList<>();
        schema.path("enum").forEach(value -> others.add(value.isBoolean() ? value.booleanValue() : value.asString()));
        if (now.isBoolean()) {
            others.add(!now.booleanValue());
        } else if (now.isIntegralNumber()) {
            others.addAll(List.of(now.intValue() + 3, now.intValue() - 3));
        } else if (now.isArray()) {
            others.addAll(List.of(List.of("some"), List.of(Map.of("key", "some"))));
        } else if (now.isObject()) {
            Map<String, Object> term = Map.of("topologyKey", "some");
            others.addAll(List.of(
                    Map.of("some", "thing"),
                    Map.of(
                            "podAntiAffinity",
                            Map.of("requiredDuringSchedulingIgnoredDuringExecution", List.of(term)))));
        } else {
            others.addAll(List.of("some", "sha256:" + "7".repeat(64), "c29tZQ==", "77MB", "77s", "777Mi", "777m"));
        }
        others.removeIf(value -> JSON.valueToTree(value).equals(now));
        return others;
    }

    /** The lines that a value adds, where the chart takes it. */
    private static Set<String> added(Rendering with, Rendering without) {
        Set<String> added = new HashSet<>(with.lines());
        added.removeAll(without.lines());
        return added;
    }

    private record Effect(Map<String, Object> context, Object value, Set<String> added) {}

    private static Optional<Effect> effect(Path chart, String key, JsonNode now) throws IOException {
        for (Map<String, Object> context : CONTEXTS) {
            Rendering without = render(chart, context);
            for (Object value : others(key, now)) {
                Set<String> added = added(render(chart, and(context, key, value)), without);
                Set<String> lost = added(without, render(chart, and(context, key, value)));
                if (!added.isEmpty() || (value.equals(false) && !lost.isEmpty())) {
                    return Optional.of(new Effect(context, value, added));
                }
            }
        }
        return Optional.empty();
    }

    private static Map<String, Object> and(Map<String, Object> context, String key, Object value) {
        Map<String, Object> all = new HashMap<>(context);
        all.put(key, value);
        return all;
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("keys")
    void a_value_of_a_released_chart_still_has_its_effect_or_is_refused_by_name(Path chart, String key, JsonNode now)
            throws IOException {
        Optional<Effect> found = effect(RELEASED.resolve(chart), key, now);
        assertThat(found)
                .as("a value of %s that changes what chart %s renders, see others()", key, chart)
                .isPresent();
        Effect before = found.orElseThrow();
        Rendering with = render(CHART, and(before.context(), key, before.value()));
        if (with.manifests() == null) {
            assertThat(with.refusal()).contains(key.substring(key.lastIndexOf('.') + 1));
            return;
        }
        Rendering without = render(CHART, before.context());
        assertThat(with).as("%s=%s does nothing", key, before.value()).isNotEqualTo(without);
        Set<String> added = added(with, without);
        String text = before.value().toString();
        if (before.added().stream().anyMatch(line -> line.contains(text))) {
            assertThat(added).as("%s=%s", key, text).anyMatch(line -> line.contains(text));
        }
    }

    @Test
    void every_released_version_of_the_changelog_has_its_chart_here() throws IOException {
        String now = JSON.valueToTree(new Yaml().load(Files.readString(CHART.resolve("Chart.yaml"))))
                .path("version")
                .asString();
        List<String> released = Pattern.compile("(?m)^## \\[(.+)] - \\d")
                .matcher(Files.readString(Path.of("CHANGELOG.md")))
                .results()
                .map(heading -> heading.group(1))
                .filter(version -> !version.equals(now))
                .toList();
        assertThat(released)
                .contains("0.1.0")
                .allSatisfy(version -> assertThat(RELEASED.resolve("inplace-guard-" + version + ".tgz"))
                        .exists());
    }

    @ParameterizedTest
    @MethodSource("charts")
    void a_values_file_with_every_value_of_a_released_chart_is_accepted(Path chart) throws IOException {
        Rendering rendering = render(
                CHART,
                Files.writeString(
                        folder.resolve("all.yaml"),
                        new Helm(chart).show().values().call()));
        assertThat(rendering.refusal()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"drainSeconds, some", "drainSeconds, -1", "drain, 5"})
    void what_no_released_chart_accepted_is_refused(String key, String value) throws IOException {
        Object parsed = new Yaml().load(value);
        assertThat(render(CHART, Map.of(key, parsed)).refusal()).contains(key);
    }
}
