package io.inplaceguard.template;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One difference between two templates.
 *
 * @param category       what kind of field changed
 * @param action         what happened to it
 * @param path           where
 * @param container      the regular container it belongs to; null outside of one
 * @param resource       the resource name, such as {@code cpu}; null where it is not a resource
 * @param before         the old value; null where there was none. Only images and quantities may be shown to a user
 * @param after          the new value; null without one
 * @param defaultWritten whether the difference disappears once both templates get the defaults that OpenKruise's webhook
 *                       writes: one of them has such a default and the other one never had it. Always false for a Pod, and
 *                       where the comparison applied these defaults already
 */
public record Change(
        ChangeCategory category,
        Action action,
        FieldPath path,
        @Nullable String container,
        @Nullable String resource,
        @Nullable JsonNode before,
        @Nullable JsonNode after,
        boolean defaultWritten) {

    /** What happened to a field. */
    public enum Action {
        ADDED,
        REMOVED,
        CHANGED,
        /** The same elements of a list in another order; reported once, for the list. */
        REORDERED,
        /** A second container of one name in the new list. */
        DUPLICATED,
        /** A quantity of the same amount whose text Go does not write the same way: {@code 1Gi} and {@code 1073741824}. */
        RESPELLED
    }

    /**
     * The regular container it belongs to.
     *
     * @throws NullPointerException when it belongs to none: a fault of the caller, who asks only for categories that
     *                              belong to a container
     */
    public String requireContainer() {
        return Objects.requireNonNull(container, "a change outside of a container");
    }

    /**
     * The resource it is about, such as {@code cpu}.
     *
     * @throws NullPointerException when it is about none: a fault of the caller, who asks only for categories of resources
     */
    public String requireResource() {
        return Objects.requireNonNull(resource, "a change of no resource");
    }
}
