package io.inplaceguard.review;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.inplaceguard.guard.Settings;

/** Searches for a body that is not answered well. Run by {@code make fuzz}; its name keeps it out of {@code make test}. */
class ReviewFuzz {

    private static final Reviewer REVIEWER = new Reviewer(Settings.DEFAULTS);

    @FuzzTest(maxDuration = "2m")
    void every_body_is_answered(byte[] body) {
        for (Endpoint endpoint : Endpoint.values()) {
            MutatedReviewsTest.check(REVIEWER.answer(endpoint, body, body.length), endpoint);
        }
    }
}
