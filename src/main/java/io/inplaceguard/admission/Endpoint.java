package io.inplaceguard.admission;

import java.util.Arrays;
import java.util.Optional;

/** What a caller asks for, by the path it posts to; and in which mode the verdict is told. */
public enum Endpoint {
    MUTATE("/mutate", "mutate", "none"),
    VALIDATE("/validate", "validate", "enforce"),
    VALIDATE_ENFORCE("/validate/enforce", "validate", "enforce"),
    VALIDATE_WARN("/validate/warn", "validate", "warn"),
    VALIDATE_AUDIT("/validate/audit", "validate", "audit");

    private final String path;
    private final String label;
    private final String mode;

    Endpoint(String path, String label, String mode) {
        this.path = path;
        this.label = label;
        this.mode = mode;
    }

    /** The URL path, such as {@code /validate/warn}. */
    public String path() {
        return path;
    }

    /** The closed word for metrics: {@code mutate} or {@code validate}. */
    public String label() {
        return label;
    }

    /** The closed word for metrics and audit annotations: enforce, warn, audit, or none for mutation. */
    public String mode() {
        return mode;
    }

    /** The endpoint at exactly this path. */
    public static Optional<Endpoint> at(String path) {
        return Arrays.stream(values())
                .filter(endpoint -> endpoint.path.equals(path))
                .findFirst();
    }
}
