package io.inplaceguard.admission;

import java.util.Locale;

/** How a violation is answered; chosen by the endpoint to which the review is posted. */
public enum Mode {
    /** The request is denied. */
    ENFORCE,
    /** The request is allowed; each violation is returned as a warning. */
    WARN,
    /** The request is allowed; violations appear in audit annotations, log and metrics only. */
    AUDIT,
    /** Mutation: the rules are not evaluated. */
    NONE;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The word for metrics and audit annotations: the name in lower case. */
    public String label() {
        return label;
    }
}
