package io.inplaceguard.rule;

/** Why InPlaceOnly is enforced, which decides what a user can do instead. */
public enum Enforcement {
    /** The workload's own update strategy. */
    STRATEGY,
    /** The annotation {@code inplace-guard.io/update-policy} on the workload. */
    ANNOTATION,
    /** The object is a Pod. */
    POD
}
