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
        Part part,
        Action action,
        Path path,
        @Nullable String container,
        @Nullable String resource,
        @Nullable JsonNode before,
        @Nullable JsonNode after) {

    /** The words for what can change. Each has exactly one rule that answers for it. */
    public enum Part {
        /** A regular container's image. */
        IMAGE,
        /** A regular container's request or limit of cpu or memory. */
        CPU_MEMORY,
        /** A regular container's request or limit of anything else, and its claims. */
        OTHER_RESOURCE,
        /** A regular container's resizePolicy. */
        RESIZE_POLICY,
        /** Which regular containers there are, and in which order. */
        CONTAINER_SET,
        /** A label or annotation of the template that is not OpenKruise's own. */
        TEMPLATE_LABEL,
        /** Any other metadata of the template. */
        TEMPLATE_METADATA,
        /** Everything else, fields nobody knows included. */
        OTHER
    }

    /** What happened to a part. */
    public enum Action {
        ADDED,
        REMOVED,
        CHANGED,
        REORDERED,
        DUPLICATED
    }
}
