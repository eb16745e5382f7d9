package io.inplaceguard.check.report;

import java.util.List;

/** The output formats of {@code check}, by the words of {@code -o}. */
public enum ReportFormat {
    TEXT,
    JSON,
    JUNIT,
    GITHUB,
    SARIF;

    /**
     * The whole report; it ends with a line break or is empty.
     *
     * @param quiet  only denied objects, in the formats for people; complete in the others
     * @param colour whether to colour it for a terminal; text only
     */
    public String of(List<Result> results, boolean quiet, boolean colour) {
        return report().of(results, quiet, colour);
    }

    private Report report() {
        return switch (this) {
            case TEXT -> new TextReport();
            case JSON -> new JsonReport();
            case JUNIT -> new JUnitReport();
            case GITHUB -> new GitHubReport();
            case SARIF -> new SarifReport();
        };
    }
}
