package io.inplaceguard.check.report;

import java.util.List;

/** One way to print results. The text ends with a line break or is empty. */
interface Report {

    /**
     * The whole report.
     *
     * @param quiet  only denied objects, in the formats for people; complete in the others
     * @param colour whether to colour it for a terminal; text only
     */
    String of(List<Result> results, boolean quiet, boolean colour);
}
