package io.inplaceguard.tracker;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every row of the table of states, by a Pod that shows it. */
class PodResizeTest {

    /** A running Pod of generation 3 whose container has cpu 100m and memory 64Mi, and a status of these parts. */
    static Pod pod(String specPart, String resources, String statusPart) {
        return Serialization.unmarshal("""
                apiVersion: v1
                kind: Pod
                metadata: {name: web, namespace: prod, uid: u-1, generation: 3, resourceVersion: "5"}
                spec:
                  nodeName: n1
                  %s
                  containers:
                  - name: app
                    image: nginx:1
                    resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 200m}}
                status:
                  phase: Running
                  containerStatuses:
                  - name: app
                    %s
                  %s
                """.formatted(specPart, resources, statusPart), Pod.class);
    }

    private static final String EQUAL = "resources: {requests: {cpu: '0.1', memory: 65536Ki}, limits: {cpu: 200m}}";
    private static final String LESS = "resources: {requests: {cpu: 50m, memory: 64Mi}, limits: {cpu: 200m}}";

    private static String state(Pod pod) {
        return PodResize.of(pod).map(resize -> resize.state().word()).orElse("none");
    }

    private static String condition(String type, String reason, Integer observed) {
        return "- {type: %s, status: 'True', reason: '%s', message: waiting%s}"
                .formatted(type, reason, observed == null ? "" : ", observedGeneration: " + observed);
    }

    @ParameterizedTest(name = "{0} {1}, observed {2} of 3, resources equal {3}: {4}")
    @CsvSource(
            nullValues = "-",
            value = {
                "PodResizePending, Infeasible, 3, true, Infeasible",
                "PodResizePending, Infeasible, -, false, Infeasible",
                "PodResizePending, Deferred, 3, false, Deferred",
                "PodResizePending, Tomorrow, 3, false, Deferred",
                "PodResizePending, '', -, false, Deferred",
                "PodResizeInProgress, '', 3, false, InProgress",
                "PodResizeInProgress, Error, 3, false, InProgress",
                "PodResizeInProgress, '', -, true, InProgress",
                // A newer request that no condition describes yet.
                "PodResizePending, Infeasible, 2, false, Proposed",
                "PodResizeInProgress, '', 2, false, Proposed",
                // Nothing is left to do, and the kubelet has not removed its condition yet.
                "PodResizePending, Deferred, 2, true, Deferred",
                "PodResizeInProgress, '', 2, true, InProgress",
            })
    void a_condition_gives_the_state(String type, String reason, Integer observed, boolean equal, String expected) {
        assertThat(state(pod("", equal ? EQUAL : LESS, "conditions:\n  " + condition(type, reason, observed))))
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}, observed generation {1} of 3: {2}")
    @CsvSource({
        // An image that changed after the resize began: the kubelet keeps the condition's generation and has observed
        // the newest spec.
        "PodResizeInProgress, 3, InProgress", "PodResizePending, 3, Deferred",
        "PodResizeInProgress, 2, Proposed", "PodResizePending, 2, Proposed",
    })
    void a_condition_of_an_older_generation_counts_where_the_kubelet_has_observed_the_newest(
            String type, int observed, String expected) {
        Pod pod = pod("", LESS, "observedGeneration: " + observed + "\n  conditions:\n  " + condition(type, "", 2));
        assertThat(state(pod)).isEqualTo(expected);
    }

    @Test
    void of_both_conditions_the_pending_one_describes_the_newest_request() {
        String both = "conditions:\n  " + condition("PodResizeInProgress", "", 2) + "\n  "
                + condition("PodResizePending", "Deferred", 3);
        assertThat(state(pod("", LESS, both))).isEqualTo("Deferred");
        String acted = "conditions:\n  " + condition("PodResizeInProgress", "", 3) + "\n  "
                + condition("PodResizePending", "Deferred", 2);
        assertThat(state(pod("", LESS, acted))).isEqualTo("InProgress");
    }

    @Test
    void a_condition_that_is_false_does_not_count() {
        assertThat(state(pod("", EQUAL, "conditions: [{type: PodResizePending, status: 'False', reason: Deferred}]")))
                .isEqualTo("none");
    }

    @ParameterizedTest
    @CsvSource({"Proposed", "InProgress", "Deferred", "Infeasible"})
    void before_1_33_status_resize_gives_the_state(String word) {
        assertThat(state(pod("", EQUAL, "resize: " + word))).isEqualTo(word);
    }

