package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.FieldPath;
import io.inplaceguard.template.Quantity;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Phrases that rules share. */
final class Wording {

    private static final int MAX_VALUE = 200;

    private Wording() {}

    /** What changed, such as {@code env[name=MODE].value of container app}. */
    static String subject(Change change, PodUpdate update) {
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
        return FieldPath.printable(container);
    }

    /** What happened to it. */
    static String happened(Change change) {
        return switch (change.action()) {
            case ADDED -> "was added";
            case REMOVED -> "was removed";
            case CHANGED -> "was changed";
            case REORDERED -> "was reordered";
            case DUPLICATED -> "is named twice";
            case RESPELLED -> "was written in another way";
        };
    }

    /** What would be allowed instead, and what to do about it. */
    static String remedy(PodUpdate update) {
        return "Under InPlaceOnly only images and cpu/memory of regular containers may change: revert this, or "
                + switch (update.enforcement()) {
                    case POD -> "recreate the Pod.";
                    case ANNOTATION ->
                        "remove the annotation inplace-guard.io/update-policy in an update of its own first.";
                    case STRATEGY -> "set the update strategy to InPlaceIfPossible so that the pods are recreated.";
                };
    }

    /** For a quantity that has the same amount in another spelling. */
    static String sameAmount(Change change) {
        return " was written in another way (" + shown(change.before()) + ", now " + shown(change.after())
                + "): the amount is the same, but OpenKruise sees a change that it cannot apply in place."
                + " Keep the old spelling.";
    }

    /** A quantity as the user wrote it. */
    static String shown(Quantity quantity) {
        return FieldPath.printable(quantity.text(), MAX_VALUE);
    }

    /** An image or a quantity: one line and bounded. Nothing else of an object is ever shown. */
    static String shown(@Nullable JsonNode value) {
        return FieldPath.printable(value == null || !value.isValueNode() ? "" : value.asString(), MAX_VALUE);
    }
}
