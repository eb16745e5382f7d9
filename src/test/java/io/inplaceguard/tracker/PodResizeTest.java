package io.inplaceguard.tracker;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        return "- {type: %s, status: 'True', reason: '%s', message: told%s}"
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
                // A newer request that no condition speaks for yet.
                "PodResizePending, Infeasible, 2, false, Proposed",
                "PodResizeInProgress, '', 2, false, Proposed",
                // Nothing is left to do, and the kubelet has not taken its condition away yet.
                "PodResizePending, Deferred, 2, true, Deferred",
                "PodResizeInProgress, '', 2, true, InProgress",
            })
    void a_condition_tells(String type, String reason, Integer observed, boolean equal, String expected) {
        assertThat(state(pod("", equal ? EQUAL : LESS, "conditions:\n  " + condition(type, reason, observed))))
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}, the kubelet has seen {1} of 3: {2}")
    @CsvSource({
        // An image that changed after the resize began: the kubelet keeps the condition's generation, and knows the
        // newest spec.
        "PodResizeInProgress, 3, InProgress", "PodResizePending, 3, Deferred",
        "PodResizeInProgress, 2, Proposed", "PodResizePending, 2, Proposed",
    })
    void a_condition_of_an_older_generation_tells_where_the_kubelet_has_seen_the_newest(
            String type, int observed, String expected) {
        Pod pod = pod("", LESS, "observedGeneration: " + observed + "\n  conditions:\n  " + condition(type, "", 2));
        assertThat(state(pod)).isEqualTo(expected);
    }

    @Test
    void of_both_conditions_the_pending_one_tells_of_the_newest_request() {
        String both = "conditions:\n  " + condition("PodResizeInProgress", "", 2) + "\n  "
                + condition("PodResizePending", "Deferred", 3);
        assertThat(state(pod("", LESS, both))).isEqualTo("Deferred");
        String acted = "conditions:\n  " + condition("PodResizeInProgress", "", 3) + "\n  "
                + condition("PodResizePending", "Deferred", 2);
        assertThat(state(pod("", LESS, acted))).isEqualTo("InProgress");
    }

    @Test
    void a_condition_that_is_false_does_not_tell() {
        assertThat(state(pod("", EQUAL, "conditions: [{type: PodResizePending, status: 'False', reason: Deferred}]")))
                .isEqualTo("none");
    }

    @ParameterizedTest
    @CsvSource({"Proposed", "InProgress", "Deferred", "Infeasible"})
    void before_1_33_status_resize_tells(String word) {
        assertThat(state(pod("", EQUAL, "resize: " + word))).isEqualTo(word);
    }

    @Test
    void resources_that_differ_are_proposed_and_told_one_by_one() {
        PodResize resize = PodResize.of(pod("", "resources: {requests: {cpu: 50m, memory: 32Mi}}", ""))
                .orElseThrow();
        assertThat(resize.state()).isEqualTo(ResizeState.PROPOSED);
        assertThat(resize.steps())
                .isEqualTo(List.of(
                        new PodResize.Step("app", "requests", "cpu", "50m", "100m"),
                        new PodResize.Step("app", "requests", "memory", "32Mi", "64Mi"),
                        new PodResize.Step("app", "limits", "cpu", "", "200m")));
    }

    @Test
    void amounts_are_compared_not_their_spelling() {
        assertThat(state(pod("", EQUAL, ""))).isEqualTo("none");
        assertThat(state(pod(
                        "", "resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 200m, memory: '0'}}", "")))
                .isEqualTo("none");
    }

    @Test
    void without_resources_in_the_status_the_allocated_ones_tell() {
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
    void a_pod_that_is_unscheduled_finished_or_on_its_way_out_is_in_no_resize() {
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
                .as("which starts again")
                .isEqualTo("Deferred");
    }

    @Test
    void the_worst_comes_first() {
        assertThat(ResizeState.worst(List.of(ResizeState.PROPOSED, ResizeState.INFEASIBLE, ResizeState.DEFERRED)))
                .contains(ResizeState.INFEASIBLE);
        assertThat(ResizeState.worst(List.of(ResizeState.PROPOSED, ResizeState.IN_PROGRESS)))
                .contains(ResizeState.IN_PROGRESS);
        assertThat(ResizeState.worst(List.of())).isEmpty();
    }
}
