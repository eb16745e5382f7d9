package io.inplaceguard.rule;

/** Whether OpenKruise applies changes of cpu and memory in place for a workload. */
public enum ResizeSupport {
    /** It does, or it is not known that it does not. */
    SUPPORTED,
    /** The feature gate {@code InPlaceWorkloadVerticalScaling} is off. */
    GATE_DISABLED,
    /** The gate is on, but the API server refuses the way in which OpenKruise before 1.9 resizes a Pod. */
    REFUSED,
    /**
     * The workload is an advanced StatefulSet that a UnitedDeployment creates, under InPlaceOnly: OpenKruise's webhook
     * refuses the update of the child, which nobody sees.
     */
    STATEFUL_SET_REFUSED,
    /** The same of a CloneSet, by OpenKruise before 1.9. */
    CLONE_SET_REFUSED
}
