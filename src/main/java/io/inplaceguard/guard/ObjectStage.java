package io.inplaceguard.guard;

/** Which stage of a request an object was read at, which decides whether defaults count as differences. */
public enum ObjectStage {
    /** As it will be stored, after every mutating webhook: what {@code /validate} sees. No defaults are added. */
    STORED,
    /** As it was submitted, before OpenKruise's webhook: what {@code /mutate} and {@code check} see. */
    SUBMITTED
}
