package io.inplaceguard.server;

import io.inplaceguard.admission.Mode;
import io.inplaceguard.admission.ReviewOutcome;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for each review that is denied, would be, is exempt, or failed. Never a value of the object. */
final class ReviewLog {

    private static final Logger LOG = LoggerFactory.getLogger("io.inplaceguard.admission");

    private ReviewLog() {}

    static void write(ReviewOutcome outcome, long nanos) {
        switch (outcome.verdict()) {
            case ALLOWED, WARNED, PATCHED -> {}
            case DENIED -> log(outcome.mode() == Mode.ENFORCE ? "denied" : "would be denied", outcome, nanos);
            case EXEMPT -> log("exempt", outcome, nanos);
            case ERROR -> log("failed", outcome, nanos);
        }
    }

    private static void log(String what, ReviewOutcome outcome, long nanos) {
        var event = outcome.error() == null ? LOG.atInfo() : LOG.atError().setCause(outcome.error());
        event.setMessage(what)
                .addKeyValue("uid", outcome.uid())
                .addKeyValue("user", orEmpty(outcome.user()))
                .addKeyValue("kind", outcome.kind())
                .addKeyValue("namespace", orEmpty(outcome.namespace()))
                .addKeyValue("name", orEmpty(outcome.name()))
                .addKeyValue("mode", outcome.mode().label())
                .addKeyValue("rules", String.join(",", outcome.rules()))
                .addKeyValue("fields", some(outcome.fields()))
                .addKeyValue("milliseconds", nanos / 1_000_000.0)
                .log();
    }

    private static String some(List<String> fields) {
        return String.join(" ", fields.subList(0, Math.min(10, fields.size())));
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
