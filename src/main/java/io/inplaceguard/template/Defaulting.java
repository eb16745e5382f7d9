package io.inplaceguard.template;

/**
 * Which defaults are added to both templates before they are compared.
 * Source: apis/apps/defaults of OpenKruise 1.9, which is built on Kubernetes 1.32.
 */
public enum Defaulting {
    /** None: the templates are compared as they are stored. What OpenKruise's controllers do; and for a Pod. */
    NONE,
    /** What OpenKruise's webhook writes into the template of a CloneSet, a StatefulSet or a UnitedDeployment's child. */
    OPENKRUISE,
    /** What OpenKruise's webhook writes into the containers of a SidecarSet. */
    SIDECAR_SET
}
