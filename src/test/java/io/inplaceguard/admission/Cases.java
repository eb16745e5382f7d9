package io.inplaceguard.admission;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The conformance cases: one review each, and what must be answered. */
public record Cases() {

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
}
