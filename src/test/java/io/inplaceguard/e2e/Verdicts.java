package io.inplaceguard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What a run observed, compared with {@code outcomes.md}. */
public final class Verdicts {

    /** One row of one column. */
    public record Row(String column, String edit, String expected, String observed, String answer) {

        @Override
        public String toString() {
            return column + ": " + edit;
        }

        /** The cell must be the expected one. Where both deny, the message shown may be OpenKruise's. */
        public void check() {
            if (expected.endsWith(": " + Trial.DENIED_BY_OPENKRUISE) && observed.equals(Trial.DENIED_BY_OPENKRUISE)) {
                return;
            }
            assertThat(observed).as("%s%n%s", this, answer).isEqualTo(expected);
        }

        /** Nothing that recreates pods or never finishes is admitted without a warning. */
        public void checkNotSilent() {
            assertThat(observed).as("%s%n%s", this, answer).isNotIn("recreated", "stuck", "updating");
        }
    }

    private final List<Row> rows = new ArrayList<>();
    private final Map<Column, Map<String, String>> observed = new LinkedHashMap<>();
    private final List<String> order;
    private final Map<String, Edit> edits;

    public Verdicts() throws IOException {
        edits = Edit.all();
        order = List.copyOf(edits.keySet());
    }

    /**
     * Makes the edits of all columns that a cluster can have, in new namespaces.
     *
     * @param served  kinds and versions that the cluster serves, as {@code CloneSet v1beta1}
     * @param scaling whether OpenKruise's gate InPlaceWorkloadVerticalScaling is on
     * @param room    how many workloads there may be at once
     * @param created called with the name of each namespace that was created
     */
    public void run(Api api, String prefix, List<String> served, boolean scaling, int room, Consumer<String> created)
            throws IOException {
        // OpenKruise 1.9 is the first with this version.
        boolean v1beta1 = served.contains("CloneSet v1beta1");
        Map<Column, Map<String, String>> expected = Outcomes.expected(!v1beta1);
        Trials trials = new Trials(api, prefix, v1beta1, room, created);
        for (Map.Entry<Column, Map<String, String>> column : expected.entrySet()) {
            String kind = column.getKey().name() + " " + column.getKey().version();
            if (column.getKey().scaling() == scaling && served.contains(kind)) {
                trials.add(
                        column.getKey(),
                        edits.values().stream()
                                .filter(edit -> column.getValue().containsKey(edit.name()))
                                .toList(),
                        edit -> isDenied(column.getValue().get(edit.name())));
            }
        }
        for (Trials.Result result : trials.run()) {
            observed.computeIfAbsent(result.column(), key -> new LinkedHashMap<>())
                    .put(result.edit(), result.cell());
            rows.add(new Row(
                    result.column().toString(),
                    result.edit(),
                    expected.get(result.column()).getOrDefault(result.edit(), ""),
                    result.cell(),
                    result.answer()));
        }
    }

    private static boolean isDenied(String cell) {
        return cell.startsWith("denied [") || cell.equals("?");
    }

    public Stream<Row> rows() {
        return rows.stream();
    }

    /** The tables with what was observed. */
    public String report() {
        return Outcomes.report(observed, order);
    }
}
