package io.inplaceguard.check.report;

import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A SARIF 2.1.0 log with one run, built rule by rule and result by result. */
public final class SarifLog {

    /** The level of a result, by SARIF's words. */
    public enum Level {
        ERROR,
        WARNING,
        NOTE
    }

    private final ObjectNode log = JsonReport.MAPPER.createObjectNode();
    private final ArrayNode rules;
    private final ArrayNode results;

    /** An empty log. */
    public SarifLog() {
        log.put("$schema", "https://json.schemastore.org/sarif-2.1.0.json").put("version", "2.1.0");
        ObjectNode run = log.putArray("runs").addObject();
        ObjectNode driver = run.putObject("tool").putObject("driver");
        driver.put("name", "inplace-guard");
        rules = driver.putArray("rules");
        results = run.putArray("results");
    }

    /** Declares a rule that results may name. */
    public void rule(String id, String description) {
        rules.addObject().put("id", id).putObject("shortDescription").put("text", description);
    }

    /** Adds a result; its location is given afterwards. */
    public Entry result(String rule, Level level, String message) {
        ObjectNode entry = results.addObject()
                .put("ruleId", rule)
                .put("level", level.name().toLowerCase(Locale.ROOT));
        entry.putObject("message").put("text", message);
        return new Entry(entry);
    }

    /** A result that waits for its location. */
    public static final class Entry {
        private final ObjectNode entry;

        private Entry(ObjectNode entry) {
            this.entry = entry;
        }

        /**
         * Where it is, in a file.
         *
         * @param uri  of the file, relative or absolute
         * @param line counted from 1
         */
        public void at(String uri, int line) {
            ObjectNode place = entry.putArray("locations").addObject().putObject("physicalLocation");
            place.putObject("artifactLocation").put("uri", uri);
            place.putObject("region").put("startLine", line);
        }

        /** Where it is, in a cluster: an object that has no file. */
        public void on(ObjectIdentity object) {
            entry.putArray("locations")
                    .addObject()
                    .putArray("logicalLocations")
                    .addObject()
                    .put("fullyQualifiedName", object.toString())
                    .put("kind", "resource");
        }
    }

    /** The log as indented JSON that ends with a line break. */
    @Override
    public String toString() {
        return JsonReport.MAPPER.writeValueAsString(log) + "\n";
    }
}
