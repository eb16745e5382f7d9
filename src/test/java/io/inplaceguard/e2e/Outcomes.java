package io.inplaceguard.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tables of {@code outcomes.md}: what is expected of each edit in each column. A cell is what the controller does, with the
 * guard's warnings in parentheses: {@code recreated (warned recreate)}; or the guard's denial and what the controller does where
 * nobody denies: {@code denied [not-in-place]: stuck}.
 */
final class Outcomes {

    private static final Path FILE = Path.of("src/test/resources/e2e/outcomes.md");

    /** Ends the heading of a table of the cells that differ there. */
    private static final String OLDER = ", OpenKruise before 1.9";

    private Outcomes() {}

    /**
     * Expected cells by the edit's name, by column; empty cells are left out.
     *
     * @param older whether OpenKruise is older than 1.9
     */
    static Map<Column, Map<String, String>> expected(boolean older) throws IOException {
        Map<Column, Map<String, String>> all = new LinkedHashMap<>();
        String kind = "";
        List<Column> columns = List.of();
        for (String line : Files.readAllLines(FILE)) {
            if (line.startsWith("## ")) {
                kind = line.substring(3).strip();
            } else if (line.startsWith("| edit |")) {
                boolean differs = kind.endsWith(OLDER);
                columns = differs && !older ? List.of() : columns(kind.replace(OLDER, ""), cells(line));
                columns.forEach(column -> all.computeIfAbsent(column, key -> new LinkedHashMap<>()));
            } else if (line.startsWith("| ") && !line.startsWith("| ---")) {
                List<String> cells = cells(line);
                for (int i = 0; i < columns.size(); i++) {
                    if (!cells.get(i + 1).isEmpty()) {
                        all.get(columns.get(i)).put(cells.get(0), cells.get(i + 1));
                    }
                }
            }
        }
        return all;
    }

    private static List<Column> columns(String kind, List<String> header) {
        List<Column> columns = new ArrayList<>();
        for (String cell : header.subList(1, header.size())) {
            columns.add(new Column(kind, cell.split(",")[0], cell.endsWith("gate on")));
        }
        return columns;
    }

    private static List<String> cells(String line) {
        String[] cells = line.substring(1, line.lastIndexOf('|')).split("\\|", -1);
        return Arrays.stream(cells).map(String::strip).toList();
    }

    /**
     * The same tables with what was observed.
     *
     * @param order names of edits
     */
    static String report(Map<Column, Map<String, String>> observed, Iterable<String> order) {
        StringBuilder text = new StringBuilder();
        for (String kind :
                observed.keySet().stream().map(Column::kind).distinct().toList()) {
            List<Column> columns = observed.keySet().stream()
                    .filter(column -> column.kind().equals(kind))
                    .toList();
            text.append("\n## ").append(kind).append("\n\n| edit |");
            columns.forEach(column ->
                    text.append(" %s, gate %s |".formatted(column.policy(), column.scaling() ? "on" : "off")));
            text.append("\n| --- |").append(" --- |".repeat(columns.size())).append('\n');
            for (String edit : order) {
                List<String> cells = columns.stream()
                        .map(column -> observed.get(column).getOrDefault(edit, ""))
                        .toList();
                if (!String.join("", cells).isEmpty()) {
                    text.append("| %s | %s |%n".formatted(edit, String.join(" | ", cells)));
                }
            }
        }
        return text.toString();
    }
}
