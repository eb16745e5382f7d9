package io.inplaceguard.admission;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.inplaceguard.guard.GuardSettings;

/** Searches for a body with an ill-formed answer. Run by {@code make fuzz}; its name keeps it out of {@code make test}. */
class ReviewFuzz {

    private static final AdmissionHandler HANDLER = new AdmissionHandler(GuardSettings.DEFAULTS);

    @FuzzTest(maxDuration = "2m")
    void every_body_is_answered(byte[] body) {
        for (Endpoint endpoint : Endpoint.values()) {
            MutatedReviewsTest.check(HANDLER.answer(endpoint, body, body.length), endpoint);
        }
    }
}
