package io.inplaceguard.cluster.audit;

import io.inplaceguard.check.report.ObjectIdentity;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * One thing that is wrong in the cluster.
 *
 * @param id      what kind of thing
 * @param object  where
 * @param fields  name-keyed paths in it; empty where the whole object is meant
 * @param message what is wrong, a sentence; no values of env, arguments or annotations
 * @param remedy  what to do, a sentence
 */
record Finding(Id id, ObjectIdentity object, List<String> fields, String message, String remedy) {

    /** The worst first, then by object. */
    static final Comparator<Finding> ORDER = Comparator.comparing(
                    (Finding finding) -> finding.id().severity())
            .thenComparing(Finding::id)
            .thenComparing(finding -> finding.object().toString());

    Finding {
        fields = List.copyOf(fields);
    }

    /** How bad it is, worst first. */
    enum Severity {
        /** Something does not work now. */
        ERROR,
        /** Something is not as it seems, or will not work. */
        WARNING,
        /** Good to know. */
        NOTE
    }

    /** What audit looks for. */
    enum Id {
        STUCK_ROLLOUT(Severity.ERROR, "a rollout that cannot finish in place"),
        CLAIM_TEMPLATES(Severity.ERROR, "a rollout stopped by a new volume claim template"),
        RESIZE_GATE(Severity.ERROR, "a resize that OpenKruise's feature gate does not allow"),
        SAME_DIGEST(Severity.ERROR, "an image whose digest is that of the old one"),
        RESIZE_INFEASIBLE(Severity.ERROR, "a resize that its node can never fulfil"),
        GUARD_MISSING(Severity.ERROR, "no webhook configuration of inplace-guard"),
        GUARD_CA_BUNDLE(Severity.ERROR, "a caBundle that does not verify the serving certificate"),
        GUARD_ENDPOINTS(Severity.ERROR, "no ready endpoint of the webhook"),
        RESIZE_DEFERRED(Severity.WARNING, "a resize that waits for room on its node"),
        MISPLACED_STRATEGY(Severity.WARNING, "an update strategy that has no effect"),
        UNKNOWN_ANNOTATION(Severity.WARNING, "an annotation or label that has no effect"),
        UNKNOWN_MODE(Severity.WARNING, "a namespace mode that has no effect"),
        OLD_RESIZE_POLICY(Severity.WARNING, "a resize policy that Kubernetes does not know"),
        GUARD_CONFIGURATION(Severity.WARNING, "webhook configurations that are not as the chart makes them"),
        GUARD_FAILURE_POLICY(Severity.WARNING, "an enforcing webhook that is skipped when it fails"),
        GUARD_GATE(Severity.WARNING, "a setting of the webhook that contradicts OpenKruise's feature gates"),
        VERSION(Severity.WARNING, "versions that do not work together"),
        NEVER_RESIZABLE(Severity.NOTE, "a pod template whose cpu and memory cannot be resized");

        private final Severity severity;
        private final String description;

        Id(Severity severity, String description) {
            this.severity = severity;
            this.description = description;
        }

        Severity severity() {
            return severity;
        }

        /** What it is about, for SARIF. */
        String description() {
            return description;
        }

        /** The stable word, such as {@code stuck-rollout}. */
        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
