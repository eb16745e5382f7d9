package io.inplaceguard.check.report;

import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.Warning;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;

/** SARIF 2.1.0 for code scanning; each result has the file and line of its field. */
final class SarifReport implements Report {

    @Override
    public String of(List<Result> results, boolean quiet, boolean colour) {
        List<String> ids = Guard.allIds();
        SarifLog log = new SarifLog();
        ids.forEach(id -> log.rule(id, "inplace-guard: " + id));
        for (Result result : results) {
            String prefix = result.identity() + ": ";
            for (Result.Located located : result.violations()) {
                log.result(
                                located.violation().rule(),
                                SarifLog.Level.ERROR,
                                prefix + located.violation().field() + ": "
                                        + located.violation().message())
                        .at(uri(result.file()), located.line());
            }
            for (Warning warning : result.warnings()) {
                log.result(warning.id(), SarifLog.Level.WARNING, prefix + warning.message())
                        .at(uri(result.file()), result.line());
            }
        }
        return log.toString();
    }

    private static String uri(String file) {
        return Path.of(file).isAbsolute()
                ? Path.of(file).toUri().toString()
                : URI.create("x:/").resolve(encoded(file)).toString().substring(3);
    }

    private static String encoded(String file) {
        try {
            return new URI(null, null, "/" + file.replace('\\', '/'), null).getRawPath();
        } catch (URISyntaxException e) {
            return "/unknown";
        }
    }
}
