package io.inplaceguard.template;

import org.jspecify.annotations.Nullable;

/**
 * A name-keyed field path such as {@code spec.template.spec.containers[name=app].env[name=MODE].value}. A chain of
 * segments, so that walking costs no strings: text is made only for what is reported.
 */
public final class FieldPath {

    /** Nothing yet: the object itself. */
    public static final FieldPath ROOT = new FieldPath(null, "", null);

    /** Names longer than this are shortened in messages; a Kubernetes label key has at most 317 characters. */
    private static final int MAX_NAME = 120;

    private final @Nullable FieldPath parent;
    private final String name;
    /** For an element of a list the value of the field {@code name}; else null. */
    private final @Nullable String value;

    private FieldPath(@Nullable FieldPath parent, String name, @Nullable String value) {
        this.parent = parent;
        this.name = name;
        this.value = value;
    }

    /** The path of dotted field names, such as {@code spec.template}; empty for the object itself. */
    public static FieldPath of(String dotted) {
        FieldPath path = ROOT;
        for (String name : dotted.isEmpty() ? new String[0] : dotted.split("\\.")) {
            path = path.field(name);
        }
        return path;
    }

    /** A field or a map key: {@code .name}, or {@code [name]} where the name is not a plain word. */
    public FieldPath field(String name) {
        return new FieldPath(this, name, null);
    }

    /** An element of a list, by the field that names it: {@code [name=app]}. */
    public FieldPath element(String key, String value) {
        return new FieldPath(this, key, value);
    }

    /** The last field name or map key as it was given, not made printable; empty for the object itself. */
    public String last() {
        return name;
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
        if (value != null) {
            text.append('[').append(name).append('=').append(printable(value)).append(']');
        } else if (isPlainWord(name)) {
            text.append(text.isEmpty() ? "" : ".").append(name);
        } else {
            text.append('[').append(printable(name)).append(']');
        }
    }

    private static boolean isPlainWord(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_')) {
                return false;
            }
        }
        return true;
    }

    /**
     * A name out of a user's object as it may appear in a message: one line, no control characters, bounded.
     *
     * @param name any text
     */
    public static String printable(String name) {
        return printable(name, MAX_NAME);
    }

    /**
     * Text out of a user's object as it may appear in a message: one line, visible characters, bounded.
     *
     * @param name  any text
     * @param limit characters (UTF-16) that are kept; a longer text ends with an ellipsis
     */
    public static String printable(String name, int limit) {
        if (name.length() <= limit && isPrintableAscii(name)) {
            return name;
        }
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

    /** What nearly every name is. */
    private static boolean isPrintableAscii(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) < ' ' || name.charAt(i) > '~') {
                return false;
            }
        }
        return true;
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
