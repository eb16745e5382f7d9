package io.inplaceguard.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import io.inplaceguard.guard.OwnerStrategies;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reviews that a kube-apiserver 1.36.2 sent, answered as the rules require. Each file is named after what happened. */
class RecordedReviewsTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Path FOLDER = Path.of("src/test/resources/reviews");
    private static final AdmissionHandler HANDLER = new AdmissionHandler(
            GuardSettings.DEFAULTS,
            new Guard(
                    GuardSettings.DEFAULTS,
                    OwnerStrategies.UNKNOWN,
                    () -> new OpenKruiseProfile(VerticalScaling.ENABLED, true)));

    static List<String> names(String endpoint) throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("." + endpoint + ".json"))
                    .sorted()
                    .toList();
        }
    }

    static List<String> validations() throws IOException {
        return names("validate");
    }

    static List<String> mutations() throws IOException {
        return names("mutate");
    }

    private static JsonNode answer(Endpoint endpoint, byte[] body) {
        return JSON.readTree(((AdmissionResult.Responded) HANDLER.answer(endpoint, body, body.length)).body())
                .path("response");
    }

    @Test
    void all_of_them_are_here() throws IOException {
        assertThat(validations()).hasSize(53).hasSameSizeAs(mutations());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("validations")
    void is_validated(String name) throws IOException {
        JsonNode response = answer(Endpoint.VALIDATE, Files.readAllBytes(FOLDER.resolve(name)));
        boolean only = name.contains("-InPlaceOnly.");
        boolean denied = only
                && (name.contains(".env.")
                        || name.contains(".reorder.")
                        || name.contains(".template-label.")
                        // The stored template has no imagePullPolicy: to write the default is a change.
                        || name.contains(".pull-policy."));
        String warning = name.startsWith("sidecarset") && name.contains(".env.")
                ? "[not-applied]"
                : name.contains("-InPlaceIfPossible.") && (name.contains(".env.") || name.contains(".reorder."))
                        ? "[recreate]"
                        : name.contains(".resize-memory-down.") ? "[memory-limit-decrease]" : null;
        assertThat(response.path("allowed").asBoolean()).isEqualTo(!denied);
        List<String> warnings =
                response.path("warnings").valueStream().map(JsonNode::asString).toList();
        assertThat(warnings)
                .hasSize(warning == null ? 0 : 1)
                .allMatch(shown -> shown.endsWith(String.valueOf(warning)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mutations")
    void is_patched(String name) throws IOException {
        JsonNode response = answer(Endpoint.MUTATE, Files.readAllBytes(FOLDER.resolve(name)));
        String patch = response.has("patch")
                ? new String(Base64.getDecoder().decode(response.path("patch").asString()), StandardCharsets.UTF_8)
                : "";
        assertThat(response.path("allowed").asBoolean()).isTrue();
        if (name.contains(".create.") && !name.startsWith("sidecarset")) {
            assertThat(patch).contains("/resizePolicy").doesNotContain("initContainers", "Proposed");
        } else if (name.contains(".resources.") || name.contains(".resize-")) {
            assertThat(patch)
                    .isEqualTo(
                            "[{\"op\":\"add\",\"path\":\"/metadata/annotations\",\"value\":{\"inplace-guard.io/resize\":\"Proposed\"}}]");
        } else {
            assertThat(patch).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"VALIDATE", "VALIDATE_WARN", "VALIDATE_AUDIT", "MUTATE"})
    void when_a_rule_throws_the_answer_is_explicit(Endpoint endpoint) throws IOException {
        OwnerStrategies broken = new OwnerStrategies(uid -> {
            throw new IllegalStateException("secret detail");
        });
        AdmissionHandler handler =
                new AdmissionHandler(GuardSettings.DEFAULTS, new Guard(GuardSettings.DEFAULTS, broken));
        String body = Files.readString(FOLDER.resolve("pod.toleration.validate.json"))
                .replaceAll(
                        "\"metadata\": ?\\{",
                        "\"metadata\":{\"ownerReferences\":[{\"uid\":\"o\",\"controller\":true}],");
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        AdmissionResult.Responded decided = (AdmissionResult.Responded) handler.answer(endpoint, bytes, bytes.length);
        JsonNode response = JSON.readTree(decided.body()).path("response");
        assertThat(response.path("allowed").asBoolean()).isEqualTo(endpoint != Endpoint.VALIDATE);
        assertThat(response.at("/auditAnnotations/error").asString()).isEqualTo("IllegalStateException");
        assertThat(response.toString()).doesNotContain("secret detail");
        assertThat(decided.outcome().verdict()).isEqualTo(ReviewOutcome.Decision.ERROR);
    }
}
