package io.inplaceguard.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.rule.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Every field of the workloads' specs is classified, and the guard treats it so. */
class WorkloadFieldsTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Guard GUARD = new Guard(GuardSettings.DEFAULTS);
    private static final String TEMPLATE = "{\"spec\":{\"containers\":[{\"name\":\"app\",\"image\":\"a:1\"}]}}";
    private static final String CHANGED =
            "{\"spec\":{\"containers\":[{\"name\":\"app\",\"image\":\"a:1\",\"env\":[{\"name\":\"B\",\"value\":\"1\"}]}]}}";
    private static final String POLICY = "\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceOnly\"}";
    private static final String UNITED = "{\"template\":{"
            + "\"cloneSetTemplate\":{\"spec\":{\"updateStrategy\":{" + POLICY + "},\"template\":%1$s}},"
            + "\"advancedStatefulSetTemplate\":{\"spec\":{\"updateStrategy\":{" + POLICY + "},\"template\":%1$s}}},"
            + "\"topology\":{\"subsets\":[{\"name\":\"app\"}]}}";
    private static final Map<String, String> SPECS = Map.of(
            "CloneSet v1alpha1",
            "{\"updateStrategy\":{\"type\":\"InPlaceOnly\"},\"template\":%s}",
            "CloneSet v1beta1",
            "{\"updateStrategy\":{" + POLICY + "},\"template\":%s}",
            "StatefulSet v1alpha1",
            "{\"updateStrategy\":{" + POLICY + "},\"template\":%s}",
            "StatefulSet v1beta1",
            "{\"updateStrategy\":{" + POLICY + "},\"template\":%s}",
            "DaemonSet v1alpha1",
            "{\"updateStrategy\":{\"rollingUpdate\":{\"rollingUpdateType\":\"InPlaceIfPossible\"}},\"template\":%s}",
            "DaemonSet v1beta1",
            "{\"updateStrategy\":{\"rollingUpdate\":{\"rollingUpdateType\":\"InPlaceIfPossible\"}},\"template\":%s}",
            "SidecarSet v1alpha1",
            "{\"containers\":[{\"name\":\"app\",\"image\":\"a:1\"}],\"initContainers\":[{\"name\":\"app\",\"image\":\"a:1\"}]}",
            "SidecarSet v1beta1",
            "{\"containers\":[{\"name\":\"app\",\"image\":\"a:1\"}],\"initContainers\":[{\"name\":\"app\",\"image\":\"a:1\"}]}",
            "UnitedDeployment v1alpha1",
            UNITED,
            "UnitedDeployment v1beta1",
            UNITED);

    private record Line(String kind, String version, String path, String type, String meaning) {}

    static Stream<Line> lines() throws IOException {
        return Files.readAllLines(Path.of("src/test/resources/fields/workloads.txt")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.split(" "))
                .map(words -> new Line(
                        words[0], words[1], words[2], words[3], words.length > 4 ? words[4] : "nobody classified it"));
    }

    @Test
    void there_are_fields_of_five_kinds() throws IOException {
        assertThat(lines().map(line -> line.kind() + " " + line.version()).distinct())
                .containsExactlyInAnyOrderElementsOf(SPECS.keySet());
        assertThat(lines().count()).isGreaterThan(500);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lines")
    void a_field_is_what_it_is_classified_as(Line line) {
        ObjectNode before = object(line, TEMPLATE);
        ObjectNode after = object(line, TEMPLATE);
        switch (line.meaning()) {
            case "free" -> {
                put(after, line.path().split("\\."), 0, value(line.type()));
                Verdict verdict = validate(line, before, after);
                assertThat(verdict.violations()).isEmpty();
                assertThat(verdict.warnings()).isEmpty();
            }
            case "claims" -> {
                put(after, line.path().split("\\."), 0, JSON.readTree("[{\"metadata\":{\"name\":\"x\"}}]"));
                Verdict verdict = validate(line, before, after);
                assertThat(Stream.concat(
                                verdict.warnings().stream().map(Warning::id),
                                verdict.violations().stream().map(Violation::rule)))
                        .contains("volume-claim-templates");
            }
            case "not-applied" -> {
                put(after, line.path().split("\\."), 0, value(line.type()));
                assertThat(validate(line, before, after).warnings())
                        .extracting(Warning::id)
                        .contains("not-applied");
            }
            case "template" -> {
                put(after, line.path().split("\\."), 0, JSON.readTree(CHANGED));
                assertThat(objected(validate(line, before, after))).isTrue();
            }
            case "strategy" -> {
                ObjectNode changed = line.kind().equals("SidecarSet")
                        ? Samples.set(after, "/spec/containers/0/env", "[{\"name\":\"B\"}]")
                                .asObject()
                        : after;
                if (changed == after) {
                    put(after, templateBeside(line.path()), 0, JSON.readTree(CHANGED));
                }
                assertThat(objected(validate(line, before, changed)))
                        .as("with the strategy as it was")
                        .isTrue();
                put(changed, line.path().split("\\."), 0, JSON.getNodeFactory().stringNode(other(line)));
                assertThat(objected(validate(line, before, changed)))
                        .as("with the other strategy")
                        .isFalse();
            }
            default -> throw new AssertionError(line + ": classify it in fields/workloads.txt");
        }
    }

    private static boolean objected(Verdict verdict) {
        List<String> notices = verdict.warnings().stream().map(Warning::id).toList();
        return verdict.denied() || notices.contains("recreate") || notices.contains("not-applied");
    }

    private static String[] templateBeside(String strategy) {
        return (strategy.substring(0, strategy.indexOf("updateStrategy")) + "template").split("\\.");
    }

    private static String other(Line line) {
        boolean flat = line.kind().equals("CloneSet") && line.version().equals("v1alpha1");
        return line.kind().equals("SidecarSet")
                ? "NotUpdate"
                : line.path().endsWith("updateStrategy.type") && !flat ? "OnDelete" : "ReCreate";
    }

    private static ObjectNode object(Line line, String template) {
        ObjectNode object = JSON.createObjectNode();
        object.set(
                "spec",
                JSON.readTree(SPECS.get(line.kind() + " " + line.version()).formatted(template)));
        return object;
    }

    private static Verdict validate(Line line, JsonNode before, JsonNode after) {
        return GUARD.validate(
                new AdmissionAttributes(
                        "apps.kruise.io",
                        line.version(),
                        line.kind(),
                        "",
                        Operation.UPDATE,
                        ObjectView.of(before),
                        ObjectView.of(after)),
                ObjectStage.SUBMITTED);
    }

    private static JsonNode value(String type) {
        return JSON.readTree(
                switch (type.split(":")[0]) {
                    case "integer", "intstr" -> "7";
                    case "boolean" -> "true";
                    case "list" -> "[\"x\"]";
                    case "map" -> "{\"x\":\"y\"}";
                    case "any" -> "{\"x\":\"y\"}";
                    default -> "\"x\"";
                });
    }

    /** Sets a value under spec; the elements of lists on the way are named app. */
    private static void put(ObjectNode object, String[] path, int at, JsonNode value) {
        ObjectNode parent = at == 0 ? object.path("spec").asObject() : object;
        boolean list = path[at].endsWith("[]");
        String name = list ? path[at].substring(0, path[at].length() - 2) : path[at];
        if (at == path.length - 1) {
            parent.set(name, value);
        } else if (list) {
            JsonNode elements = parent.withArray(name);
            ObjectNode element = elements.isEmpty()
                    ? elements.asArray().addObject()
                    : elements.get(0).asObject();
            put(element, path, at + 1, value);
        } else {
            put(parent.withObject("/" + name), path, at + 1, value);
        }
    }
}
