package io.inplaceguard.tracker;

import java.time.Duration;

/** A step of a resize that has been written to the cluster. */
sealed interface ResizeTransition {

    /** A Pod came to that state. */
    record Entered(ResizeState state) implements ResizeTransition {}

    /** The resources of the spec are in effect, that long after the tracker first saw the resize. */
    record Completed(Duration after) implements ResizeTransition {}
}
