package io.inplaceguard.admission;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The HTTP endpoints that take an AdmissionReview, and the mode in which each answers. */
public enum Endpoint {
    MUTATE("/mutate", "mutate", Mode.NONE),
    VALIDATE("/validate", "validate", Mode.ENFORCE),
    VALIDATE_ENFORCE("/validate/enforce", "validate", Mode.ENFORCE),
    VALIDATE_WARN("/validate/warn", "validate", Mode.WARN),
    VALIDATE_AUDIT("/validate/audit", "validate", Mode.AUDIT);

    private static final Map<String, Endpoint> BY_PATH =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(Endpoint::path, Function.identity()));

    private final String path;
    private final String label;
    private final Mode mode;

    Endpoint(String path, String label, Mode mode) {
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

    /** How this endpoint answers a violation. */
    public Mode mode() {
        return mode;
    }

    /** The endpoint at exactly this path. */
    public static Optional<Endpoint> at(String path) {
        return Optional.ofNullable(BY_PATH.get(path));
    }
}
