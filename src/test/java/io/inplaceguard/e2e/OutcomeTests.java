package io.inplaceguard.e2e;

import io.inplaceguard.e2e.Verdicts.Row;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tests of every edit of the table, on whatever cluster the edits were made. */
public interface OutcomeTests {

    /** What was observed. */
    Stream<Row> rows();

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    default void an_edit_is_answered_and_carried_out_as_the_table_has_it(Row row) {
        row.check();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    default void nothing_that_recreates_pods_or_never_finishes_is_admitted_silently(Row row) {
        row.checkNotSilent();
    }
}
