package io.inplaceguard.rule;

/** Whether OpenKruise applies changes of cpu and memory in place for a workload. */
public enum ResizeSupport {
    /** It does, or it is not known that it does not. */
    SUPPORTED,
    /** The feature gate {@code InPlaceWorkloadVerticalScaling} is off. */
    GATE_DISABLED,
    /**
     * The workload is an advanced StatefulSet that a UnitedDeployment creates, under InPlaceOnly: OpenKruise's webhook
     * refuses the update of the child, which nobody sees.
     */
    CHILD_REFUSED
}
