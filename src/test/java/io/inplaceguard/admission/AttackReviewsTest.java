package io.inplaceguard.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.guard.GuardSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reviews that were made to mislead or break the guard. */
class AttackReviewsTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Path FOLDER = Path.of("src/test/resources/cases/attack");
    private static final AdmissionHandler HANDLER = new AdmissionHandler(GuardSettings.DEFAULTS);

    private static JsonNode response(String file) throws IOException {
        byte[] body = Files.readAllBytes(FOLDER.resolve(file));
        Endpoint endpoint = file.endsWith(".mutate.json") ? Endpoint.MUTATE : Endpoint.VALIDATE;
        AdmissionResult.Responded answer = (AdmissionResult.Responded) HANDLER.answer(endpoint, body, body.length);
        assertThat(answer.outcome().error()).isNull();
        return JSON.readTree(answer.body()).path("response");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "key-hash-collision.validate.json",
                "scheduling-gates.validate.json",
                "united-child-arrives.validate.json"
            })
    void what_only_looks_wrong_is_admitted(String file) throws IOException {
        assertThat(response(file).path("allowed").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"containers-null.mutate.json", "containers-object.mutate.json", "exception.mutate.json"})
    void nothing_is_added_to_what_is_not_a_list_of_containers(String file) throws IOException {
        JsonNode response = response(file);
        assertThat(response.path("allowed").asBoolean()).isTrue();
        assertThat(response.has("patch")).isFalse();
    }

    @Test
    void containers_that_are_not_a_list_are_malformed() throws IOException {
        JsonNode response = response("containers-as-object.validate.json");
        assertThat(response.path("allowed").asBoolean()).isFalse();
        assertThat(response.at("/status/details/causes/0/message").asString()).endsWith("[malformed]");
        assertThat(response.at("/status/details/causes/0/field").asString()).isEqualTo("spec.template.spec.containers");
    }

    @Test
    void a_key_of_control_characters_is_shown_escaped_and_cut() throws IOException {
        JsonNode response = response("control-characters.validate.json");
        assertThat(response.path("allowed").asBoolean()).isFalse();
        JsonNode cause = response.at("/status/details/causes/0");
        for (String text : new String[] {
            cause.path("field").asString(),
            cause.path("message").asString(),
            response.at("/status/message").asString()
        }) {
            assertThat(text).hasSizeLessThan(700);
            assertThat(text.codePoints())
                    .allMatch(c -> !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT);
        }
        assertThat(cause.path("field").asString())
                .startsWith("spec.template.spec[")
                .endsWith("…]");
    }
}
