package io.inplaceguard.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.guard.GuardSettings;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every body gets a well-formed answer: 3,000 mutated reviews. */
class MutatedReviewsTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final AdmissionHandler HANDLER = new AdmissionHandler(GuardSettings.DEFAULTS);

    static void check(AdmissionResult answer, Endpoint endpoint) {
        if (answer instanceof AdmissionResult.Responded decided) {
            assertThat(decided.outcome().error()).isNull();
            JsonNode response = JSON.readTree(decided.body()).path("response");
            assertThat(response.path("uid").asString()).isNotEmpty();
            assertThat(response.path("allowed").isBoolean()).isTrue();
            if (endpoint.mode() != Mode.ENFORCE) {
                assertThat(response.path("allowed").asBoolean()).isTrue();
            }
            response.path("warnings")
                    .forEach(warning -> assertThat(warning.asString())
                            .hasSizeLessThanOrEqualTo(256)
                            .doesNotContain("\n"));
        } else {
            assertThat(((AdmissionResult.BadRequest) answer).problem()).isNotBlank();
        }
    }

    @Test
    void mutated_reviews_are_answered() {
        Random random = new Random(7);
        var cases = Cases.all().toList();
        String[] inserts = {
            "null", "{}", "[]", "\"\"", "0", "-1e999", "\"\\ud800\"", "true", "[[[[", "{\"a\":", "\u0000", "\\"
        };
        for (int i = 0; i < 3_000; i++) {
            byte[] body = cases.get(random.nextInt(cases.size())).body();
            for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
                int at = random.nextInt(body.length);
                switch (random.nextInt(4)) {
                    case 0 -> body[at] = (byte) random.nextInt(256);
                    case 1 -> body = java.util.Arrays.copyOf(body, at + 1);
                    case 2 -> body = value(body, at, inserts[random.nextInt(inserts.length)]);
                    default -> body[at] = body[random.nextInt(body.length)];
                }
            }
            for (Endpoint endpoint : Endpoint.values()) {
                check(HANDLER.answer(endpoint, body, body.length), endpoint);
            }
        }
    }

    /** Puts another value behind the next colon, which mostly leaves JSON that means something else. */
    private static byte[] value(byte[] body, int from, String insert) {
        String text = new String(body, java.nio.charset.StandardCharsets.ISO_8859_1);
        int colon = text.indexOf(':', from);
        int end = colon < 0 ? -1 : text.indexOf(',', colon);
        return end < 0
                ? body
                : (text.substring(0, colon + 1) + insert + text.substring(end))
                        .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
