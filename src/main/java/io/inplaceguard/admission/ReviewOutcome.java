package io.inplaceguard.admission;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The facts of one answered review that log lines and metrics are made of. Values of the object (env, args,
 * annotations) are not among them.
 *
 * @param uid        the review's uid
 * @param user       username of the request; null when the review names none
 * @param kind       closed word for metrics: {@code Pod}, {@code CloneSet}, ... or {@code other}
 * @param operation  closed word for metrics: {@code CREATE}, {@code UPDATE}, {@code DELETE}, {@code CONNECT} or {@code other}
 * @param namespace  namespace of the object; null for cluster-scoped kinds
 * @param name       name of the object; null when generated later
 * @param mode       enforce, warn, audit or none (mutation)
 * @param verdict    what the rules said and what became of it
 * @param rules      rule id of each violation, in the order told; empty when nothing is violated
 * @param fields     name-keyed path of each violation, beside {@code rules}
 * @param error      what failed inside the guard, a class name and no value; null when nothing did
 */
public record ReviewOutcome(
        String uid,
        @Nullable String user,
        String kind,
        String operation,
        @Nullable String namespace,
        @Nullable String name,
        String mode,
        Decision verdict,
        List<String> rules,
        List<String> fields,
        @Nullable Throwable error) {

    /** What became of the review. In warn and audit mode DENIED means: would have been denied. */
    public enum Decision {
        ALLOWED,
        WARNED,
        DENIED,
        EXEMPT,
        PATCHED,
        ERROR;

        /** The closed word for metrics: the name in lower case. */
        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
