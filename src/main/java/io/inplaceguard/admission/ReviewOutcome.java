package io.inplaceguard.admission;

import io.inplaceguard.guard.Operation;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The facts of one answered review that log lines and metrics are made of. Values of the object (env, args, annotations)
 * are not among them, and every text is one line of visible characters and bounded.
 *
 * @param uid        the review's uid
 * @param user       username of the request; null when the review does not name a user
 * @param kind       label for metrics, from a closed set: {@code Pod}, {@code CloneSet}, ... or {@code other}
 * @param operation  null where the review could not be decoded
 * @param namespace  namespace of the object; null for cluster-scoped kinds
 * @param name       name of the object; null when it is generated later
 * @param mode       how violations are answered
 * @param verdict    the decision
 * @param rules      rule id of each violation, in the order of the answer; empty where no rule is violated
 * @param fields     name-keyed path of the first violations, in the same order; at most {@value #MAX_FIELDS}
 * @param error      what failed inside the guard; null where nothing did
 */
public record ReviewOutcome(
        String uid,
        @Nullable String user,
        String kind,
        @Nullable Operation operation,
        @Nullable String namespace,
        @Nullable String name,
        Mode mode,
        Decision verdict,
        List<String> rules,
        List<String> fields,
        @Nullable Throwable error) {

    /** A log line shows no more fields than this. */
    static final int MAX_FIELDS = 10;

    /** The operation as a label for metrics, from a closed set: {@code CREATE}, {@code UPDATE}, ... or {@code other}. */
    public String operationLabel() {
        return operation == null ? "other" : operation.name();
    }

    /** How a review was decided. In mode WARN and AUDIT, DENIED means that it would have been denied. */
    public enum Decision {
        ALLOWED,
        WARNED,
        DENIED,
        EXEMPT,
        PATCHED,
        ERROR;

        private final String label = name().toLowerCase(Locale.ROOT);

        /** The label for metrics: the name in lower case. */
        public String label() {
            return label;
        }
    }
}
