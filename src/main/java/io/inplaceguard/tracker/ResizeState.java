package io.inplaceguard.tracker;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The states of a resize in order of severity, the worst last: a workload shows the worst state of its pods. */
enum ResizeState {
    PROPOSED("Proposed"),
    IN_PROGRESS("InProgress"),
    DEFERRED("Deferred"),
    INFEASIBLE("Infeasible");

    private final String word;

    ResizeState(String word) {
        this.word = word;
    }

    /** The word in annotations, events and metrics. */
    String word() {
        return word;
    }

    /** The state of that word; empty for null and for unknown words. */
    static Optional<ResizeState> of(@Nullable String word) {
        return Arrays.stream(values()).filter(state -> state.word.equals(word)).findFirst();
    }
}
