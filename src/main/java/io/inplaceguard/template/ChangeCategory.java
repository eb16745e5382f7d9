package io.inplaceguard.template;

/** The words for what can change. Each has exactly one rule that answers for it. */
public enum ChangeCategory {
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
