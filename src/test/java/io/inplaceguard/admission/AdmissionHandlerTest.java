package io.inplaceguard.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.Samples;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class AdmissionHandlerTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final AdmissionHandler HANDLER = new AdmissionHandler(GuardSettings.DEFAULTS);

    private static AdmissionResult answer(Endpoint endpoint, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return HANDLER.answer(endpoint, bytes, bytes.length);
    }

    private static JsonNode response(AdmissionHandler handler, Endpoint endpoint, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        AdmissionResult answer = handler.answer(endpoint, bytes, bytes.length);
        assertThat(answer).isInstanceOf(AdmissionResult.Responded.class);
        return JSON.readTree(((AdmissionResult.Responded) answer).body());
    }

    private static JsonNode response(Endpoint endpoint, String body) {
        return response(HANDLER, endpoint, body);
    }

    private static String review(String operation, JsonNode before, JsonNode after) {
        ObjectNode kind = JSON.createObjectNode();
        String[] api = after.path("apiVersion").asString().split("/");
        kind.put("group", api.length == 1 ? "" : api[0])
                .put("version", api[api.length - 1])
                .put("kind", after.path("kind").asString());
        ObjectNode request = JSON.createObjectNode();
        request.put("uid", "u-1").set("kind", kind);
        request.put("operation", operation).put("name", "web").put("namespace", "prod");
        request.set("userInfo", JSON.readTree("{\"username\":\"alice\",\"groups\":[\"dev\"]}"));
        request.set("object", after);
        request.set("oldObject", before);
        ObjectNode review =
                JSON.createObjectNode().put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
        review.set("request", request);
        return review.toString();
    }

    private static String denied() {
        JsonNode before = Samples.cloneSet("InPlaceOnly");
        return review(
                "UPDATE", before, Samples.set(before, "/spec/template/spec/containers/0/env/0/value", "\"other\""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "nonsense",
                "[]",
                "\"x\"",
                "{}",
                "{\"kind\":\"AdmissionReview\"}",
                "{\"kind\":\"Pod\",\"apiVersion\":\"v1\"}",
                "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":null}",
                "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":[]}",
                "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{}}",
                "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"uid\":\"\"}}",
                "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"uid\":5}}",
                "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v9\",\"request\":{\"uid\":\"u\"}}",
                "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"u",
            })
    void a_body_without_a_uid_is_a_bad_request(String body) {
        for (Endpoint endpoint : Endpoint.values()) {
            assertThat(answer(endpoint, body))
                    .isInstanceOfSatisfying(
                            AdmissionResult.BadRequest.class,
                            not -> assertThat(not.problem()).endsWith("."));
        }
    }

    @Test
    void a_uid_of_more_than_1024_bytes_is_refused() {
        assertThat(answer(Endpoint.VALIDATE, denied().replace("u-1", "u".repeat(1_025))))
                .isInstanceOf(AdmissionResult.BadRequest.class);
        assertThat(answer(Endpoint.VALIDATE, denied().replace("u-1", "u".repeat(1_024))))
                .isInstanceOf(AdmissionResult.Responded.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"}", "{}", " trailing", "\u0000"})
    void text_after_the_review_is_refused(String trailer) {
        JsonNode response = response(Endpoint.VALIDATE, denied() + trailer).path("response");
        assertThat(response.path("uid").asString()).isEqualTo("u-1");
        assertThat(response.path("allowed").asBoolean()).isFalse();
        assertThat(response.at("/status/message").asString()).endsWith("[malformed]");
    }

    @Test
    void a_review_that_breaks_off_is_denied() {
        String body = denied();
        for (int cut = body.indexOf("u-1") + 4; cut < body.length(); cut += 7) {
            JsonNode response =
                    response(Endpoint.VALIDATE, body.substring(0, cut)).path("response");
            assertThat(response.path("allowed").asBoolean())
                    .as("cut at %d", cut)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\"replicas\":3", "\"name\":\"web\"", "\"operation\":\"UPDATE\"", "\"image\":\"shop/web:1\""})
    void a_key_given_twice_is_refused(String member) {
        String body = denied();
        assertThat(body).contains(member);
        String twice = body.replaceFirst(java.util.regex.Pattern.quote(member), member + "," + member);
        assertThat(response(Endpoint.VALIDATE, twice)
                        .at("/response/status/details/causes/0/message")
                        .asString())
                .contains("twice")
                .endsWith("[malformed]");
    }

    @Test
    void deep_nesting_is_denied_where_in_place_only_is_enforced() {
        for (int depth : List.of(150, 300, 5_000, 200_000)) {
            String deep = "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
            String body = denied().replace("\"other\"", deep);
            JsonNode response = response(Endpoint.VALIDATE, body).path("response");
            assertThat(response.path("allowed").asBoolean())
                    .as("%d levels", depth)
                    .isFalse();
        }
        JsonNode free = Samples.cloneSet("ReCreate");
        String deep = "[".repeat(3_000) + "]".repeat(3_000);
        String body = review("UPDATE", free, Samples.set(free, "/spec/template/spec/containers/0/args", "[\"deep\"]"))
                .replace("[\"deep\"]", deep);
        assertThat(response(Endpoint.VALIDATE, body).at("/response/allowed").asBoolean())
                .isTrue();
    }

    @Test
    void a_denial_has_the_shape_clients_expect() {
        JsonNode answer = response(Endpoint.VALIDATE, denied());
        assertThat(answer.path("apiVersion").asString()).isEqualTo("admission.k8s.io/v1");
        JsonNode status = answer.at("/response/status");
        assertThat(status.path("code").asInt()).isEqualTo(422);
        assertThat(status.path("reason").asString()).isEqualTo("Invalid");
        assertThat(status.path("details").toString())
                .contains(
                        "\"group\":\"apps.kruise.io\"", "\"kind\":\"CloneSet\"", "\"name\":\"web\"", "\"uid\":\"u1\"");
        assertThat(status.at("/details/causes/0/field").asString())
                .isEqualTo("spec.template.spec.containers[name=app].env[name=MODE].value");
        assertThat(answer.at("/response/auditAnnotations").toString())
                .isEqualTo("{\"mode\":\"enforce\",\"verdict\":\"denied\",\"rules\":\"not-in-place\"}");
        assertThat(answer.toString()).doesNotContain("s3cret", "other\"");
    }

    @Test
    void more_than_ten_violations_are_counted() {
        JsonNode before = Samples.cloneSet("InPlaceOnly");
        JsonNode after = before;
        for (int i = 0; i < 13; i++) {
            after = Samples.set(after, "/spec/template/spec/volumes/+", "{\"name\":\"v" + i + "\"}");
        }
        JsonNode status =
                response(Endpoint.VALIDATE, review("UPDATE", before, after)).at("/response/status");
        assertThat(status.at("/details/causes").size()).isEqualTo(10);
        assertThat(status.at("/details/causes/9/message").asString())
                .contains("and 3 more")
                .endsWith("[not-in-place]");
        assertThat(status.path("message").asString()).endsWith("and 3 more");
    }

    @Test
    void warn_and_audit_always_allow() {
        JsonNode warn = response(Endpoint.VALIDATE_WARN, denied()).path("response");
        assertThat(warn.path("allowed").asBoolean()).isTrue();
        assertThat(warn.at("/warnings/0").asString())
                .startsWith("would be denied: ")
                .endsWith("[not-in-place]")
                .hasSizeLessThanOrEqualTo(256);
        JsonNode audit = response(Endpoint.VALIDATE_AUDIT, denied()).path("response");
        assertThat(audit.path("allowed").asBoolean()).isTrue();
        assertThat(audit.has("warnings")).isFalse();
        assertThat(audit.at("/auditAnnotations/verdict").asString()).isEqualTo("denied");
    }

    @Test
    void exempt_users_and_groups_are_let_through_and_audited() {
        AdmissionHandler byUser =
                new AdmissionHandler(GuardSettings.DEFAULTS.withExemptions(List.of("alice"), List.of()));
        AdmissionHandler byGroup =
                new AdmissionHandler(GuardSettings.DEFAULTS.withExemptions(List.of("ali"), List.of("dev")));
        AdmissionHandler nobody =
                new AdmissionHandler(GuardSettings.DEFAULTS.withExemptions(List.of("ali", "Alice"), List.of("de")));
        assertThat(response(byUser, Endpoint.VALIDATE, denied())
                        .at("/response/auditAnnotations/exempt")
                        .asString())
                .isEqualTo("user alice");
        assertThat(response(byGroup, Endpoint.VALIDATE, denied())
                        .at("/response/allowed")
                        .asBoolean())
                .isTrue();
        assertThat(response(nobody, Endpoint.VALIDATE, denied())
                        .at("/response/allowed")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void v1beta1_is_echoed() {
        String body = denied().replace("admission.k8s.io/v1\"", "admission.k8s.io/v1beta1\"");
        assertThat(response(Endpoint.VALIDATE, body).path("apiVersion").asString())
                .isEqualTo("admission.k8s.io/v1beta1");
    }

    @Test
    void an_update_without_its_old_object_is_denied_only_under_in_place_only() {
        JsonNode only = Samples.cloneSet("InPlaceOnly");
        assertThat(response(Endpoint.VALIDATE, review("UPDATE", JSON.nullNode(), only))
                        .at("/response/allowed")
                        .asBoolean())
                .isFalse();
        JsonNode free = Samples.cloneSet("ReCreate");
        assertThat(response(Endpoint.VALIDATE, review("UPDATE", JSON.nullNode(), free))
                        .at("/response/allowed")
                        .asBoolean())
                .isTrue();
        assertThat(response(Endpoint.VALIDATE, review("CREATE", JSON.nullNode(), only))
                        .at("/response/allowed")
                        .asBoolean())
                .isTrue();
        assertThat(response(Endpoint.MUTATE, review("UPDATE", JSON.nullNode(), only))
                        .at("/response/allowed")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void deletes_and_unknown_kinds_are_allowed() {
        assertThat(response(Endpoint.VALIDATE, denied().replace("UPDATE", "DELETE"))
                        .at("/response/allowed")
                        .asBoolean())
                .isTrue();
        assertThat(response(Endpoint.VALIDATE, denied().replace("\"kind\":\"CloneSet\"", "\"kind\":\"Gadget\""))
                        .at("/response/allowed")
                        .asBoolean())
                .isTrue();
    }

    private static JsonNode patched(JsonNode object, JsonNode response) {
        JsonNode patch = response.path("patch");
        if (patch.isMissingNode()) {
            return object;
        }
        JsonNode result = object.deepCopy();
        for (JsonNode operation : JSON.readTree(Base64.getDecoder().decode(patch.asString()))) {
            String path = operation.path("path").asString();
            JsonNode parent = result.at(path.substring(0, path.lastIndexOf('/')));
            String last =
                    path.substring(path.lastIndexOf('/') + 1).replace("~1", "/").replace("~0", "~");
            if (parent.isArray()) {
                assertThat(last).isEqualTo("-");
                parent.asArray().add(operation.path("value"));
            } else {
                parent.asObject().set(last, operation.path("value"));
            }
        }
        return result;
    }

    /** The object with its patch applied, after checking that the patch is idempotent and changes no verdict. */
    private static JsonNode mutated(String operation, JsonNode before, JsonNode after) {
        boolean admitted = response(Endpoint.VALIDATE, review(operation, before, after))
                .at("/response/allowed")
                .asBoolean();
        JsonNode result = patched(
                after,
                response(Endpoint.MUTATE, review(operation, before, after)).path("response"));
        JsonNode again =
                response(Endpoint.MUTATE, review(operation, before, result)).path("response");
        assertThat(again.has("patch")).as("patched again: %s", again).isFalse();
        JsonNode verdict = response(Endpoint.VALIDATE, review(operation, before, result));
        assertThat(verdict.at("/response/allowed").asBoolean() || !admitted).isTrue();
        return result;
    }

    @Test
    void a_new_template_gets_the_policies_it_lacks() {
        JsonNode created = mutated("CREATE", JSON.nullNode(), Samples.cloneSet("ReCreate"));
        assertThat(created.at("/spec/template/spec/containers/1/resizePolicy").toString())
                .isEqualTo(
                        "[{\"resourceName\":\"cpu\",\"restartPolicy\":\"NotRequired\"},{\"resourceName\":\"memory\",\"restartPolicy\":\"NotRequired\"}]");
        assertThat(created.at("/spec/template/spec/containers/0"))
                .isEqualTo(Samples.cloneSet("ReCreate").at("/spec/template/spec/containers/0"));
        assertThat(created.at("/spec/template/spec/initContainers/0").has("resizePolicy"))
                .isFalse();
    }

    @Test
    void the_annotation_sets_policies_and_an_invalid_one_is_ignored_with_a_warning() {
        JsonNode chosen = mutated(
                "CREATE",
                JSON.nullNode(),
                Samples.pod("{\"inplace-guard.io/resize-policy\":\"cpu=NotRequired, log.memory=RestartContainer\"}"));
        assertThat(chosen.at("/spec/containers/1/resizePolicy/1/restartPolicy").asString())
                .isEqualTo("RestartContainer");
        JsonNode pod = Samples.pod("{\"inplace-guard.io/resize-policy\":\"cpu=Sometimes\"}");
        JsonNode response = response(Endpoint.MUTATE, review("CREATE", JSON.nullNode(), pod))
                .path("response");
        assertThat(response.at("/warnings/0").asString())
                .endsWith("[resize-policy]")
                .doesNotContain("Sometimes");
        assertThat(mutated("CREATE", JSON.nullNode(), pod)
                        .at("/spec/containers/1/resizePolicy/0/restartPolicy")
                        .asString())
                .isEqualTo("NotRequired");
        JsonNode never = Samples.set(
                Samples.pod("{\"inplace-guard.io/resize-policy\":\"cpu=RestartContainer\"}"),
                "/spec/restartPolicy",
                "\"Never\"");
        assertThat(mutated("CREATE", JSON.nullNode(), never)
                        .at("/spec/containers/1/resizePolicy/0/restartPolicy")
                        .asString())
                .isEqualTo("NotRequired");
    }

    @Test
    void an_omitted_policy_is_restored_and_nothing_else_is_added() {
        for (String strategy : List.of("InPlaceOnly", "InPlaceIfPossible", "ReCreate")) {
            JsonNode before = Samples.cloneSet(strategy);
            JsonNode replaced = Samples.set(before, "/spec/template/spec/containers/0/resizePolicy", "-");
            assertThat(mutated("UPDATE", before, replaced)).isEqualTo(before);
            JsonNode half = Samples.set(before, "/spec/template/spec/containers/0/resizePolicy/0", "-");
            assertThat(mutated("UPDATE", before, half)).isEqualTo(before);
        }
        JsonNode bare = Samples.set(Samples.cloneSet("ReCreate"), "/spec/template/spec/containers/0/resizePolicy", "-");
        JsonNode grown = Samples.set(bare, "/spec/template/spec/containers/+", "{\"name\":\"new\",\"image\":\"x\"}");
        assertThat(mutated("UPDATE", bare, grown)).isEqualTo(grown);
        JsonNode used = Samples.cloneSet("ReCreate");
        JsonNode newcomer = Samples.set(used, "/spec/template/spec/containers/+", "{\"name\":\"new\",\"image\":\"x\"}");
        JsonNode result = mutated("UPDATE", used, newcomer);
        assertThat(result.at("/spec/template/spec/containers/2/resizePolicy").size())
                .isEqualTo(2);
        assertThat(result.at("/spec/template/spec/containers/1").has("resizePolicy"))
                .isFalse();
    }

    @Test
    void a_resize_in_place_is_marked_on_the_objects_own_metadata() {
        for (String strategy : List.of("InPlaceOnly", "InPlaceIfPossible")) {
            JsonNode before = Samples.cloneSet(strategy);
            JsonNode replaced = Samples.set(before, "/spec/template/spec/containers/0/resizePolicy", "-");
            JsonNode resized = mutated(
                    "UPDATE",
                    before,
                    Samples.set(replaced, "/spec/template/spec/containers/0/resources/limits/cpu", "\"2\""));
            assertThat(resized.at("/metadata/annotations/inplace-guard.io~1resize")
                            .asString())
                    .isEqualTo("Proposed");
            assertThat(resized.at("/spec/template/metadata/annotations").has("inplace-guard.io/resize"))
                    .isFalse();
            JsonNode same = mutated(
                    "UPDATE",
                    before,
                    Samples.set(before, "/spec/template/spec/containers/0/resources/limits/cpu", "\"1000m\""));
            assertThat(same.path("metadata").has("annotations")).isFalse();
            JsonNode recreated = Samples.set(
                    Samples.set(before, "/spec/template/spec/containers/0/resources/limits/cpu", "\"2\""),
                    "/spec/template/spec/containers/0/args",
                    "[\"x\"]");
            assertThat(mutated("UPDATE", before, recreated).path("metadata").has("annotations"))
                    .isFalse();
        }
        JsonNode pod = Samples.pod("{\"inplace-guard.io/resize\":\"InProgress\"}");
        JsonNode resized = mutated("UPDATE", pod, Samples.set(pod, "/spec/containers/0/resources/limits/cpu", "\"2\""));
        assertThat(resized.at("/metadata/annotations/inplace-guard.io~1resize").asString())
                .isEqualTo("Proposed");
    }

    @Test
    void a_pods_resize_policy_is_never_touched_on_update() {
        JsonNode before = Samples.pod("{}");
        JsonNode after = Samples.set(
                Samples.set(before, "/spec/containers/0/resizePolicy", "-"), "/spec/containers/0/image", "\"x:2\"");
        assertThat(mutated("UPDATE", before, after)).isEqualTo(after);
    }
}
