package io.inplaceguard.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.guard.GuardSettings.TemplateMetadata;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Each warning where it belongs, and not where it does not. */
class WarningsTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String POD = "/spec/template/spec";
    private static final String APP = POD + "/containers/0";

    private static List<String> warnings(GuardSettings settings, JsonNode before, JsonNode after) {
        OpenKruiseProfile profile = new OpenKruiseProfile(VerticalScaling.ENABLED, true);
        Verdict verdict = new Guard(settings, OwnerStrategies.UNKNOWN, () -> profile)
                .validate(Samples.update(before, after), ObjectStage.STORED);
        assertThat(verdict.violations()).isEmpty();
        assertThat(verdict.warnings())
                .allSatisfy(warning -> assertThat(warning.message()).hasSizeLessThanOrEqualTo(Warning.MAX_LENGTH));
        return verdict.warnings().stream().map(Warning::id).toList();
    }

    private static List<String> warnings(JsonNode before, JsonNode after) {
        return warnings(GuardSettings.DEFAULTS, before, after);
    }

    private static JsonNode workload(String kind, String version, String strategy) {
        return JSON.readTree("""
                {"apiVersion":"apps.kruise.io/%s","kind":"%s","metadata":{"name":"web"},
                 "spec":{"updateStrategy":%s,"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[
                  {"name":"app","image":"r.example/app:1","env":[{"name":"V","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels['v']"}}}],
                   "resources":{"requests":{"cpu":"1","memory":"1Gi"},"limits":{"cpu":"2","memory":"2Gi"}}}]}}}}""".formatted(version, kind, strategy));
    }

    private static final String IF_POSSIBLE = "{\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceIfPossible\"}}";

    @Test
    void what_the_api_server_refuses_never_finishes_and_everything_else_recreates() {
        JsonNode before = workload("CloneSet", "v1beta1", IF_POSSIBLE);
        JsonNode refused = Samples.set(before, APP + "/resources/requests/cpu", "\"3\"");
        assertThat(warnings(before, refused)).containsExactly("never-finishes");
        assertThat(warnings(before, Samples.set(refused, APP + "/args", "[\"x\"]")))
                .containsExactly("recreate");
        JsonNode daemon =
                workload("DaemonSet", "v1beta1", "{\"rollingUpdate\":{\"rollingUpdateType\":\"InPlaceIfPossible\"}}");
        assertThat(warnings(daemon, Samples.set(daemon, APP + "/resources/requests/cpu", "\"3\"")))
                .containsExactly("never-finishes");
    }

    @Test
    void pods_of_a_daemon_set_that_was_not_in_place_before_are_recreated() {
        JsonNode standard =
                workload("DaemonSet", "v1beta1", "{\"rollingUpdate\":{\"rollingUpdateType\":\"Standard\"}}");
        JsonNode switched = Samples.set(
                standard, "/spec/updateStrategy", "{\"rollingUpdate\":{\"rollingUpdateType\":\"InPlaceIfPossible\"}}");
        JsonNode image = Samples.set(switched, APP + "/image", "\"r.example/app:2\"");
        assertThat(warnings(standard, image)).containsExactly("recreate");
        assertThat(warnings(switched, image)).isEmpty();
        assertThat(warnings(standard, switched)).isEmpty();
        assertThat(warnings(standard, Samples.set(switched, APP + "/args", "[\"x\"]")))
                .containsExactly("recreate");
    }

    @Test
    void labels_are_patched_in_place_under_in_place_if_possible_whatever_the_settings_forbid() {
        JsonNode before = workload("CloneSet", "v1beta1", IF_POSSIBLE);
        assertThat(warnings(before, Samples.set(before, "/spec/template/metadata/labels/x", "\"1\"")))
                .isEmpty();
        assertThat(warnings(before, Samples.set(before, "/spec/template/metadata/labels/x", "\"not valid\"")))
                .containsExactly("never-finishes");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CloneSet    | v1alpha1 | {\"type\":\"InPlaceIfPossible\",\"maxSurge\":1}                                   | max-surge",
                "CloneSet    | v1alpha1 | {\"type\":\"InPlaceIfPossible\",\"maxSurge\":0}                                   |",
                "CloneSet    | v1alpha1 | {\"type\":\"InPlaceOnly\",\"maxSurge\":1}                                         |",
                "CloneSet    | v1beta1  | {\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceIfPossible\",\"maxSurge\":\"20%\"}} | max-surge",
                "CloneSet    | v1beta1  | {\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceIfPossible\",\"maxSurge\":\"0%\"}}  |",
                "StatefulSet | v1beta1  | {\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceIfPossible\",\"maxSurge\":1}}       |",
            })
    void max_surge_replaces_pods_of_a_clone_set(String kind, String version, String strategy, String warning) {
        JsonNode before = workload(kind, version, strategy);
        JsonNode after = Samples.set(before, APP + "/image", "\"r.example/app:2\"");
        assertThat(warnings(before, after)).isEqualTo(warning == null ? List.of() : List.of(warning));
        assertThat(warnings(before, Samples.set(before, "/spec/replicas", "9"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CloneSet    | v1beta1  | {\"type\":\"InPlaceOnly\"}                                   | true",
                "CloneSet    | v1alpha1 | {\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceOnly\"}}    | true",
                "CloneSet    | v1alpha1 | {\"type\":\"InplaceOnly\"}                                   | true",
                "CloneSet    | v1alpha1 | {\"type\":\"ReCreate\"}                                      | false",
                "CloneSet    | v1beta1  | {\"type\":\"RollingUpdate\"}                                 | false",
                "StatefulSet | v1beta1  | {\"type\":\"InPlaceIfPossible\"}                             | true",
                "StatefulSet | v1alpha1 | {\"rollingUpdate\":{\"podUpdatePolicy\":\"inplaceonly\"}}    | true",
                "DaemonSet   | v1beta1  | {\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceOnly\"}}    | true",
                "DaemonSet   | v1beta1  | {\"rollingUpdate\":{\"rollingUpdateType\":\"InPlaceOnly\"}}  | true",
                "DaemonSet   | v1alpha1 | {\"rollingUpdate\":{\"rollingUpdateType\":\"Surging\"}}      | false",
            })
    void a_strategy_that_is_not_read_is_named(String kind, String version, String strategy, boolean warned) {
        JsonNode before = workload(kind, version, strategy);
        JsonNode after = Samples.set(before, APP + "/image", "\"r.example/app:2\"");
        assertThat(warnings(before, after).contains("misplaced-strategy")).isEqualTo(warned);
        assertThat(warnings(before, Samples.set(before, "/spec/replicas", "9"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "web:2, true",
        "shop/web:2, true",
        "docker.io/library/web:2, false",
        "localhost/web:2, false",
        "registry:5000/web:2, false",
    })
    void an_image_without_a_registry_is_named(String image, boolean warned) {
        JsonNode before = workload("CloneSet", "v1beta1", IF_POSSIBLE);
        assertThat(warnings(before, Samples.set(before, APP + "/image", "\"" + image + "\"")))
                .isEqualTo(warned ? List.of("image-short-name") : List.of());
        JsonNode recreated = workload("CloneSet", "v1beta1", "{}");
        assertThat(warnings(recreated, Samples.set(recreated, APP + "/image", "\"" + image + "\"")))
                .isEmpty();
    }

    @Test
    void a_label_that_the_environment_reads_restarts_its_container() {
        GuardSettings allow = GuardSettings.DEFAULTS.withTemplateMetadata(TemplateMetadata.ALLOW);
        JsonNode before = workload("CloneSet", "v1beta1", "{\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceOnly\"}}");
        assertThat(warnings(allow, before, Samples.set(before, "/spec/template/metadata/labels/v", "\"2\"")))
                .containsExactly("restarts");
        assertThat(warnings(allow, before, Samples.set(before, "/spec/template/metadata/labels/w", "\"2\"")))
                .isEmpty();
        GuardSettings keys = GuardSettings.DEFAULTS.withTemplateMetadataKeys(List.of("v"));
        assertThat(warnings(keys, before, Samples.set(before, "/spec/template/metadata/labels/v", "\"2\"")))
                .containsExactly("restarts");
    }

    private static JsonNode sidecarSet(String status) {
        return JSON.readTree("""
                {"apiVersion":"apps.kruise.io/v1beta1","kind":"SidecarSet","metadata":{"name":"s"},"status":%s,
                 "spec":{"containers":[{"name":"app","image":"r.example/app:1"}],
                  "initContainers":[{"name":"setup","image":"r.example/setup:1"}],"volumes":[{"name":"a"}]}}""".formatted(status));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/spec/containers/0/env       | [{\"name\":\"A\"}]           | {}                                  | true",
                "/spec/containers/0/image     | \"r.example/app:2\"          | {}                                  | false",
                "/spec/containers/0/image     | \"r.example/app:2\"          | {\"matchedPods\":3,\"updatedPods\":3} | false",
                "/spec/containers/0/image     | \"r.example/app:2\"          | {\"matchedPods\":3,\"updatedPods\":1} | true",
                "/spec/initContainers/0/image | \"r.example/setup:2\"        | {}                                  | true",
                "/spec/volumes                | [{\"name\":\"b\"}]           | {}                                  | true",
                "/spec/patchPodMetadata       | [{\"annotations\":{}}]       | {}                                  | true",
                "/spec/patchPodMetadata       | []                           | {\"matchedPods\":3,\"updatedPods\":1} | false",
                "/spec/selector               | {}                           | {\"matchedPods\":3,\"updatedPods\":1} | false",
            })
    void what_existing_pods_of_a_sidecar_set_do_not_get(String pointer, String value, String status, boolean warned) {
        JsonNode before = sidecarSet(status);
        assertThat(warnings(before, Samples.set(before, pointer, value)))
                .isEqualTo(warned ? List.of("not-applied") : List.of());
    }

    @ParameterizedTest(name = "{0} to {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                // The hash has the init containers only where one of them is a sidecar.
                "[{'name':'a','image':'r.io/a:1'}] | [{'name':'a','image':'r.io/a:1','tty':true}] | never reach existing pods",
                "[{'name':'a','image':'r.io/a:1'}] | [{'name':'a','image':'r.io/a:1','env':[]}] | none",
                "[{'name':'a','image':'r.io/a:1','restartPolicy':'Always'}] "
                        + "| [{'name':'a','image':'r.io/a:1','restartPolicy':'Always','tty':true}] | existing pods will be skipped",
                "[{'name':'a','image':'r.io/a:1','restartPolicy':'Always'}] "
                        + "| [{'name':'a','image':'r.io/a:2','restartPolicy':'Always'}] | none",
                "[{'name':'a','image':'r.io/a:1'},{'name':'b','image':'r.io/b:1','restartPolicy':'Always'}] "
                        + "| [{'name':'a','image':'r.io/a:1','tty':true},{'name':'b','image':'r.io/b:1','restartPolicy':'Always'}] "
                        + "| existing pods will be skipped",
                "[{'name':'a','image':'r.io/a:1'}] | [{'name':'a','image':'r.io/a:1','restartPolicy':'Always'}] "
                        + "| existing pods will be skipped",
            })
    void init_containers_of_a_sidecar_set_are_hashed_beside_a_sidecar(String before, String after, String sentence) {
        JsonNode stored = Samples.set(sidecarSet("{}"), "/spec/initContainers", before.replace('\'', '"'));
        JsonNode wanted = Samples.set(stored, "/spec/initContainers", after.replace('\'', '"'));
        List<Warning> found = new Guard(GuardSettings.DEFAULTS)
                .validate(Samples.update(stored, wanted), ObjectStage.STORED)
                .warnings();
        if (sentence.equals("none")) {
            assertThat(found).isEmpty();
        } else {
            assertThat(found)
                    .singleElement()
                    .satisfies(warning -> assertThat(warning.sentence()).contains(sentence));
        }
    }

    private static JsonNode claims(String kind, String strategy, String claims) {
        return Samples.set(workload(kind, "v1beta1", strategy), "/spec/volumeClaimTemplates", claims);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "StatefulSet | {}                       | [{\"metadata\":{\"name\":\"a\"}},{\"metadata\":{\"name\":\"b\"}}] | true",
                "StatefulSet | {\"type\":\"OnDelete\"}  | [{\"metadata\":{\"name\":\"b\"}}]                                 | true",
                "StatefulSet | {}                       | []                                                                | false",
                "CloneSet    | {}                       | [{\"metadata\":{\"name\":\"a\"}},{\"metadata\":{\"name\":\"b\"}}] | false",
                "CloneSet    | {\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceOnly\"}} | []                               | true",
                "CloneSet    | {\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceOnly\"}} | [{\"metadata\":{\"name\":\"b\"}}] | true",
            })
    void claim_templates_are_warned_of_where_pods_keep_theirs_or_the_rollout_stops(
            String kind, String strategy, String after, boolean warned) {
        JsonNode before = claims(kind, strategy, "[{\"metadata\":{\"name\":\"a\"}}]");
        assertThat(warnings(before, claims(kind, strategy, after)))
                .isEqualTo(warned ? List.of("volume-claim-templates") : List.of());
    }
}
