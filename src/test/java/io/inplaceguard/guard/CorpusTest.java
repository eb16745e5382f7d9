package io.inplaceguard.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import io.inplaceguard.rule.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The conformance cases and the cases from public reports, run through the engine at both stages. */
class CorpusTest {

    private static final JsonMapper JSON = new JsonMapper();

    static Stream<JsonNode> conformance() throws IOException {
        return lines("validate.jsonl");
    }

    static Stream<JsonNode> field() throws IOException {
        return lines("field.jsonl").filter(line -> !line.has("pod"));
    }

    private static Stream<JsonNode> lines(String file) throws IOException {
        return Files.readAllLines(Path.of("src/test/resources/cases", file)).stream()
                .map(JSON::readTree);
    }

    @ParameterizedTest
    @MethodSource("conformance")
    void a_conformance_case_has_its_verdict_as_stored_and_as_submitted(JsonNode line) {
        Guard guard = guard(VerticalScaling.ENABLED);
        AdmissionAttributes attributes = request(line.at("/review/request"));
        assertVerdict(line, line.path("expect").asString(), guard.validate(attributes, ObjectStage.STORED));
        assertVerdict(line, line.path("check").asString(), guard.validate(attributes, ObjectStage.SUBMITTED));
    }

    @ParameterizedTest
    @MethodSource("field")
    void a_reported_case_has_its_verdict_where_nothing_is_known_of_the_gates(JsonNode line) {
        Guard guard = guard(VerticalScaling.UNKNOWN);
        AdmissionAttributes attributes = line.has("review")
                ? request(line.at("/review/request"))
                : Samples.update(line.path("old").get(0), line.path("new").get(0));
        assertVerdict(line, line.path("expect").asString(), guard.validate(attributes, ObjectStage.STORED));
    }

    private static Guard guard(VerticalScaling verticalScaling) {
        OpenKruiseProfile profile = new OpenKruiseProfile(verticalScaling, true);
        return new Guard(GuardSettings.DEFAULTS, OwnerStrategies.UNKNOWN, () -> profile);
    }

    private static AdmissionAttributes request(JsonNode request) {
        JsonNode kind = request.path("kind");
        return new AdmissionAttributes(
                kind.path("group").asString(""),
                kind.path("version").asString(),
                kind.path("kind").asString(),
                request.path("subResource").asString(""),
                Operation.valueOf(request.path("operation").asString()),
                ObjectView.of(request.path("oldObject")),
                ObjectView.of(request.path("object")));
    }

    private static void assertVerdict(JsonNode line, String expect, Verdict verdict) {
        List<String> warnings = verdict.warnings().stream().map(Warning::id).toList();
        List<String> rules = verdict.violations().stream().map(Violation::rule).toList();
        String id = line.path("id").asString() + " " + verdict;
        assertThat(verdict.denied()).as(id).isEqualTo(expect.equals("deny"));
        switch (expect) {
            case "silent" -> assertThat(warnings).as(id).isEmpty();
            case "warn" ->
                assertThat(warnings).as(id).contains(line.path("warning").asString());
            case "deny" ->
                assertThat(rules)
                        .as(id)
                        .containsAll(line.path("rules")
                                .valueStream()
                                .map(JsonNode::asString)
                                .toList());
            default -> assertThat(expect).isEqualTo("allow");
        }
    }
}
