package io.inplaceguard.policy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A ValidatingAdmissionPolicy that enforces the core of InPlaceOnly without the webhook. Its text is a file of the chart
 * ({@code files/fallback-policy.yaml}), which the build copies into the jar, so that command and chart render the same.
 */
final class FallbackPolicy {

    private static final String RESOURCE = "/policy/fallback-policy.yaml";
    private static final String SEPARATOR = "---\n";
    private static final String DENY = "validationActions: [Deny]";

    /** What happens to a violation. */
    enum Mode {
        ENFORCE("Deny"),
        WARN("Warn"),
        AUDIT("Audit"),
        /** No binding. */
        OFF("");

        private final String action;

        Mode(String action) {
            this.action = action;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private FallbackPolicy() {}

    /** The policy and its bindings as YAML; namespaces without the label {@code inplace-guard.io/mode} are enforced. */
    static String text() {
        try (InputStream in = FallbackPolicy.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The same, with another mode of namespaces without the label: their binding is the last document.
     *
     * @param unlabeled OFF: without that binding
     */
    static String text(Mode unlabeled) {
        String text = text();
        int last = text.lastIndexOf(SEPARATOR);
        return unlabeled == Mode.OFF
                ? text.substring(0, last)
                : text.substring(0, last)
                        + text.substring(last).replace(DENY, "validationActions: [" + unlabeled.action + "]");
    }
}
