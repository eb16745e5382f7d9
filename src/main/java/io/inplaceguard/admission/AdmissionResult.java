package io.inplaceguard.admission;

/**
 * What goes back to the caller: a review with an explicit verdict, or, before a uid could be read, why there is none.
 * {@code instanceof} is asked once, at the HTTP door.
 */
public sealed interface AdmissionResult {

    /**
     * An AdmissionReview response, HTTP 200.
     *
     * @param body    the JSON to send, UTF-8
     * @param outcome what log and metrics may know of it; never a value of the object
     */
    record Responded(byte[] body, ReviewOutcome outcome) implements AdmissionResult {}

    /**
     * No uid could be read: HTTP 400.
     *
     * @param problem a sentence for the person who reads the problem document
     */
    record BadRequest(String problem) implements AdmissionResult {}
}
