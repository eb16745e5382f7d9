package io.inplaceguard.check.report;

import io.inplaceguard.guard.Warning;
import java.util.List;
import picocli.CommandLine.Help.Ansi;

/** For people: a line an object, its violations with their place, its warnings, a count at the end. */
final class TextReport implements Report {

    @Override
    public String of(List<Result> results, boolean quiet, boolean colour) {
        Ansi ansi = colour ? Ansi.ON : Ansi.OFF;
        StringBuilder text = new StringBuilder();
        int width = results.stream()
                .mapToInt(result -> result.identity().toString().length())
                .max()
                .orElse(0);
        for (Result result : results) {
            if (!quiet || result.denied()) {
                object(text, result, width, quiet, ansi);
            }
        }
        if (!quiet) {
            Result.Summary summary = Result.Summary.of(results);
            text.append("%d checked, %d denied, %d warned, %d skipped\n"
                    .formatted(summary.checked(), summary.denied(), summary.warned(), summary.skipped()));
        }
        return text.toString();
    }

    private static void object(StringBuilder text, Result result, int width, boolean quiet, Ansi ansi) {
        String identity = result.identity().toString();
        text.append(ansi.string(word(result)))
                .append("  ")
                .append(identity)
                .append(" ".repeat(width - identity.length()))
                .append("  ")
                .append(result.isSkipped() ? result.skipped() + ", " : "")
                .append(result.source())
                .append('\n');
        for (Result.Located located : result.violations()) {
            text.append("  %s:%d  %s\n    %s\n"
                    .formatted(
                            result.file(),
                            located.line(),
                            located.violation().field(),
                            located.violation().message()));
        }
        if (quiet) {
            return;
        }
        for (Warning warning : result.warnings()) {
            text.append("  warning: ").append(warning.message()).append('\n');
        }
        for (String note : result.notes()) {
            text.append("  note: ").append(note).append('\n');
        }
    }

    private static String word(Result result) {
        if (result.denied()) {
            return "@|bold,red DENIED |@";
        }
        if (result.isSkipped()) {
            return "skipped";
        }
        return result.warnings().isEmpty() ? "@|green allowed|@" : "@|yellow warned |@";
    }
}
