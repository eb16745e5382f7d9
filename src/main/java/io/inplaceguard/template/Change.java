package io.inplaceguard.template;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One difference between two templates.
 *
 * @param part      what kind of thing changed
 * @param action    what happened to it
 * @param path      where
 * @param container the regular container it belongs to; null outside of one
 * @param resource  the resource name, such as {@code cpu}; null where it is no resource
 * @param before    the old value; null where there was none. For images and resources only may it be shown
 * @param after     the new value; null where there is none
 */
public record Change(
        ChangeCategory part,
        Action action,
        FieldPath path,
        @Nullable String container,
        @Nullable String resource,
        @Nullable JsonNode before,
        @Nullable JsonNode after) {

    /** What happened to a part. */
    public enum Action {
        ADDED,
        REMOVED,
        CHANGED,
        REORDERED,
        DUPLICATED
    }
}
