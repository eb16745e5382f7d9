package io.inplaceguard.template;

import org.jspecify.annotations.Nullable;

/**
 * A name-keyed field path such as {@code spec.template.spec.containers[name=app].env[name=MODE].value}. A chain of
 * segments, so that walking costs no strings: text is made only for what is reported.
 */
public final class FieldPath {

    /** Nothing yet: the object itself. */
    public static final FieldPath ROOT = new FieldPath(null, "");

    /** Names longer than this are shortened in messages; a Kubernetes label key has at most 317 characters. */
    private static final int LONGEST_NAME = 120;

    private final @Nullable FieldPath parent;
    private final String segment;

    private FieldPath(@Nullable FieldPath parent, String segment) {
        this.parent = parent;
        this.segment = segment;
    }

    /** The path of dotted field names, such as {@code spec.template}; empty for the object itself. */
    public static FieldPath of(String dotted) {
        FieldPath path = ROOT;
        for (String name : dotted.isEmpty() ? new String[0] : dotted.split("\\.")) {
            path = path.field(name);
        }
        return path;
    }

    /** A field or a map key: {@code .name}, or {@code [name]} where the name is no plain word. */
    public FieldPath field(String name) {
        return new FieldPath(this, name);
    }

    /** An element of a list, by the field that tells it apart: {@code [name=app]}. */
    public FieldPath element(String key, String value) {
        return new FieldPath(this, "[" + key + "=" + printable(value) + "]");
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(96);
        write(text);
        return text.toString();
    }

    private void write(StringBuilder text) {
        if (parent == null) {
            return;
        }
        parent.write(text);
        if (segment.startsWith("[")) {
            text.append(segment);
        } else if (isPlainWord(segment)) {
            text.append(text.isEmpty() ? "" : ".").append(segment);
        } else {
            text.append('[').append(printable(segment)).append(']');
        }
    }

    private static boolean isPlainWord(String name) {
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_')) {
                return false;
            }
        }
        return true;
    }

    /**
     * A name out of a user's object as it may stand in a message: one line, no control characters, bounded.
     *
     * @param name any text
     */
    public static String printable(String name) {
        return printable(name, LONGEST_NAME);
    }

    /**
     * Text out of a user's object as it may stand in a message: one line, visible characters, bounded.
     *
     * @param name  any text
     * @param limit characters (UTF-16) that are kept; a longer text ends with an ellipsis
     */
    public static String printable(String name, int limit) {
        StringBuilder text = new StringBuilder(Math.min(name.length(), limit + 1));
        for (int i = 0; i < name.length(); i++) {
            if (text.length() >= limit) {
                return text.append('…').toString();
            }
            int c = name.codePointAt(i);
            i += Character.charCount(c) - 1;
            text.appendCodePoint(isVisible(c) ? c : '\uFFFD');
        }
        return text.toString();
    }

    private static boolean isVisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
