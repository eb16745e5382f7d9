package io.inplaceguard.admission;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.inplaceguard.guard.GuardSettings;

/** Searches for a body that is not answered well. Run by {@code make fuzz}; its name keeps it out of {@code make test}. */
class ReviewFuzz {

    private static final AdmissionHandler REVIEWER = new AdmissionHandler(GuardSettings.DEFAULTS);

    @FuzzTest(maxDuration = "2m")
    void every_body_is_answered(byte[] body) {
        for (Endpoint endpoint : Endpoint.values()) {
            MutatedReviewsTest.check(REVIEWER.answer(endpoint, body, body.length), endpoint);
        }
    }
}
