package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.TemplateDiff;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Phrases that rules share, so that all messages speak alike. */
final class Wording {

    private static final int LONGEST_VALUE = 200;

    private Wording() {}

    /** What changed, such as {@code env[name=MODE].value of container app}. */
    static String subject(Change change, TemplateDiff update) {
        String path = change.path().toString();
        if (change.container() == null) {
            return strip(
                    strip(path, update.after().path() + ".spec."),
                    update.after().path() + ".");
        }
        String container =
                update.after().path().field("spec").field("containers").element("name", change.container()) + ".";
        return strip(path, container) + " of container " + name(change.container());
    }

    private static String strip(String path, String prefix) {
        String bare = prefix.startsWith(".") ? prefix.substring(1) : prefix;
        return path.startsWith(bare) ? path.substring(bare.length()) : path;
    }

    /** A container's name as it may stand in a message. */
    static String name(String container) {
        return io.inplaceguard.template.FieldPath.printable(container);
    }

    /** What happened to it. */
    static String happened(Change change) {
        return switch (change.action()) {
            case ADDED -> "was added";
            case REMOVED -> "was removed";
            case CHANGED -> "was changed";
            case REORDERED -> "was reordered";
            case DUPLICATED -> "is named twice";
            case RESPELLED -> "was written differently";
        };
    }

    /** What would be allowed instead, and what to do about it. */
    static String remedy(TemplateDiff update) {
        return update.after().origin().isPod()
                ? "Under InPlaceOnly only images and cpu/memory of regular containers may change: revert this, or create the Pod"
                        + " anew."
                : "Under InPlaceOnly only images and cpu/memory of regular containers may change: revert this, or choose the"
                        + " strategy InPlaceIfPossible to have the pods recreated.";
    }

    /** An image or a quantity, quoted, one line and bounded; nothing else is ever shown. */
    static String shown(@Nullable JsonNode value) {
        String text = value == null || !value.isValueNode() ? "" : value.asString();
        String line = io.inplaceguard.template.FieldPath.printable(text);
        return line.length() > LONGEST_VALUE ? line.substring(0, LONGEST_VALUE) + "…" : line;
    }
}
