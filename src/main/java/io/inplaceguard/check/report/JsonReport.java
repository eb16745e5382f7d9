package io.inplaceguard.check.report;

import java.util.List;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** For programs: {@code inplace-guard.io/v1}, a stable format. */
final class JsonReport implements Report {

    static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    @Override
    public String of(List<Result> results, boolean quiet, boolean colour) {
        ObjectNode report = MAPPER.createObjectNode();
        report.put("apiVersion", "inplace-guard.io/v1");
        Result.Summary summary = Result.Summary.of(results);
        report.putObject("summary")
                .put("checked", summary.checked())
                .put("denied", summary.denied())
                .put("warned", summary.warned())
                .put("skipped", summary.skipped());
        ArrayNode list = report.putArray("results");
        ArrayNode skipped = report.putArray("skipped");
        for (Result result : results) {
            ObjectNode entry = result.isSkipped() ? skipped.addObject() : list.addObject();
            entry.put("group", result.identity().group())
                    .put("kind", result.identity().kind())
                    .put("namespace", result.identity().namespace())
                    .put("name", result.identity().name());
            if (result.isSkipped()) {
                entry.put("reason", result.skipped());
            } else {
                verdict(entry, result);
            }
            entry.put("source", result.source());
        }
        return MAPPER.writeValueAsString(report) + "\n";
    }

    private static void verdict(ObjectNode entry, Result result) {
        entry.put("verdict", result.denied() ? "denied" : "allowed");
        ArrayNode violations = entry.putArray("violations");
        result.violations()
                .forEach(located -> violations
                        .addObject()
                        .put("rule", located.violation().rule())
                        .put("field", located.violation().field())
                        .put("message", located.violation().message()));
        ArrayNode warnings = entry.putArray("warnings");
        result.warnings()
                .forEach(warning ->
                        warnings.addObject().put("rule", warning.id()).put("message", warning.message()));
        if (!result.notes().isEmpty()) {
            ArrayNode notes = entry.putArray("notes");
            result.notes().forEach(notes::add);
        }
    }
}
