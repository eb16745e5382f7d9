package io.inplaceguard.admission;

/** What goes back to the caller: an AdmissionReview with an explicit verdict, or the reason for its absence. */
public sealed interface AdmissionResult {

    /**
     * An AdmissionReview response, HTTP 200.
     *
     * @param body    the JSON to send, UTF-8
     * @param outcome what log and metrics may record; never a value of the object
     */
    @SuppressWarnings("ArrayRecordComponent") // sent as it is; nobody compares two answers
    record Responded(byte[] body, ReviewOutcome outcome) implements AdmissionResult {}

    /**
     * The body is not an AdmissionReview with a uid: HTTP 400.
     *
     * @param problem a sentence for the reader of the problem document, without values
     */
    record BadRequest(String problem) implements AdmissionResult {}
}
