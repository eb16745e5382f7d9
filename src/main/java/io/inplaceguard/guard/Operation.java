package io.inplaceguard.guard;

/** What a request does to an object: {@code operation} of an AdmissionRequest. */
public enum Operation {
    CREATE,
    UPDATE,
    DELETE,
    CONNECT
}
