package io.inplaceguard.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.load.ReviewText;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Objects beyond what is compared: malformed where InPlaceOnly is enforced, admitted where pods are recreated anyway. */
class LimitsTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final AdmissionHandler HANDLER = new AdmissionHandler(GuardSettings.DEFAULTS);

    /** What makes an object too large, as members of its spec or of its metadata. */
    enum Excess {
        LONG_LIST("\"list\":[" + "0,".repeat(10_000) + "0]", "", "entries"),
        MANY_VALUES("\"lists\":[" + ("[" + "{},".repeat(2_000) + "{}],").repeat(100) + "[]]", "", "values"),
        A_MILLION_MAPS("\"maps\":{\"a\":[" + "{},".repeat(999_999) + "{}]}", "", ""),
        MUCH_TEXT("\"text\":\"" + "x".repeat(4 << 20) + "\"", "", "4 MiB"),
        LARGE_ANNOTATION("\"a\":1", "\"annotations\":{\"a\":\"" + "x".repeat(4 << 20) + "\"}", "4 MiB"),
        MANY_MANAGED_FIELDS("\"a\":1", "\"managedFields\":[" + "{},".repeat(200_000) + "{}]", "values"),
        DEEP("\"deep\":" + "{\"a\":".repeat(300) + "1" + "}".repeat(300), "", "levels");

        private final String spec;
        private final String metadata;
        private final String reason;

        Excess(String spec, String metadata, String reason) {
            this.spec = spec;
            this.metadata = metadata;
            this.reason = reason;
        }
    }

    private static String cloneSet(Excess excess, String strategy, String image) {
        // As an API server writes it, keys are sorted: the template is read before the strategy.
        return "{\"metadata\":{\"name\":\"web\"" + (excess.metadata.isEmpty() ? "" : "," + excess.metadata)
                + "},\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"app\",\"image\":\"" + image + "\"}],"
                + excess.spec + "}},\"updateStrategy\":{\"type\":\"" + strategy + "\"}}}";
    }

    private static JsonNode response(Endpoint endpoint, String kind, String oldObject, String object) {
        byte[] body = ReviewText.update(kind, kind.equals("Pod") ? "v1" : "v1alpha1", oldObject, object);
        AdmissionResult.Responded answer = (AdmissionResult.Responded) HANDLER.answer(endpoint, body, body.length);
        assertThat(answer.outcome().error()).isNull();
        return JSON.readTree(answer.body()).path("response");
    }

    @ParameterizedTest
    @EnumSource
    void under_in_place_only_it_is_malformed(Excess excess) {
        JsonNode response = response(
                Endpoint.VALIDATE,
                "CloneSet",
                cloneSet(excess, "InPlaceOnly", "web:1"),
                cloneSet(excess, "InPlaceOnly", "web:2"));
        assertThat(response.path("allowed").asBoolean()).isFalse();
        assertThat(response.at("/status/details/causes/0/message").asString())
                .contains(excess.reason)
                .endsWith("[malformed]");
    }

    @ParameterizedTest
    @EnumSource
    void where_pods_are_recreated_it_is_admitted(Excess excess) {
        JsonNode response = response(
                Endpoint.VALIDATE,
                "CloneSet",
                cloneSet(excess, "ReCreate", "web:1"),
                cloneSet(excess, "ReCreate", "web:2"));
        assertThat(response.path("allowed").asBoolean()).isTrue();
        assertThat(response.has("warnings")).isFalse();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEEP")
    void nothing_is_added_to_it(Excess excess) {
        String bare = cloneSet(excess, "ReCreate", "web:2");
        String resized = bare.replace("\"image\"", "\"resizePolicy\":[{\"resourceName\":\"cpu\"}],\"image\"");
        assertThat(response(Endpoint.MUTATE, "CloneSet", resized, bare).has("patch"))
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void on_one_side_alone_it_is_malformed_too(Excess excess) {
        String small = cloneSet(excess, "InPlaceOnly", "web:1").replace(excess.spec, "\"a\":1");
        small = excess.metadata.isEmpty() ? small : small.replace("," + excess.metadata, "");
        String large = cloneSet(excess, "InPlaceOnly", "web:2");
        for (JsonNode response : new JsonNode[] {
            response(Endpoint.VALIDATE, "CloneSet", small, large), response(Endpoint.VALIDATE, "CloneSet", large, small)
        }) {
            assertThat(response.path("allowed").asBoolean()).isFalse();
        }
    }

    @Test
    void an_unchanged_spec_needs_no_comparison() {
        String large = cloneSet(Excess.A_MILLION_MAPS, "InPlaceOnly", "web:1");
        assertThat(response(Endpoint.VALIDATE, "CloneSet", large, large)
                        .path("allowed")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void the_annotation_that_enforces_is_read_whatever_stands_before_it() {
        Map<String, Boolean> allowed = new LinkedHashMap<>();
        for (String policy : new String[] {"InPlaceOnly", "other"}) {
            String metadata = "{\"annotations\":{\"a\":\"" + "x".repeat(5 << 20)
                    + "\",\"inplace-guard.io/update-policy\":\"" + policy + "\"}}";
            String spec =
                    "{\"containers\":[{\"name\":\"app\",\"image\":\"web:1\"}],\"args\":[" + "0,".repeat(20_000) + "0]}";
            String pod = "{\"spec\":" + spec + ",\"metadata\":" + metadata + "}";
            JsonNode response = response(Endpoint.VALIDATE, "Pod", pod, pod.replace("web:1", "web:2"));
            allowed.put(policy, response.path("allowed").asBoolean());
        }
        assertThat(allowed).containsEntry("InPlaceOnly", false).containsEntry("other", true);
    }

    @Test
    void the_children_of_a_united_deployment_keep_their_strategies() {
        for (String strategy : new String[] {"InPlaceOnly", "ReCreate"}) {
            String object =
                    "{\"spec\":{\"template\":{\"cloneSetTemplate\":{\"spec\":{\"template\":{\"spec\":{\"containers\":"
                            + "[{\"name\":\"app\",\"image\":\"web:1\"}],\"args\":[" + "{},".repeat(300_000)
                            + "{}]}},\"updateStrategy\":{\"type\":\"" + strategy + "\"}}}},"
                            + "\"topology\":{\"subsets\":[{\"name\":\"a\",\"patch\":{\"metadata\":{}}}]}}}";
            JsonNode response =
                    response(Endpoint.VALIDATE, "UnitedDeployment", object, object.replace("web:1", "web:2"));
            assertThat(response.path("allowed").asBoolean()).as(strategy).isEqualTo(strategy.equals("ReCreate"));
        }
    }

    /** A template is compared once for each patched subset, so their number times its changes is bounded. */
    @Test
    void many_changes_are_not_compared_for_many_subsets() {
        Map<Integer, String> fields = new LinkedHashMap<>();
        for (int size : new int[] {200, 250}) {
            String object =
                    "{\"spec\":{\"template\":{\"cloneSetTemplate\":{\"spec\":{\"updateStrategy\":{\"type\":\"InPlaceOnly\"},"
                            + "\"template\":{\"spec\":{\"containers\":["
                            + ReviewText.list(size, i -> "{\"name\":\"c" + i + "\",\"args\":[\"old\"]}")
                            + "]}}}}},\"topology\":{\"subsets\":["
                            + ReviewText.list(
                                    size, i -> "{\"name\":\"s" + i + "\",\"patch\":{\"spec\":{\"hostname\":\"h\"}}}")
                            + "]}}}";
            JsonNode response = response(Endpoint.VALIDATE, "UnitedDeployment", object, object.replace("old", "new"));
            fields.put(size, response.at("/status/details/causes/0/field").asString());
        }
        assertThat(fields)
                .containsEntry(200, "spec.template.cloneSetTemplate.spec.template.spec.containers[name=c0].args")
                .containsEntry(250, "spec.topology.subsets");
    }

    @Test
    void a_strategy_that_cannot_be_read_is_not_taken_for_the_default() {
        String object = cloneSet(Excess.LONG_LIST, "InPlaceOnly" + "x".repeat(2_000), "web:1");
        assertThat(response(Endpoint.VALIDATE, "CloneSet", object, object.replace("web:1", "web:2"))
                        .path("allowed")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void values_that_differ_only_below_what_is_read_are_malformed_in_every_mode() {
        String object = cloneSet(Excess.DEEP, "InPlaceOnly", "web:1");
        String other = object.replace("{\"a\":1}", "{\"a\":2}");
        JsonNode denied = response(Endpoint.VALIDATE, "CloneSet", object, other);
        assertThat(denied.path("allowed").asBoolean()).isFalse();
        assertThat(denied.at("/status/details/causes/0/message").asString()).endsWith("[malformed]");
        JsonNode audited = response(Endpoint.VALIDATE_AUDIT, "CloneSet", object, other);
        assertThat(audited.path("allowed").asBoolean()).isTrue();
        assertThat(audited.at("/auditAnnotations/verdict").asString()).isEqualTo("denied");
        assertThat(audited.at("/auditAnnotations/rules").asString()).isEqualTo("malformed");
        JsonNode warned = response(Endpoint.VALIDATE_WARN, "CloneSet", object, other);
        assertThat(warned.at("/warnings/0").asString()).endsWith("[malformed]");
    }
}
