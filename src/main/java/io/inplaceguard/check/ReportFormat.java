package io.inplaceguard.check;

import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.Warning;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import picocli.CommandLine.Help.Ansi;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Results as text for people, or as one of the formats that tools read. Each ends with a line break or is empty. */
enum ReportFormat {
    TEXT {
        @Override
        String of(List<Result> results, boolean quiet, boolean colour) {
            Ansi ansi = colour ? Ansi.ON : Ansi.OFF;
            StringBuilder text = new StringBuilder();
            int width = results.stream()
                    .mapToInt(result -> result.identity().toString().length())
                    .max()
                    .orElse(0);
            for (Result result : results) {
                if (quiet && !result.denied()) {
                    continue;
                }
                String word = result.denied()
                        ? "@|bold,red DENIED |@"
                        : result.isSkipped()
                                ? "skipped"
                                : result.warnings().isEmpty() ? "@|green allowed|@" : "@|yellow warned |@";
                text.append(ansi.string(word))
                        .append("  ")
                        .append(pad(result.identity().toString(), width))
                        .append("  ");
                text.append(result.isSkipped() ? result.skipped() + ", " : "")
                        .append(result.source())
                        .append('\n');
                for (Result.Located violation : result.violations()) {
                    text.append("  ")
                            .append(result.file())
                            .append(':')
                            .append(violation.line())
                            .append("  ");
                    text.append(violation.finding().field())
                            .append("\n    ")
                            .append(violation.finding().message())
                            .append('\n');
                }
                for (Warning warning : quiet ? List.<Warning>of() : result.warnings()) {
                    text.append("  warning: ").append(warning.message()).append('\n');
                }
            }
            if (!quiet) {
                Result.Summary summary = Result.Summary.of(results);
                text.append(summary.checked())
                        .append(" checked, ")
                        .append(summary.denied())
                        .append(" denied, ");
                text.append(summary.warned())
                        .append(" warned, ")
                        .append(summary.skipped())
                        .append(" skipped\n");
            }
            return text.toString();
        }
    },
    JSON {
        @Override
        String of(List<Result> results, boolean quiet, boolean colour) {
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
                    entry.put("verdict", result.denied() ? "denied" : "allowed");
                    ArrayNode violations = entry.putArray("violations");
                    result.violations()
                            .forEach(violation -> violations
                                    .addObject()
                                    .put("rule", violation.finding().rule())
                                    .put("field", violation.finding().field())
                                    .put("message", violation.finding().message()));
                    ArrayNode warnings = entry.putArray("warnings");
                    result.warnings()
                            .forEach(warning -> warnings.addObject()
                                    .put("rule", warning.id())
                                    .put("message", warning.message()));
                }
                entry.put("source", result.source());
            }
            return MAPPER.writeValueAsString(report) + "\n";
        }
    },
    JUNIT {
        @Override
        String of(List<Result> results, boolean quiet, boolean colour) {
            StringWriter text = new StringWriter();
            try {
                XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
                Result.Summary summary = Result.Summary.of(results);
                xml.writeStartDocument("UTF-8", "1.0");
                xml.writeCharacters("\n");
                xml.writeStartElement("testsuite");
                xml.writeAttribute("name", "inplace-guard");
                xml.writeAttribute("tests", String.valueOf(results.size()));
                xml.writeAttribute("failures", String.valueOf(summary.denied()));
                xml.writeAttribute("errors", "0");
                xml.writeAttribute("skipped", String.valueOf(summary.skipped()));
                for (Result result : results) {
                    testcase(xml, result);
                }
                xml.writeCharacters("\n");
                xml.writeEndElement();
                xml.writeEndDocument();
                xml.close();
            } catch (XMLStreamException e) {
                throw new IllegalStateException(e);
            }
            return text + "\n";
        }

        private void testcase(XMLStreamWriter xml, Result result) throws XMLStreamException {
            xml.writeCharacters("\n  ");
            xml.writeStartElement("testcase");
            xml.writeAttribute("classname", legal(result.identity().kind()));
            xml.writeAttribute("name", legal(result.identity().toString()));
            xml.writeAttribute("file", legal(result.file()));
            xml.writeAttribute("line", String.valueOf(result.line()));
            if (result.isSkipped()) {
                xml.writeEmptyElement("skipped");
                xml.writeAttribute("message", result.skipped());
            }
            if (result.denied()) {
                xml.writeStartElement("failure");
                List<String> rules = result.violations().stream()
                        .map(each -> each.finding().rule())
                        .distinct()
                        .toList();
                xml.writeAttribute("message", "denied: " + String.join(", ", rules));
                xml.writeAttribute("type", rules.get(0));
                for (Result.Located violation : result.violations()) {
                    xml.writeCharacters(legal(result.file() + ":" + violation.line() + ": "
                            + violation.finding().field() + ": "
                            + violation.finding().message() + "\n"));
                }
                xml.writeEndElement();
            }
            if (!result.warnings().isEmpty()) {
                xml.writeStartElement("system-out");
                for (Warning warning : result.warnings()) {
                    xml.writeCharacters(legal("warning: " + warning.message() + "\n"));
                }
                xml.writeEndElement();
            }
            xml.writeEndElement();
        }

        /** XML 1.0 has no words for most control characters. */
        private String legal(String text) {
            return text.replaceAll("[^\\t\\n\\x20-\\uD7FF\\uE000-\\uFFFD\\x{10000}-\\x{10FFFF}]", "\uFFFD");
        }
    },
    GITHUB {
        @Override
        String of(List<Result> results, boolean quiet, boolean colour) {
            StringBuilder text = new StringBuilder();
            for (Result result : results) {
                for (Result.Located violation : result.violations()) {
                    command(
                            text,
                            "error",
                            result,
                            violation.line(),
                            violation.finding().rule(),
                            violation.finding().field() + ": "
                                    + violation.finding().message());
                }
                for (Warning warning : quiet ? List.<Warning>of() : result.warnings()) {
                    command(text, "warning", result, result.line(), warning.id(), warning.message());
                }
            }
            return text.toString();
        }

        private void command(StringBuilder text, String level, Result result, int line, String rule, String message) {
            text.append("::")
                    .append(level)
                    .append(" file=")
                    .append(property(result.file()))
                    .append(",line=")
                    .append(line);
            text.append(",title=")
                    .append(property(result.identity() + " [" + rule + "]"))
                    .append("::")
                    .append(data(message))
                    .append('\n');
        }

        private String data(String text) {
            return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
        }

        private String property(String text) {
            return data(text).replace(":", "%3A").replace(",", "%2C");
        }
    },
    SARIF {
        @Override
        String of(List<Result> results, boolean quiet, boolean colour) {
            ObjectNode report = MAPPER.createObjectNode();
            report.put("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
                    .put("version", "2.1.0");
            ObjectNode run = report.putArray("runs").addObject();
            ObjectNode driver = run.putObject("tool").putObject("driver");
            driver.put("name", "inplace-guard");
            ArrayNode rules = driver.putArray("rules");
            List<String> ids = new ArrayList<>(new Guard(GuardSettings.DEFAULTS).ruleIds());
            ids.addAll(Warning.IDS);
            ids.forEach(id -> rules.addObject()
                    .put("id", id)
                    .putObject("shortDescription")
                    .put("text", "inplace-guard: " + id));
            ArrayNode list = run.putArray("results");
            for (Result result : results) {
                result.violations()
                        .forEach(violation -> entry(
                                list,
                                result,
                                "error",
                                violation.finding().rule(),
                                violation.line(),
                                violation.finding().field() + ": "
                                        + violation.finding().message()));
                result.warnings()
                        .forEach(warning ->
                                entry(list, result, "warning", warning.id(), result.line(), warning.message()));
            }
            return MAPPER.writeValueAsString(report) + "\n";
        }

        private void entry(ArrayNode list, Result result, String level, String rule, int line, String message) {
            ObjectNode entry = list.addObject().put("ruleId", rule).put("level", level);
            entry.putObject("message").put("text", result.identity() + ": " + message);
            ObjectNode place = entry.putArray("locations").addObject().putObject("physicalLocation");
            place.putObject("artifactLocation").put("uri", uri(result.file()));
            place.putObject("region").put("startLine", line);
        }

        private String uri(String file) {
            return java.nio.file.Path.of(file).isAbsolute()
                    ? java.nio.file.Path.of(file).toUri().toString()
                    : java.net
                            .URI
                            .create("x:/")
                            .resolve(encoded(file))
                            .toString()
                            .substring(3);
        }

        private String encoded(String file) {
            try {
                return new java.net.URI(null, null, "/" + file.replace('\\', '/'), null).getRawPath();
            } catch (java.net.URISyntaxException e) {
                return "/unknown";
            }
        }
    };

    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /**
     * The whole report.
     *
     * @param quiet  only what is denied; in formats for tools, all the same
     * @param colour whether a terminal is to colour it; text only
     */
    abstract String of(List<Result> results, boolean quiet, boolean colour);

    private static String pad(String text, int width) {
        return text + " ".repeat(width - text.length());
    }
}
