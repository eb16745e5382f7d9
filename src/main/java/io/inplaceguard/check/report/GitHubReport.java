package io.inplaceguard.check.report;

import io.inplaceguard.guard.Warning;
import java.util.List;

/** GitHub's workflow commands: each violation and warning annotates its line in the pull request. */
final class GitHubReport implements Report {

    @Override
    public String of(List<Result> results, boolean quiet, boolean colour) {
        StringBuilder text = new StringBuilder();
        for (Result result : results) {
            for (Result.Located located : result.violations()) {
                String rule = located.violation().rule();
                String message =
                        located.violation().field() + ": " + located.violation().message();
                text.append(command("error", result, located.line(), " [" + rule + "]", message));
            }
            if (quiet) {
                continue;
            }
            for (Warning warning : result.warnings()) {
                text.append(command("warning", result, result.line(), " [" + warning.id() + "]", warning.message()));
            }
            for (String note : result.notes()) {
                text.append(command("notice", result, result.line(), "", note));
            }
        }
        return text.toString();
    }

    private static String command(String level, Result result, int line, String rule, String message) {
        return "::%s file=%s,line=%d,title=%s::%s\n"
                .formatted(level, property(result.file()), line, property(result.identity() + rule), data(message));
    }

    private static String data(String text) {
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
    }

    private static String property(String text) {
        return data(text).replace(":", "%3A").replace(",", "%2C");
    }
}
