package io.inplaceguard.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.admission.Cases.Case;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import io.inplaceguard.guard.OwnerStrategies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/** Every conformance case, answered as it expects. */
class CasesTest {

    private static final JsonMapper JSON = new JsonMapper();

    static Stream<Case> cases() {
        return Cases.all();
    }

    private static final AtomicInteger RUN = new AtomicInteger();

    /** For `make test` to print: a suite that silently ran nothing would be green too. */
    @AfterAll
    static void count() throws IOException {
        assertThat(RUN.get()).isEqualTo((int) cases().count());
        Files.writeString(Path.of("target/cases.txt"), RUN.get() + " conformance cases ran\n");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void is_answered_as_expected(Case example) {
        RUN.incrementAndGet();
        byte[] body = example.body();
        OpenKruiseProfile profile = new OpenKruiseProfile(VerticalScaling.ENABLED, true);
        Guard guard = new Guard(GuardSettings.DEFAULTS, OwnerStrategies.UNKNOWN, () -> profile);
        AdmissionResult answer =
                new AdmissionHandler(GuardSettings.DEFAULTS, guard).answer(Endpoint.VALIDATE, body, body.length);
        assertThat(answer).isInstanceOf(AdmissionResult.Responded.class);
        Cases.check(example, JSON.readTree(((AdmissionResult.Responded) answer).body()));
    }
}
