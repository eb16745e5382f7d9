package io.inplaceguard.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import io.inplaceguard.rule.Violation;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Which objects are governed, by which strategy, and by which profile of the cluster. */
class GovernanceTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String IMAGE = "/spec/template/spec/containers/0/image";
    private static final String ARGS = "/spec/template/spec/containers/0/args";
    private static final String CPU = "/spec/template/spec/containers/0/resources/limits/cpu";
    private static final String ANNOTATION = "\"inplace-guard.io/update-policy\":\"InPlaceOnly\"";

    private static Guard guard(VerticalScaling verticalScaling) {
        OpenKruiseProfile profile = new OpenKruiseProfile(verticalScaling, true);
        return new Guard(GuardSettings.DEFAULTS, OwnerStrategies.UNKNOWN, () -> profile);
    }

    private static Verdict validate(JsonNode before, JsonNode after) {
        return guard(VerticalScaling.ENABLED).validate(Samples.update(before, after), ObjectStage.STORED);
    }

    private static JsonNode workload(String kind, String version, String annotations, String strategy) {
        return JSON.readTree("""
                {"apiVersion":"apps.kruise.io/%s","kind":"%s","metadata":{"name":"web","annotations":{%s}},
                 "spec":{"updateStrategy":%s,"template":{"spec":{"containers":[{"name":"app","image":"r.example/app:1",
                  "resources":{"requests":{"cpu":"1","memory":"1Gi"},"limits":{"cpu":"2","memory":"2Gi"}}}]}}}}""".formatted(version, kind, annotations, strategy));
    }

    private static List<String> rules(Verdict verdict) {
        return verdict.violations().stream().map(Violation::rule).toList();
    }

    private static List<String> warnings(Verdict verdict) {
        return verdict.warnings().stream().map(Warning::id).toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CloneSet    | v1alpha1 | {\"type\":\"ReCreate\"}",
                "CloneSet    | v1beta1  | {\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceIfPossible\"}}",
                "StatefulSet | v1beta1  | {\"type\":\"OnDelete\"}",
                "DaemonSet   | v1alpha1 | {\"rollingUpdate\":{\"rollingUpdateType\":\"InPlaceIfPossible\"}}",
                "DaemonSet   | v1beta1  | {}",
            })
    void the_annotation_enforces_in_place_only_whatever_the_strategy(String kind, String version, String strategy) {
        JsonNode annotated = workload(kind, version, ANNOTATION, strategy);
        JsonNode plain = workload(kind, version, "", strategy);
        JsonNode args = Samples.set(annotated, ARGS, "[\"x\"]");
        assertThat(rules(validate(annotated, args))).containsExactly("not-in-place");
        assertThat(validate(annotated, args).violations().get(0).sentence()).contains("revert this");
        assertThat(rules(validate(plain, args))).as("added in the same update").containsExactly("not-in-place");
        assertThat(rules(validate(annotated, Samples.set(plain, ARGS, "[\"x\"]"))))
                .as("removed in the same update")
                .containsExactly("not-in-place");
        assertThat(validate(annotated, Samples.set(annotated, IMAGE, "\"r.example/app:2\""))
                        .denied())
                .isFalse();
        assertThat(validate(annotated, plain).denied()).isFalse();
    }

    @Test
    void the_annotation_cannot_loosen_a_strategy() {
        JsonNode before = Samples.cloneSet("InPlaceOnly");
        JsonNode after = Samples.set(
                Samples.set(before, ARGS, "[\"x\"]"),
                "/metadata/annotations",
                "{\"inplace-guard.io/update-policy\":\"InPlaceIfPossible\"}");
        assertThat(rules(validate(before, after))).contains("not-in-place");
    }

    @Test
    void a_workload_that_recreates_for_any_change_is_warned_of_where_the_annotation_enforces_in_place_only() {
        JsonNode before = workload("DaemonSet", "v1beta1", ANNOTATION, "{}");
        assertThat(warnings(validate(before, Samples.set(before, IMAGE, "\"r.example/app:2\""))))
                .containsExactly("recreate");
    }

    @Test
    void the_annotation_on_a_sidecar_set_allows_images_alone() {
        JsonNode before = JSON.readTree("""
                {"apiVersion":"apps.kruise.io/v1beta1","kind":"SidecarSet","metadata":{"name":"s","annotations":{%s}},
                 "spec":{"containers":[{"name":"app","image":"r.example/app:1","resources":{"limits":{"cpu":"1"}}}]}}""".formatted(ANNOTATION));
        assertThat(rules(validate(before, Samples.set(before, "/spec/containers/0/env", "[{\"name\":\"A\"}]"))))
                .containsExactly("not-in-place");
        assertThat(rules(validate(before, Samples.set(before, "/spec/containers/0/resources/limits/cpu", "\"2\""))))
                .containsExactly("not-in-place");
        assertThat(validate(before, Samples.set(before, "/spec/containers/0/image", "\"r.example/app:2\"")))
                .isEqualTo(Verdict.ALLOWED);
    }

    private static final CustomKind GAME_SERVER_SET = new CustomKind(
            "game.kruise.io",
            "GameServerSet",
            List.of("v1alpha1"),
            List.of("spec.gameServerTemplate"),
            "spec.updateStrategy.rollingUpdate.podUpdatePolicy",
            "InPlaceOnly");

    private static JsonNode gameServerSet(String strategy) {
        return JSON.readTree("""
                {"apiVersion":"game.kruise.io/v1alpha1","kind":"GameServerSet","metadata":{"name":"minecraft"},
                 "spec":{"replicas":3,"updateStrategy":%s,
                  "gameServerTemplate":{"reclaimPolicy":"Cascade","metadata":{"labels":{"app":"mc"}},
                   "volumeClaimTemplates":[{"metadata":{"name":"world"}}],
                   "spec":{"containers":[{"name":"mc","image":"r.example/mc:1","resources":{"requests":{"cpu":"1"},"limits":{"cpu":"2"}}}]}}}}""".formatted(strategy));
    }

    private static Verdict validateCustom(JsonNode before, JsonNode after) {
        OpenKruiseProfile profile = new OpenKruiseProfile(VerticalScaling.ENABLED, true);
        return new Guard(
                        GuardSettings.DEFAULTS.withKinds(List.of(GAME_SERVER_SET)),
                        OwnerStrategies.UNKNOWN,
                        () -> profile)
                .validate(Samples.update(before, after), ObjectStage.STORED);
    }

    @Test
    void a_configured_kind_is_compared_as_an_advanced_stateful_set() {
        JsonNode before = gameServerSet("{\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceOnly\"}}");
        String template = "/spec/gameServerTemplate";
        Verdict args = validateCustom(before, Samples.set(before, template + "/spec/containers/0/args", "[\"x\"]"));
        assertThat(args.violations())
                .extracting(Violation::field)
                .containsExactly("spec.gameServerTemplate.spec.containers[name=mc].args");
        assertThat(validateCustom(
                        before, Samples.set(before, template + "/spec/containers/0/image", "\"r.example/mc:2\"")))
                .isEqualTo(Verdict.ALLOWED);
        assertThat(validateCustom(before, Samples.set(before, template + "/reclaimPolicy", "\"Delete\"")))
                .isEqualTo(Verdict.ALLOWED);
        assertThat(validateCustom(before, Samples.set(before, template + "/spec/dnsPolicy", "\"ClusterFirst\"")))
                .as("its StatefulSet gets the default later")
                .isEqualTo(Verdict.ALLOWED);
        assertThat(rules(validateCustom(
                        before,
                        Samples.set(before, template + "/volumeClaimTemplates/+", "{\"metadata\":{\"name\":\"x\"}}"))))
                .containsExactly("volume-claim-templates");
        assertThat(rules(validateCustom(
                        before, Samples.set(before, template + "/spec/containers/0/resources/limits/cpu", "\"3\""))))
                .containsExactly("vertical-scaling");
    }

    @Test
    void a_configured_kind_is_governed_by_its_policy_or_by_the_annotation() {
        for (String free : List.of(
                "{}",
                "{\"type\":\"OnDelete\",\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceOnly\"}}",
                "{\"rollingUpdate\":{\"podUpdatePolicy\":\"ReCreate\"}}")) {
            JsonNode before = gameServerSet(free);
            JsonNode after = Samples.set(before, "/spec/gameServerTemplate/spec/containers/0/args", "[\"x\"]");
            assertThat(validateCustom(before, after)).as(free).isEqualTo(Verdict.ALLOWED);
            JsonNode annotated = Samples.set(after, "/metadata/annotations", "{" + ANNOTATION + "}");
            assertThat(validateCustom(before, annotated).denied()).as(free).isTrue();
        }
        assertThat(guard(VerticalScaling.ENABLED)
                        .validate(Samples.update(gameServerSet("{}"), gameServerSet("{\"a\":1}")), ObjectStage.STORED))
                .as("not configured")
                .isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void a_configured_template_that_no_object_has_is_reported() {
        CustomKind wrong = new CustomKind(
                "game.kruise.io",
                "GameServerSet",
                List.of("v1alpha1"),
                List.of("spec.gameTemplate", "spec.other"),
                GAME_SERVER_SET.policy(),
                "");
        Guard guard = new Guard(GuardSettings.DEFAULTS.withKinds(List.of(wrong)));
        JsonNode before = gameServerSet("{\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceOnly\"}}");
        JsonNode after = Samples.set(before, "/spec/gameServerTemplate/spec/containers/0/args", "[\"x\"]");
        Verdict verdict = guard.validate(Samples.update(before, after), ObjectStage.STORED);
        assertThat(rules(verdict)).containsExactly("malformed");
        assertThat(verdict.violations().get(0).sentence()).contains("spec.gameTemplate", "inplace-guard.kinds");
        JsonNode free = Samples.set(before, "/spec/updateStrategy", "{}");
        JsonNode changed = Samples.set(free, "/spec/gameServerTemplate/spec/containers/0/args", "[\"x\"]");
        assertThat(guard.validate(Samples.update(free, changed), ObjectStage.STORED))
                .isEqualTo(Verdict.ALLOWED);
    }

    @Test
    void a_configured_kind_is_checked_part_by_part() {
        assertThatThrownBy(() -> new CustomKind("g.example", "K", List.of("v1"), List.of("template"), "annotation", ""))
                .hasMessageContaining("inplace-guard.kinds")
                .hasMessageContaining("\"template\"");
        assertThatThrownBy(() -> new CustomKind("g.example", "K", List.of(), List.of("spec.t"), "annotation", ""))
                .hasMessageContaining("versions is empty");
        assertThatThrownBy(() -> new CustomKind(
                        "apps.kruise.io", "CloneSet", List.of("v1"), List.of("spec.t"), "annotation", ""))
                .hasMessageContaining("built in");
        assertThatThrownBy(() -> new CustomKind("g.example", "K", List.of("v1"), List.of("spec.t"), "status.x", ""))
                .hasMessageContaining("policy is \"status.x\"");
    }

    @ParameterizedTest
    @CsvSource({
        "ENABLED, InPlaceOnly, false, ''",
        "DISABLED, InPlaceOnly, true, ''",
        "UNKNOWN, InPlaceOnly, false, vertical-scaling",
        "ENABLED, InPlaceIfPossible, false, ''",
        "DISABLED, InPlaceIfPossible, false, recreate",
        "UNKNOWN, InPlaceIfPossible, false, vertical-scaling",
    })
    void a_change_of_cpu_follows_the_profile_of_the_cluster(
            VerticalScaling scaling, String policy, boolean denied, String warning) {
        JsonNode before =
                workload("CloneSet", "v1beta1", "", "{\"rollingUpdate\":{\"podUpdatePolicy\":\"" + policy + "\"}}");
        for (String cpu : List.of("\"3\"", "\"+2\"")) {
            AdmissionAttributes update = Samples.update(before, Samples.set(before, CPU, cpu));
            Verdict verdict = guard(scaling).validate(update, ObjectStage.STORED);
            assertThat(verdict.denied()).as(cpu).isEqualTo(denied);
            assertThat(warnings(verdict)).as(cpu).isEqualTo(warning.isEmpty() ? List.of() : List.of(warning));
            boolean proposed = !guard(scaling).mutate(update).patch().isEmpty();
            assertThat(proposed).as("Proposed").isEqualTo(cpu.equals("\"3\"") && scaling != VerticalScaling.DISABLED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CloneSet v1alpha1", "StatefulSet v1beta1"})
    void kinds_whose_resize_openkruise_refuses_itself_are_named(String kind) {
        String[] api = kind.split(" ");
        JsonNode before = workload(
                api[0],
                api[1],
                "",
                "{\"type\":\"%s\",\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceOnly\"}}"
                        .formatted(api[0].equals("CloneSet") ? "InPlaceOnly" : "RollingUpdate"));
        Verdict verdict = guard(VerticalScaling.UNKNOWN)
                .validate(Samples.update(before, Samples.set(before, CPU, "\"3\"")), ObjectStage.STORED);
        assertThat(verdict.warnings())
                .filteredOn(warning -> warning.id().equals("vertical-scaling"))
                .extracting(Warning::sentence)
                .allMatch(sentence -> sentence.contains("OpenKruise's own webhook refuses"))
                .hasSize(1);
    }

    @Test
    void without_defaults_of_openkruise_a_submitted_default_is_a_change() {
        JsonNode before =
                workload("CloneSet", "v1beta1", "", "{\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceOnly\"}}");
        AdmissionAttributes update =
                Samples.update(before, Samples.set(before, "/spec/template/spec/dnsPolicy", "\"ClusterFirst\""));
        OpenKruiseProfile without = new OpenKruiseProfile(VerticalScaling.ENABLED, false);
        assertThat(guard(VerticalScaling.ENABLED)
                        .validate(update, ObjectStage.SUBMITTED)
                        .denied())
                .isFalse();
        assertThat(new Guard(GuardSettings.DEFAULTS, OwnerStrategies.UNKNOWN, () -> without)
                        .validate(update, ObjectStage.SUBMITTED)
                        .denied())
                .isTrue();
    }

    private static ObjectNode united(int containers, int subsets, String tag) {
        ObjectNode object = JSON.createObjectNode()
                .put("apiVersion", "apps.kruise.io/v1beta1")
                .put("kind", "UnitedDeployment");
        ObjectNode spec = object.putObject("spec");
        ObjectNode child =
                spec.putObject("template").putObject("cloneSetTemplate").putObject("spec");
        child.putObject("updateStrategy").putObject("rollingUpdate").put("podUpdatePolicy", "InPlaceOnly");
        ArrayNode list = child.putObject("template").putObject("spec").putArray("containers");
        for (int i = 0; i < containers; i++) {
            list.addObject().put("name", "c" + i).put("image", "r.example/app:" + tag);
        }
        ArrayNode topology = spec.putObject("topology").putArray("subsets");
        for (int i = 0; i < subsets; i++) {
            topology.addObject()
                    .put("name", "s" + i)
                    .putObject("patch")
                    .putObject("spec")
                    .putArray("containers")
                    .addObject()
                    .put("name", "c0")
                    .put("args", tag);
        }
        return object;
    }

    @Test
    void subsets_that_only_place_their_pods_are_not_compared_again() {
        ObjectNode before = placed("1");
        ObjectNode after = placed("2");
        Verdict verdict = validate(before, after);
        assertThat(verdict.violations())
                .hasSize(200)
                .allMatch(violation -> violation.rule().equals("not-in-place")
                        && violation.field().startsWith("spec.template.cloneSetTemplate"));
        ((ObjectNode) before.path("spec").path("topology")).remove("subsets");
        ((ObjectNode) after.path("spec").path("topology")).remove("subsets");
        assertThat(validate(before, after)).isEqualTo(verdict);
    }

    /** More subsets times changes than are compared. */
    private static ObjectNode placed(String args) {
        ObjectNode object = united(200, 0, "1");
        object.at("/spec/template/cloneSetTemplate/spec/template/spec/containers")
                .forEach(container -> ((ObjectNode) container).putArray("args").add(args));
        ArrayNode topology = (ArrayNode) object.at("/spec/topology/subsets");
        for (int i = 0; i < 1_000; i++) {
            topology.addObject()
                    .put("name", "s" + i)
                    .putObject("patch")
                    .putObject("spec")
                    .putObject("nodeSelector")
                    .put("topology.kubernetes.io/zone", "z" + i);
        }
        return object;
    }

    @Test
    void a_united_deployment_is_compared_up_to_the_limits_and_denied_beyond_them() {
        assertThat(validate(united(2, 1_000, "1"), united(2, 1_000, "2")).violations())
                .extracting(Violation::rule)
                .hasSize(1_000)
                .containsOnly("not-in-place");
        assertThat(rules(validate(united(2, 1_001, "1"), united(2, 1_001, "2"))))
                .containsExactly("malformed");
        assertThat(rules(validate(united(1_001, 1, "1"), united(1_001, 1, "2"))))
                .contains("malformed");
        assertThat(validate(united(1_000, 1_000, "1"), united(1_000, 1_000, "1")))
                .isEqualTo(Verdict.ALLOWED);
        JsonNode large = Samples.set(
                united(1_000, 1_000, "2"),
                "/spec/template/cloneSetTemplate/spec/template/spec/containers/0/env",
                JSON.writeValueAsString(java.util.Collections.nCopies(9_000, java.util.Map.of("name", "A"))));
        assertThat(rules(validate(united(1_000, 1_000, "1"), large))).containsExactly("malformed");
    }
}
