package io.inplaceguard.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.guard.GuardSettings.ResizePolicyDefault;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is added to an object: every patch can be applied, and once it is applied nothing is left to add. */
class MutationTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String APP = "/spec/template/spec/containers/0";
    private static final String LIMIT = APP + "/resources/limits/cpu";

    private static Guard guard(GuardSettings settings) {
        OpenKruiseProfile profile = new OpenKruiseProfile(VerticalScaling.ENABLED, true);
        return new Guard(settings, OwnerStrategies.UNKNOWN, () -> profile);
    }

    private static AdmissionAttributes attributes(Operation operation, JsonNode before, JsonNode after) {
        String[] api = after.path("apiVersion").asString().split("/");
        return new AdmissionAttributes(
                api.length == 1 ? "" : api[0],
                api[api.length - 1],
                after.path("kind").asString(),
                "",
                operation,
                before == null ? null : ObjectView.of(before),
                ObjectView.of(after));
    }

    /** The object with the patch, after which nothing is left to add. */
    private static JsonNode mutated(GuardSettings settings, Operation operation, JsonNode before, JsonNode after) {
        JsonNode patched = applied(guard(settings).mutate(attributes(operation, before, after)), after);
        assertThat(guard(settings)
                        .mutate(attributes(operation, before, patched))
                        .patch())
                .as("the patch of the patched object")
                .isEmpty();
        return patched;
    }

    private static JsonNode created(JsonNode object) {
        return mutated(GuardSettings.DEFAULTS, Operation.CREATE, null, object);
    }

    private static JsonNode updated(JsonNode before, JsonNode after) {
        return mutated(GuardSettings.DEFAULTS, Operation.UPDATE, before, after);
    }

    /** As RFC 6902: the parent has to be there. */
    private static JsonNode applied(Mutation mutation, JsonNode object) {
        JsonNode copy = object.deepCopy();
        for (Mutation.PatchOperation operation : mutation.patch()) {
            int cut = operation.path().lastIndexOf('/');
            JsonNode parent = copy.at(operation.path().substring(0, cut));
            String key = operation.path().substring(cut + 1).replace("~1", "/").replace("~0", "~");
            if (parent.isArray()) {
                assertThat(key).isEqualTo("-");
                parent.asArray().add(operation.value());
            } else {
                assertThat(parent.isObject()).as(operation.path()).isTrue();
                parent.asObject().set(key, operation.value());
            }
        }
        return copy;
    }

    private static JsonNode cloneSet(String policy, String containers) {
        return JSON.readTree("""
                {"apiVersion":"apps.kruise.io/v1beta1","kind":"CloneSet","metadata":{"name":"web"},
                 "spec":{"updateStrategy":{"rollingUpdate":{"podUpdatePolicy":"%s"}},"template":{"spec":{"containers":%s}}}}""".formatted(policy, containers));
    }

    private static final String RESOURCES = "\"resources\":{\"requests\":{\"cpu\":\"1\"},\"limits\":{\"cpu\":\"2\"}}";
    private static final String POLICIES =
            "\"resizePolicy\":[{\"resourceName\":\"cpu\",\"restartPolicy\":\"NotRequired\"},"
                    + "{\"resourceName\":\"memory\",\"restartPolicy\":\"RestartContainer\"}]";

    @Test
    void a_new_template_gets_what_its_regular_containers_lack() {
        JsonNode object = Samples.set(
                cloneSet("ReCreate", "[{\"name\":\"a\"},{\"name\":\"b\"," + POLICIES + "}]"),
                "/spec/template/spec/initContainers",
                "[{\"name\":\"i\",\"restartPolicy\":\"Always\"}]");
        JsonNode after = created(object);
        assertThat(after.at(APP + "/resizePolicy").toString())
                .isEqualTo("[{\"resourceName\":\"cpu\",\"restartPolicy\":\"NotRequired\"},"
                        + "{\"resourceName\":\"memory\",\"restartPolicy\":\"NotRequired\"}]");
        assertThat(after.at("/spec/template/spec/containers/1"))
                .isEqualTo(object.at("/spec/template/spec/containers/1"));
        assertThat(after.at("/spec/template/spec/initContainers"))
                .isEqualTo(object.at("/spec/template/spec/initContainers"));
    }

    @Test
    void none_writes_no_default_and_the_annotation_still_does() {
        GuardSettings cpuOnly = GuardSettings.DEFAULTS.withResizePolicy(
                ResizePolicyDefault.RESTART_CONTAINER, ResizePolicyDefault.NONE);
        JsonNode object = cloneSet("ReCreate", "[{\"name\":\"a\"}]");
        assertThat(mutated(cpuOnly, Operation.CREATE, null, object)
                        .at(APP + "/resizePolicy")
                        .toString())
                .isEqualTo("[{\"resourceName\":\"cpu\",\"restartPolicy\":\"RestartContainer\"}]");
        GuardSettings none =
                GuardSettings.DEFAULTS.withResizePolicy(ResizePolicyDefault.NONE, ResizePolicyDefault.NONE);
        assertThat(mutated(none, Operation.CREATE, null, object)).isEqualTo(object);
        JsonNode annotated = Samples.set(
                object,
                "/spec/template/metadata",
                "{\"annotations\":{\"inplace-guard.io/resize-policy\":\"a.memory=RestartContainer\"}}");
        assertThat(mutated(none, Operation.CREATE, null, annotated)
                        .at(APP + "/resizePolicy")
                        .toString())
                .isEqualTo("[{\"resourceName\":\"memory\",\"restartPolicy\":\"RestartContainer\"}]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "[null]",
                "{\"a\":{\"name\":\"app\"}}",
                "[\"x\"]",
                "\"x\"",
                "[{\"name\":\"a\",\"resizePolicy\":\"x\"}]",
                "[{\"name\":\"a\",\"resizePolicy\":[null]}]",
            })
    void nothing_is_added_to_what_is_not_a_container(String containers) {
        JsonNode object = cloneSet("InPlaceOnly", containers);
        assertThat(created(object)).isEqualTo(object);
        JsonNode stored = cloneSet("InPlaceOnly", "[{\"name\":\"a\"," + POLICIES + "}]");
        assertThat(updated(stored, object)).isEqualTo(object);
    }

    @Test
    void an_omitted_policy_is_restored_and_none_is_added_where_there_was_none() {
        JsonNode stored = cloneSet("InPlaceOnly", "[{\"name\":\"a\"," + POLICIES + "},{\"name\":\"b\"}]");
        JsonNode omitted = cloneSet("InPlaceOnly", "[{\"name\":\"a\"},{\"name\":\"b\"}]");
        assertThat(updated(stored, omitted)).isEqualTo(stored);
        JsonNode bare = cloneSet("InPlaceOnly", "[{\"name\":\"b\"}]");
        assertThat(updated(bare, Samples.set(bare, APP + "/image", "\"x:1\""))
                        .at(APP + "/resizePolicy")
                        .isMissingNode())
                .isTrue();
        JsonNode grown = cloneSet("InPlaceOnly", "[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"new\"}]");
        JsonNode after = updated(stored, grown);
        assertThat(after.at("/spec/template/spec/containers/1"))
                .isEqualTo(stored.at("/spec/template/spec/containers/1"));
        assertThat(after.at("/spec/template/spec/containers/2/resizePolicy").size())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "InPlaceOnly, '\"3\"', true",
        "InPlaceIfPossible, '\"3\"', true",
        "ReCreate, '\"3\"', false",
        "InPlaceOnly, '\"2000m\"', false",
        "InPlaceOnly, '\"+2\"', false",
        "InPlaceOnly, '\"500m\"', false",
    })
    void a_resize_is_proposed_where_cpu_really_changes_in_place(String policy, String limit, boolean proposed) {
        JsonNode before = cloneSet(policy, "[{\"name\":\"a\"," + RESOURCES + "}]");
        JsonNode after = updated(before, Samples.set(before, LIMIT, limit));
        assertThat(after.at("/metadata/annotations/inplace-guard.io~1resize").asString(""))
                .isEqualTo(proposed ? "Proposed" : "");
        assertThat(after.at("/spec/template/metadata").isMissingNode()).isTrue();
    }

    @Test
    void a_resize_is_not_proposed_where_pods_are_replaced() {
        JsonNode before = cloneSet("InPlaceIfPossible", "[{\"name\":\"a\"," + RESOURCES + "}]");
        JsonNode after = Samples.set(before, LIMIT, "\"3\"");
        JsonNode surge = Samples.set(after, "/spec/updateStrategy/rollingUpdate/maxSurge", "1");
        assertThat(updated(before, surge)).isEqualTo(surge);
        JsonNode args = Samples.set(after, APP + "/args", "[\"x\"]");
        assertThat(updated(before, args)).isEqualTo(args);
    }

    @Test
    void a_restored_policy_and_the_patch_of_a_subset_leave_nothing_to_add() {
        JsonNode before = united("[{\"name\":\"a\"," + POLICIES + "," + RESOURCES + "}]", "2");
        JsonNode after = united("[{\"name\":\"a\"," + RESOURCES + "}]", "3");
        JsonNode patched = updated(before, after);
        assertThat(patched.at("/spec/template")).isEqualTo(before.at("/spec/template"));
        assertThat(patched.at("/metadata/annotations/inplace-guard.io~1resize").asString(""))
                .isEqualTo("Proposed");
    }

    private static JsonNode united(String containers, String limit) {
        return JSON.readTree("""
                {"apiVersion":"apps.kruise.io/v1beta1","kind":"UnitedDeployment","metadata":{"name":"web"},
                 "spec":{"template":{"cloneSetTemplate":{"spec":{"updateStrategy":{"type":"InPlaceOnly"},"template":{"spec":{"containers":%s}}}}},
                  "topology":{"subsets":[{"name":"s","patch":{"spec":{"containers":[{"name":"a","resources":{"limits":{"cpu":"%s"}}}]}}}]}}}""".formatted(containers, limit));
    }

    @Test
    void a_custom_kind_and_a_sidecar_set_stay_as_they_are() {
        JsonNode sidecars = JSON.readTree("""
                {"apiVersion":"apps.kruise.io/v1beta1","kind":"SidecarSet","metadata":{"name":"s"},"spec":{"containers":[{"name":"a"}]}}""");
        assertThat(created(sidecars)).isEqualTo(sidecars);
        CustomKind kind = new CustomKind(
                "g.example", "Games", List.of("v1"), List.of("spec.template"), CustomKind.ANNOTATION, "");
        JsonNode games = JSON.readTree("""
                {"apiVersion":"g.example/v1","kind":"Games","metadata":{"name":"s"},"spec":{"template":{"spec":{"containers":[{"name":"a"}]}}}}""");
        assertThat(mutated(GuardSettings.DEFAULTS.withKinds(List.of(kind)), Operation.CREATE, null, games))
                .isEqualTo(games);
    }
}
