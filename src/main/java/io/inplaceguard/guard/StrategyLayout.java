package io.inplaceguard.guard;

/** Where a kind has its update strategy, in the spec that holds it. */
enum StrategyLayout {
    /** {@code updateStrategy.type}: CloneSet v1alpha1. */
    TYPE,
    /** {@code updateStrategy.rollingUpdate.podUpdatePolicy}: CloneSet v1beta1, advanced StatefulSet. */
    POD_UPDATE_POLICY,
    /** Either of the two: the CloneSet child of a UnitedDeployment, in both versions. */
    TYPE_OR_POD_UPDATE_POLICY,
    /** {@code updateStrategy.rollingUpdate.rollingUpdateType}: advanced DaemonSet, which has no InPlaceOnly. */
    ROLLING_UPDATE_TYPE,
    /** {@code updateStrategy.type}: SidecarSet, which has no InPlaceOnly. */
    SIDECAR_SET,
    /** As configured for a custom kind. */
    CUSTOM
}
