package io.inplaceguard.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.Samples;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Texts of an answer: one line of visible characters each, bounded, whatever the names in an object are. */
class MessagesTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final AdmissionHandler HANDLER = new AdmissionHandler(GuardSettings.DEFAULTS);

    private static AdmissionResult.Responded answer(Endpoint endpoint, String name, JsonNode before, JsonNode after) {
        ObjectNode review =
                JSON.createObjectNode().put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
        ObjectNode request = review.putObject("request");
        request.put("uid", name.length() > 200 ? "u" : name + "u")
                .put("operation", before.isNull() ? "CREATE" : "UPDATE");
        request.put("name", name).put("namespace", name);
        request.putObject("userInfo").put("username", name);
        request.putObject("kind")
                .put("group", "apps.kruise.io")
                .put("version", "v1beta1")
                .put("kind", "CloneSet");
        request.set("oldObject", before);
        request.set("object", after);
        byte[] body = review.toString().getBytes(StandardCharsets.UTF_8);
        return (AdmissionResult.Responded) HANDLER.answer(endpoint, body, body.length);
    }

    private static JsonNode response(AdmissionResult.Responded answer) {
        return JSON.readTree(answer.body()).path("response");
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.of(
                        "a",
                        "web",
                        "[",
                        "]",
                        "=",
                        "\"",
                        "\\",
                        ".",
                        "\n",
                        "\u001b[31m",
                        "\u202e",
                        "\u2028",
                        "ü",
                        "😀",
                        "x".repeat(300))
                .list()
                .ofMaxSize(12)
                .map(parts -> String.join("", parts));
    }

    private static boolean isOneVisibleLine(String text) {
        return text.codePoints()
                .allMatch(c -> !Character.isISOControl(c)
                        && Character.getType(c) != Character.FORMAT
                        && Character.getType(c) != Character.LINE_SEPARATOR);
    }

    private static void check(AdmissionResult.Responded answer) {
        assertThat(answer.body().length).isLessThanOrEqualTo(64 << 10);
        JsonNode response = response(answer);
        for (JsonNode warning : response.path("warnings")) {
            assertThat(warning.asString()).hasSizeLessThanOrEqualTo(256).matches(MessagesTest::isOneVisibleLine);
        }
        for (JsonNode cause : response.at("/status/details/causes")) {
            assertThat(cause.path("field").asString()).matches(MessagesTest::isOneVisibleLine);
            assertThat(cause.path("message").asString()).matches(MessagesTest::isOneVisibleLine);
        }
        for (JsonNode annotation : response.path("auditAnnotations")) {
            assertThat(annotation.asString()).matches(MessagesTest::isOneVisibleLine);
        }
        response.at("/status/message")
                .asString("")
                .lines()
                .forEach(line -> assertThat(line).matches(MessagesTest::isOneVisibleLine));
        ReviewOutcome outcome = answer.outcome();
        assertThat(outcome.fields()).hasSizeLessThanOrEqualTo(10).allMatch(MessagesTest::isOneVisibleLine);
        for (String text : new String[] {outcome.uid(), outcome.user(), outcome.name(), outcome.namespace()}) {
            // Longer than any name can be, it counts as absent.
            assertThat(text == null ? "" : text).hasSizeLessThan(300).matches(MessagesTest::isOneVisibleLine);
        }
    }

    @Property(tries = 300)
    void every_name_is_escaped_and_bounded(@ForAll("names") String name, @ForAll("names") String other) {
        for (String strategy : List.of("InPlaceOnly", "InPlaceIfPossible")) {
            ObjectNode before = Samples.cloneSet(strategy).deepCopy().asObject();
            ObjectNode after = before.deepCopy();
            ObjectNode spec = after.at("/spec/template/spec").asObject();
            for (int i = 0; i < 12; i++) {
                spec.putObject(name + i).put(other, other);
                spec.withArray("/volumes").addObject().put("name", other + i);
            }
            ObjectNode container = spec.path("containers").get(0).asObject();
            container.withArray("/env").addObject().put("name", name).put("value", "x");
            container.put("image", name + "/" + other);
            spec.withArray("/containers").addObject().put("name", other).put("image", name);
            after.at("/spec/template")
                    .asObject()
                    .withObject("/metadata")
                    .withObject("/labels")
                    .put(name, other);
            for (Endpoint endpoint : Endpoint.values()) {
                check(answer(endpoint, name, before, after));
            }
        }
    }

    @Test
    void ten_causes_of_the_longest_paths_fit_into_an_answer() {
        ObjectNode before = Samples.cloneSet("InPlaceOnly").deepCopy().asObject();
        ObjectNode after = before.deepCopy();
        for (int i = 0; i < 12; i++) {
            ObjectNode nested = after.at("/spec/template/spec").asObject();
            for (int level = 0; level < 100; level++) {
                nested = nested.putObject("\"\\".repeat(60) + i);
            }
            nested.put("end", i);
        }
        for (Endpoint endpoint : Endpoint.values()) {
            check(answer(endpoint, "web", before, after));
        }
    }

    @Test
    void a_patch_beyond_the_size_of_an_answer_is_left_out_with_a_warning() {
        ObjectNode object = Samples.cloneSet("ReCreate").deepCopy().asObject();
        ArrayNode containers = object.at("/spec/template/spec").asObject().withArray("/containers");
        for (int i = 0; i < 900; i++) {
            containers.addObject().put("name", "c" + i).put("image", "web:1");
        }
        AdmissionResult.Responded answer = answer(Endpoint.MUTATE, "web", JSON.nullNode(), object);
        check(answer);
        assertThat(response(answer).path("allowed").asBoolean()).isTrue();
        assertThat(response(answer).has("patch")).isFalse();
        assertThat(response(answer).at("/warnings/0").asString()).contains("64 KiB");
    }

    @Test
    void a_denial_points_to_the_section_of_each_rule_once() {
        JsonNode before = Samples.cloneSet("InPlaceOnly");
        JsonNode after = Samples.set(
                Samples.set(before, "/spec/template/spec/volumes/+", "{\"name\":\"one\"}"),
                "/spec/template/spec/containers/0/image",
                "\"\"");
        JsonNode status =
                response(answer(Endpoint.VALIDATE, "web", before, after)).path("status");
        String page = "https://github.com/inplace-guard/inplace-guard/blob/main/docs/rules.md#";
        assertThat(status.path("message").asString())
                .containsOnlyOnce(page + "not-in-place")
                .containsOnlyOnce(page + "image-invalid");
        assertThat(status.at("/details/causes"))
                .allMatch(cause -> cause.path("message").asString().matches(".* See https://[^ ]* \\[[a-z-]+]"));
    }
}
