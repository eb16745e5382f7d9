package io.inplaceguard.admission;

import io.inplaceguard.template.FieldPath;
import org.jspecify.annotations.Nullable;

/** Text from a request as it may appear in an answer or a log line: one line, visible characters, bounded. */
final class PlainText {

    /** Names of Kubernetes objects have at most 253 characters, usernames are longer only by mistake. */
    static final int MAX_NAME = 253;

    private PlainText() {}

    /** A name, user, namespace or uid; at most {@value #MAX_NAME} characters. */
    static String name(String text) {
        return FieldPath.printable(text, MAX_NAME);
    }

    /** As {@link #name}; null stays null. */
    static @Nullable String nameOrNull(@Nullable String text) {
        return text == null ? null : name(text);
    }

    /** A field path, sentence or warning of at most that many characters. */
    static String line(String text, int limit) {
        return FieldPath.printable(text, limit);
    }
}
