package io.inplaceguard.tracker;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a resize stands, the worst last. */
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

    /** The state of that word; empty for none and for words nobody knows. */
    static Optional<ResizeState> of(@Nullable String word) {
        return Arrays.stream(values()).filter(state -> state.word.equals(word)).findFirst();
    }

    /** What a workload shows of its pods. */
    static Optional<ResizeState> worst(Collection<ResizeState> states) {
        return states.stream().max(ResizeState::compareTo);
    }
}
