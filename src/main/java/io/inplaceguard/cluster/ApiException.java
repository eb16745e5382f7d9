package io.inplaceguard.cluster;

/** The API server refused a request or could not be reached. The message is a sentence for the user. */
public final class ApiException extends RuntimeException {

    private final int code;

    /** @param code HTTP status; 0 where there was no answer */
    public ApiException(int code, String sentence) {
        super(sentence, null, false, false);
        this.code = code;
    }

    /** Whether the user may not do this. */
    public boolean isForbidden() {
        return code == 401 || code == 403;
    }

    /** Whether there was no answer at all. */
    public boolean isUnreachable() {
        return code == 0;
    }

    /** Whether the cluster does not have this resource. */
    public boolean isNotFound() {
        return code == 404;
    }
}
