package io.inplaceguard.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The conformance cases: one review each, and what must be answered. */
public final class Cases {

    private Cases() {}

    /**
     * One line of validate.jsonl.
     *
     * @param expect  silent, allow, warn or deny
     * @param rules   ids that the causes of a denial carry
     * @param fields  paths that they carry
     * @param warning id that a warning ends with; null for none
     */
    public record Case(
            String id, String expect, List<String> rules, List<String> fields, String warning, JsonNode review) {
        public byte[] body() {
            return review.toString().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            return id;
        }
    }

    public static Stream<Case> all() {
        JsonMapper json = new JsonMapper();
        var stream = Objects.requireNonNull(Cases.class.getResourceAsStream("/cases/validate.jsonl"));
        return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))
                .lines()
                .map(json::readTree)
                .map(line -> new Case(
                        line.path("id").asString(),
                        line.path("expect").asString(),
                        line.path("rules").valueStream().map(JsonNode::asString).toList(),
                        line.path("fields")
                                .valueStream()
                                .map(JsonNode::asString)
                                .toList(),
                        line.path("warning").isString() ? line.path("warning").asString() : null,
                        line.path("review")));
    }

    /** Compares an AdmissionReview that was answered, in this process or over the wire, with what the case expects. */
    public static void check(Case example, JsonNode answer) {
        JsonNode response = answer.path("response");
        List<String> warnings =
                response.path("warnings").valueStream().map(JsonNode::asString).toList();
        List<String> messages = response.at("/status/details/causes")
                .valueStream()
                .map(cause -> cause.path("message").asString())
                .toList();
        List<String> fields = response.at("/status/details/causes")
                .valueStream()
                .map(cause -> cause.path("field").asString())
                .toList();
        assertThat(response.path("uid")).isEqualTo(example.review().at("/request/uid"));
        assertThat(response.path("allowed").asBoolean())
                .as("%s %s", messages, fields)
                .isEqualTo(!example.expect().equals("deny"));
        assertThat(answer.toString()).doesNotContain("s3cret");
        switch (example.expect()) {
            case "silent" -> assertThat(warnings).isEmpty();
            case "warn" -> assertThat(warnings).anyMatch(warning -> warning.endsWith("[" + example.warning() + "]"));
            case "deny" -> {
                for (String rule : example.rules()) {
                    assertThat(messages).anyMatch(message -> message.endsWith("[" + rule + "]"));
                }
                for (String field : example.fields()) {
                    assertThat(fields).anyMatch(shown -> shown.contains(field));
                }
            }
            default -> assertThat(example.expect()).isEqualTo("allow");
        }
    }
}
