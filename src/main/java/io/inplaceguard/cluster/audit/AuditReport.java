package io.inplaceguard.cluster.audit;

import io.inplaceguard.check.report.SarifLog;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Help.Ansi;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Findings as text for people, JSON for programs, SARIF for code scanning. */
final class AuditReport {

    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private AuditReport() {}

    static String text(List<Finding> findings, boolean colour) {
        Ansi ansi = colour ? Ansi.ON : Ansi.OFF;
        StringBuilder text = new StringBuilder();
        for (Finding finding : findings) {
            String word = switch (finding.id().severity()) {
                case ERROR -> "@|bold,red ERROR  |@";
                case WARNING -> "@|yellow WARNING|@";
                case NOTE -> "NOTE   ";
            };
            text.append(ansi.string(word))
                    .append("  %s  [%s]\n  %s\n"
                            .formatted(finding.object(), finding.id().word(), finding.message()));
            finding.fields().forEach(field -> text.append("    ").append(field).append('\n'));
            text.append("  What to do: ").append(finding.remedy()).append('\n');
        }
        Map<Finding.Severity, Long> counts = counts(findings);
        List<String> sums = new ArrayList<>();
        for (Finding.Severity severity : Finding.Severity.values()) {
            long count = counts.getOrDefault(severity, 0L);
            sums.add(count + " " + word(severity) + (count == 1 ? "" : "s"));
        }
        return text.append(String.join(", ", sums)).append('\n').toString();
    }

    private static Map<Finding.Severity, Long> counts(List<Finding> findings) {
        return findings.stream()
                .collect(Collectors.groupingBy(finding -> finding.id().severity(), Collectors.counting()));
    }

    static String json(List<Finding> findings, Collection<String> leftOut) {
        ObjectNode report = MAPPER.createObjectNode();
        report.put("apiVersion", "inplace-guard.io/v1");
        Map<Finding.Severity, Long> counts = counts(findings);
        ObjectNode summary = report.putObject("summary");
        for (Finding.Severity severity : Finding.Severity.values()) {
            summary.put(word(severity) + "s", counts.getOrDefault(severity, 0L));
        }
        ArrayNode list = report.putArray("findings");
        for (Finding finding : findings) {
            ObjectNode entry = list.addObject()
                    .put("id", finding.id().word())
                    .put("severity", word(finding.id().severity()))
                    .put("group", finding.object().group())
                    .put("kind", finding.object().kind())
                    .put("namespace", finding.object().namespace())
                    .put("name", finding.object().name());
            ArrayNode fields = entry.putArray("fields");
            finding.fields().forEach(fields::add);
            entry.put("message", finding.message()).put("remedy", finding.remedy());
        }
        ArrayNode omitted = report.putArray("leftOut");
        leftOut.forEach(omitted::add);
        return MAPPER.writeValueAsString(report) + "\n";
    }

    static String sarif(List<Finding> findings) {
        SarifLog log = new SarifLog();
        for (Finding.Id id : Finding.Id.values()) {
            log.rule(id.word(), id.description());
        }
        for (Finding finding : findings) {
            String fields = finding.fields().isEmpty() ? "" : " (" + String.join(", ", finding.fields()) + ")";
            log.result(
                            finding.id().word(),
                            SarifLog.Level.valueOf(finding.id().severity().name()),
                            finding.object() + ": " + finding.message() + fields + " " + finding.remedy())
                    .on(finding.object());
        }
        return log.toString();
    }

    private static String word(Finding.Severity severity) {
        return severity.name().toLowerCase(Locale.ROOT);
    }
}
