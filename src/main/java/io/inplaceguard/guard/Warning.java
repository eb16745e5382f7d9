package io.inplaceguard.guard;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.FieldPath;
import java.util.List;

/**
 * A warning: the change is admitted, and there is something to know.
 *
 * @param id       such as {@code recreate}
 * @param sentence what will happen, and what the user can do
 */
public record Warning(String id, String sentence) {

    /** The API server cuts longer warnings (k8s.io/apiserver, warning headers). */
    public static final int MAX_LENGTH = 256;

    private static final int MAX_FIELDS = 20;

    /** Every warning's id. */
    public static final List<String> IDS = List.of(
            "recreate",
            "never-finishes",
            "max-surge",
            "not-applied",
            "volume-claim-templates",
            "vertical-scaling",
            "strategy-switch",
            "pending-rollout",
            "memory-limit-decrease",
            "restarts",
            "image-short-name",
            "misplaced-strategy");

    /** One line of at most {@value #MAX_LENGTH} characters that ends with the id. */
    public String message() {
        return line(id, sentence);
    }

    /** One line of at most {@value #MAX_LENGTH} characters that ends with the id; a longer sentence is cut. */
    public static String line(String id, String sentence) {
        String end = " [" + id + "]";
        StringBuilder line = new StringBuilder(sentence.length());
        sentence.codePoints().forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
        int room = MAX_LENGTH - end.length();
        if (line.length() > room) {
            int cut = room - 3;
            line.setLength(Character.isHighSurrogate(line.charAt(cut - 1)) ? cut - 1 : cut);
            line.append("...");
        }
        return line.append(end).toString();
    }

    /** The names of containers, printable, as a phrase. */
    static String containers(List<String> names) {
        return (names.size() == 1 ? "container " : "containers ") + some(names, "");
    }

    /** Some fields in few words: as many as fit into about 120 characters, and how many more there are. */
    static String some(List<String> fields, String prefix) {
        return some(fields, fields.size(), prefix);
    }

    /** The fields of changes in few words; only as many are written out as can be shown. */
    static String fields(List<Change> changes, String prefix) {
        List<String> first = changes.stream()
                .limit(MAX_FIELDS)
                .map(change -> change.path().toString())
                .toList();
        return some(first, changes.size(), prefix);
    }

    private static String some(List<String> first, int total, String prefix) {
        StringBuilder text = new StringBuilder();
        int shown = 0;
        for (String field : first) {
            String bare = field.startsWith(prefix) ? field.substring(prefix.length()) : field;
            if (shown > 0 && text.length() + bare.length() > 120) {
                break;
            }
            text.append(shown > 0 ? ", " : "").append(FieldPath.printable(bare));
            shown++;
        }
        return shown < total
                ? text.append(" and ").append(total - shown).append(" more").toString()
                : text.toString();
    }
}