    @Test
    void resources_that_differ_are_proposed_and_listed_one_by_one() {
        PodResize resize = PodResize.of(pod("", "resources: {requests: {cpu: 50m, memory: 32Mi}}", ""))
                .orElseThrow();
        assertThat(resize.state()).isEqualTo(ResizeState.PROPOSED);
        assertThat(resize.steps())
                .isEqualTo(List.of(
                        new ResizeStep("app", "requests", "cpu", "50m", "100m"),
                        new ResizeStep("app", "requests", "memory", "32Mi", "64Mi"),
                        new ResizeStep("app", "limits", "cpu", "", "200m")));
    }

    @Test
    void amounts_are_compared_whatever_their_spelling() {
        assertThat(state(pod("", EQUAL, ""))).isEqualTo("none");
        assertThat(state(pod(
                        "", "resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 200m, memory: '0'}}", "")))
                .isEqualTo("none");
    }

    @Test
    void without_resources_in_the_status_the_allocated_ones_count() {
        assertThat(state(pod("", "allocatedResources: {cpu: 100m, memory: 64Mi}", "")))
                .isEqualTo("none");
        assertThat(state(pod("", "allocatedResources: {cpu: 50m, memory: 64Mi}", "")))
                .isEqualTo("Proposed");
        assertThat(state(pod("", "ready: true", ""))).isEqualTo("none");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "waiting: {reason: ContainerCreating}|none",
                "terminated: {exitCode: 0}|none",
                "running: {startedAt: 2026-01-01T00:00:00Z}|Proposed",
            })
    void only_a_container_that_runs_has_resources_in_effect(String state, String expected) {
        assertThat(state(pod("", LESS + "\n    state: {" + state + "}", ""))).isEqualTo(expected);
    }

    @Test
    void a_container_without_a_status_is_in_no_resize() {
        Pod pod = pod("", LESS, "");
        pod.getStatus().setContainerStatuses(List.of());
        assertThat(state(pod)).isEqualTo("none");
    }

    @Test
    void a_pod_that_is_unscheduled_finished_or_being_deleted_is_in_no_resize() {
        String deferred = "conditions:\n  " + condition("PodResizePending", "Deferred", 3);
        Pod unscheduled = pod("", LESS, deferred);
        unscheduled.getSpec().setNodeName(null);
        Pod succeeded = pod("", LESS, deferred);
        succeeded.getStatus().setPhase("Succeeded");
        Pod failed = pod("", LESS, deferred);
        failed.getStatus().setPhase("Failed");
        Pod deleted = pod("", LESS, deferred);
        deleted.getMetadata().setDeletionTimestamp("2026-01-01T00:00:00Z");
        Pod evicted = pod("", LESS, deferred + "\n  - {type: DisruptionTarget, status: 'True'}");
        Pod ended = pod("restartPolicy: Never", LESS + "\n    state: {terminated: {exitCode: 0}}", deferred);
        Pod bare = pod("", LESS, deferred);
        bare.setStatus(null);
        assertThat(List.of(unscheduled, succeeded, failed, deleted, evicted, ended, bare))
                .allMatch(pod -> state(pod).equals("none") && PodResize.isOver(pod));
        assertThat(state(pod("restartPolicy: Always", LESS + "\n    state: {terminated: {exitCode: 0}}", deferred)))
                .as("its container starts again")
                .isEqualTo("Deferred");
    }

    private static final String SIDECAR = """
            initContainers:
              - {name: setup, image: s, resources: {requests: {cpu: 10m}}}
              - {name: mesh, image: m, restartPolicy: Always, resources: {requests: {cpu: 80m}}}""";

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{name: mesh, resources: {requests: {cpu: 50m}}, state: {running: {}}}|Proposed",
                "{name: mesh, resources: {requests: {cpu: 80m}}, state: {running: {}}}|none",
                "{name: mesh, allocatedResources: {cpu: 50m}, state: {running: {}}}|Proposed",
                "{name: mesh, resources: {requests: {cpu: 50m}}, state: {waiting: {}}}|none",
                "{name: setup, resources: {requests: {cpu: 5m}}, state: {running: {}}}|Proposed",
                "{name: setup, resources: {requests: {cpu: 5m}}, state: {terminated: {exitCode: 0}}}|none",
            })
    void sidecars_and_init_containers_count_while_they_run(String status, String expected) {
        Pod pod = pod(SIDECAR, EQUAL, "initContainerStatuses: [" + status + "]");
        assertThat(state(pod)).isEqualTo(expected);
    }

    @Test
    void a_sidecar_that_restarts_leaves_it_open_whether_a_resize_is_complete() {
        String terminated = "initContainerStatuses: [{name: %s, state: {terminated: {exitCode: 0}}}]";
        assertThat(PodResize.isRestarting(pod(SIDECAR, EQUAL, terminated.formatted("mesh"))))
                .isTrue();
        assertThat(PodResize.isRestarting(pod(SIDECAR, EQUAL, terminated.formatted("setup"))))
                .as("a plain init container ends for good")
                .isFalse();
        assertThat(PodResize.isRestarting(pod("", EQUAL + "\n    state: {waiting: {}}", "")))
                .isTrue();
        assertThat(PodResize.isRestarting(pod("", EQUAL, ""))).isFalse();
    }

    @ParameterizedTest(name = "{0}, status {1}: {2}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "{requests: {cpu: 2}, limits: {cpu: 4}}|resources: {requests: {cpu: 1}, limits: {cpu: 4}}|Proposed",
                "{requests: {cpu: 2}, limits: {cpu: 4}}|resources: {requests: {cpu: '2'}, limits: {cpu: 4000m}}|none",
                "{limits: {memory: 2Gi}}|resources: {limits: {memory: 1Gi}}|Proposed",
                "{requests: {cpu: 2}}|allocatedResources: {cpu: 1}|Proposed",
                "{requests: {cpu: 2}}|allocatedResources: {cpu: 2}|none",
                "{requests: {cpu: 2}}|-|none",
                // What the kubelet adds from cgroups and the sum of the containers.
                "{requests: {cpu: 2}}|resources: {requests: {cpu: 2, memory: 64Mi}, limits: {cpu: 200m}}|none",
                "-|resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 200m}}|none",
            })
    void pod_level_resources_count_where_the_spec_names_them(String spec, String status, String expected) {
        Pod pod = pod(spec == null ? "" : "resources: " + spec, EQUAL, status == null ? "" : status);
        assertThat(state(pod)).isEqualTo(expected);
    }

    @Test
    void pod_level_steps_have_no_container() {
        Pod pod = pod("resources: {requests: {cpu: 2}}", EQUAL, "resources: {requests: {cpu: 1}}");
        assertThat(PodResize.of(pod).orElseThrow().steps())
                .containsExactly(new ResizeStep(ResizeStep.POD, "requests", "cpu", "1", "2"));
    }

    @ParameterizedTest(name = "observed generation {0} of 3: {1}")
    @CsvSource({"2, Proposed", "3, none", "4, none"})
    void a_difference_that_the_kubelet_has_observed_without_a_condition_is_its_read_back(
            int observed, String expected) {
        assertThat(state(pod("", LESS, "observedGeneration: " + observed))).isEqualTo(expected);
    }

    @Test
    void a_target_is_its_amounts_whatever_their_spelling_and_the_status() {
        String target = PodResize.of(pod("", LESS, "")).orElseThrow().target();
        assertThat(PodResize.of(pod("", "resources: {requests: {cpu: 20m}}", ""))
                        .orElseThrow()
                        .target())
                .isEqualTo(target);
        Pod respelled = pod("", LESS, "");
        respelled.getSpec().getContainers().get(0).getResources().getRequests().put("cpu", new Quantity("0.100"));
        assertThat(PodResize.of(respelled).orElseThrow().target()).isEqualTo(target);
        Pod other = pod("", LESS, "");
        other.getSpec().getContainers().get(0).getResources().getRequests().put("cpu", new Quantity("101m"));
        assertThat(PodResize.of(other).orElseThrow().target()).isNotEqualTo(target);
        Pod podLevel = pod("resources: {limits: {cpu: 4}}", LESS, "");
        assertThat(PodResize.of(podLevel).orElseThrow().target()).isNotEqualTo(target);
        Pod sidecar = pod(SIDECAR, LESS, "");
        assertThat(PodResize.of(sidecar).orElseThrow().target()).isNotEqualTo(target);
    }

    static Stream<Arguments> fieldCases() throws IOException {
        JsonMapper json = new JsonMapper();
        return Files.readAllLines(Path.of("src/test/resources/cases/field.jsonl")).stream()
                .map(json::readTree)
                .filter(each -> each.has("pod"))
                .map(each -> Arguments.of(each.path("id").asString(), each));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fieldCases")
    void a_case_reported_from_the_field_has_its_state(String id, JsonNode each) {
        Pod pod = Serialization.unmarshal(each.path("pod").toString(), Pod.class);
        assertThat(state(pod)).as(id).isEqualTo(each.path("state").asString());
        if (each.path("details").asString("").equals("named")) {
            assertThat(PodResize.of(pod).orElseThrow().steps()).isNotEmpty();
        }
    }
}
