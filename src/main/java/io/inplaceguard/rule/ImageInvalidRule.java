package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.ChangeCategory;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A new image is one that the API server accepts on a pod.
 * Fields: spec.containers[*].image.
 * Why: OpenKruise patches the image into the pod as it is written; the API server refuses an empty one and surrounding white
 * space (validateContainerCommon, pkg/apis/core/validation). An image that is removed, or emptied, is not a replacement,
 * which is all that OpenKruise does in place.
 */
final class ImageInvalidRule implements Rule {

    @Override
    public String id() {
        return "image-invalid";
    }

    @Override
    public Set<Consequence> consequences() {
        return Set.of(Consequence.RECREATE, Consequence.REFUSED);
    }

    @Override
    public Stream<Violation> check(PodUpdate update) {
        return update.changes(ChangeCategory.IMAGE)
                .filter(ImageInvalidRule::isInvalid)
                .map(change -> new Violation(this, change.path(), sentence(change), consequence(change)));
    }

    /** Whether the change leaves no image that a pod could run. */
    static boolean isInvalid(Change change) {
        JsonNode image = change.after();
        if (change.action() == Action.REMOVED || image == null) {
            return true;
        }
        String text = image.asString("");
        return text.isEmpty() || isSpace(text.codePointAt(0)) || isSpace(text.codePointBefore(text.length()));
    }

    private static Consequence consequence(Change change) {
        boolean replaced = change.action() == Action.CHANGED
                && !text(change.before()).isEmpty()
                && !text(change.after()).isEmpty();
        return replaced ? Consequence.REFUSED : Consequence.RECREATE;
    }

    private static String text(@Nullable JsonNode image) {
        return image == null ? "" : image.asString("");
    }

    /** As Go's unicode.IsSpace, for which no-break spaces are white space. */
    private static boolean isSpace(int c) {
        return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || Character.isSpaceChar(c);
    }

    private static String sentence(Change change) {
        String container = Wording.name(change.requireContainer());
        return text(change.after()).isBlank()
                ? "The image of container " + container + " was removed (it was " + Wording.shown(change.before())
                        + "): the API server refuses a pod without an image and the update would never finish."
                        + " Give the container an image."
                : "The image of container " + container + " has white space around it (\""
                        + Wording.shown(change.after())
                        + "\"): the API server refuses it on the pod and the update would never finish."
                        + " Remove the white space.";
    }
}
