package io.inplaceguard.template;

/** Where a template lives decides what of it is compared and what the API server allows. */
public enum TemplateOrigin {
    /** A workload's pod template: untyped, maybe undefaulted. */
    WORKLOAD,
    /** The containers of a SidecarSet. */
    SIDECARS,
    /** A Pod, changed through {@code pods}. */
    POD,
    /** A Pod, changed through {@code pods/resize}. */
    POD_RESIZE;

    /** Whether this is a Pod, whose metadata is free and whose defaults the API server writes. */
    public boolean isPod() {
        return this == POD || this == POD_RESIZE;
    }
}
