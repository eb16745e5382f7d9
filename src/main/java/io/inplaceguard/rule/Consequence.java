package io.inplaceguard.rule;

/** What happens when an update that breaks a rule is admitted. */
public enum Consequence {
    /** OpenKruise cannot update in place: InPlaceIfPossible recreates the pods, InPlaceOnly never finishes. */
    RECREATE,
    /** OpenKruise tries to update in place and the API server refuses it each time: no strategy finishes. */
    REFUSED,
    /** The update would be applied in place; the cluster's settings do not allow it. */
    POLICY
}
