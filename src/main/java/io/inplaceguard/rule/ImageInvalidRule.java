package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.ChangeCategory;
import io.inplaceguard.template.TemplateDiff;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * A new image is one the API server accepts on a pod.
 * Fields: spec.containers[*].image.
 * Why: OpenKruise patches the image into the pod as it stands; the API server refuses an empty one and surrounding white
 * space (validateContainerCommon, pkg/apis/core/validation), and the rollout would be retried for ever.
 */
final class ImageInvalidRule implements Rule {

    @Override
    public String id() {
        return "image-invalid";
    }

    @Override
    public Stream<Violation> check(TemplateDiff update) {
        return update.changes(ChangeCategory.IMAGE)
                .filter(ImageInvalidRule::isInvalid)
                .map(change -> new Violation(id(), change.path(), sentence(change, update)));
    }

    /** Whether the change leaves no image that a pod could run. */
    static boolean isInvalid(Change change) {
        JsonNode image = change.after();
        if (change.action() == Action.REMOVED || image == null) {
            return true;
        }
        String text = image.asString("");
        return text.isBlank() || !text.equals(trimmed(text));
    }

    /** As Go's strings.TrimSpace: Unicode white space, which String.strip takes for no-break spaces not to be. */
    private static String trimmed(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }

    private static String sentence(Change change, TemplateDiff update) {
        String container = Wording.name(change.requireContainer());
        boolean gone = change.after() == null || change.after().asString("").isBlank();
        return gone
                ? "The image of container " + container + " was removed (it was " + Wording.shown(change.before())
                        + "): the API server refuses a pod without an image and the update would never finish."
                        + " Give the container an image."
                : "The image of container " + container + " has white space around it (\""
                        + Wording.shown(change.after())
                        + "\"): the API server refuses it on the pod and the update would never finish."
                        + " Remove the white space.";
    }
}
