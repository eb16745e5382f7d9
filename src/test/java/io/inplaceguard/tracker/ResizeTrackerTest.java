package io.inplaceguard.tracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.inplaceguard.MockCluster;
import io.inplaceguard.guard.AnnotationKeys;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The tracker on a mock API server, from the first request to the end. */
class ResizeTrackerTest {

    private static final Duration OFTEN = Duration.ofMillis(50);

    private final MockCluster cluster = new MockCluster();
    private final List<ResizeTracker> trackers = new ArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @AfterEach
    void close() {
        trackers.forEach(ResizeTracker::close);
        cluster.close();
    }

    private ResizeTracker tracker(boolean leads) {
        TrackerMetrics metrics = new TrackerMetrics(meters);
        ResizeTracker tracker = new ResizeTracker(cluster.client, 10_000, metrics);
        metrics.watch(tracker);
        trackers.add(tracker);
        tracker.start(OFTEN);
        await().until(tracker::hasSynced);
        tracker.lead(leads);
        return tracker;
    }

    private Pod create(String name, @Nullable GenericKubernetesResource owner) {
        PodBuilder pod = new PodBuilder(PodResizeTest.pod(
                        "", "resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 200m}}", ""))
                .editMetadata()
                .withName(name)
                .withUid(null)
                .withResourceVersion(null)
                .withGeneration(null)
                .endMetadata();
        if (owner != null) {
            pod.editMetadata().withOwnerReferences(controller(owner)).endMetadata();
        }
        Pod built = pod.build();
        cluster.client.resource(built).create();
        return status(
                name, now -> new PodBuilder(now).withStatus(built.getStatus()).build());
    }

    private static OwnerReference controller(GenericKubernetesResource owner) {
        return new OwnerReferenceBuilder()
                .withApiVersion(owner.getApiVersion())
                .withKind(owner.getKind())
                .withName(owner.getMetadata().getName())
                .withUid(owner.getMetadata().getUid())
                .withController(true)
                .build();
    }

    private Pod pod(String name) {
        return cluster.client.pods().inNamespace("prod").withName(name).get();
    }

    private Pod status(String name, UnaryOperator<Pod> edit) {
        return retried(
                () -> cluster.client.pods().inNamespace("prod").withName(name).editStatus(edit));
    }

    /** The tracker writes to the same object, so a conflict is everyday life here too. */
    private static Pod retried(Supplier<Pod> edit) {
        for (int i = 0; ; i++) {
            try {
                return edit.get();
            } catch (KubernetesClientException e) {
                if (e.getCode() != 409 || i == 20) {
                    throw e;
                }
            }
        }
    }

    private void wants(String name, String cpu) {
        retried(() -> cluster.client
                .pods()
                .inNamespace("prod")
                .withName(name)
                .edit(pod -> new PodBuilder(pod)
                        .editSpec()
                        .editFirstContainer()
                        .editResources()
                        .addToRequests("cpu", new Quantity(cpu))
                        .endResources()
                        .endContainer()
                        .endSpec()
                        .build()));
    }

    private void tells(String name, PodCondition... conditions) {
        status(
                name,
                pod -> new PodBuilder(pod)
                        .editStatus()
                        .withConditions(conditions)
                        .endStatus()
                        .build());
    }

    private void has(String name, String cpu) {
        status(
                name,
                pod -> new PodBuilder(pod)
                        .editStatus()
                        .withConditions()
                        .editFirstContainerStatus()
                        .editResources()
                        .addToRequests("cpu", new Quantity(cpu))
                        .endResources()
                        .endContainerStatus()
                        .endStatus()
                        .build());
    }

    private static PodCondition condition(String type, String reason, String since) {
        return new PodConditionBuilder()
                .withType(type)
                .withStatus("True")
                .withReason(reason)
                .withMessage("the kubelet says so")
                .withLastTransitionTime(since)
                .build();
    }

    private static @Nullable String annotation(io.fabric8.kubernetes.api.model.HasMetadata object, String name) {
        return Objects.requireNonNullElse(object.getMetadata().getAnnotations(), Map.<String, String>of())
                .get(name);
    }

    private void shows(String name, @Nullable String state) {
        await().untilAsserted(() ->
                assertThat(annotation(pod(name), AnnotationKeys.RESIZE)).isEqualTo(state));
    }

    private List<String> events(String name) {
        return cluster.client.v1().events().inNamespace("prod").list().getItems().stream()
                .filter(event -> event.getInvolvedObject().getName().equals(name))
                .map(Event::getReason)
                .sorted()
                .collect(Collectors.toList());
    }

    private double transitions(String state) {
        return meters.get("inplace.guard.resize.transitions")
                .tag("state", state)
                .counter()
                .count();
    }

    @Test
    void a_resize_is_followed_from_proposed_to_done_with_one_write_for_each_step() {
        ResizeTracker tracker = tracker(true);
        create("web", null);
        wants("web", "150m");
        shows("web", "Proposed");
        assertThat(annotation(pod("web"), AnnotationKeys.RESIZE_DETAILS)).contains("\"from\":\"100m\",\"to\":\"150m\"");
        assertThat(tracker.count(ResizeState.PROPOSED)).isEqualTo(1);
        tells("web", condition("PodResizePending", "Deferred", "2026-01-01T00:00:01Z"));
        shows("web", "Deferred");
        assertThat(annotation(pod("web"), AnnotationKeys.RESIZE_DETAILS)).contains("the kubelet says so");
        tells("web", condition("PodResizePending", "Infeasible", "2026-01-01T00:00:02Z"));
        shows("web", "Infeasible");
        tells("web", condition("PodResizeInProgress", "", "2026-01-01T00:00:03Z"));
        shows("web", "InProgress");
        has("web", "150m");
        shows("web", null);
        assertThat(annotation(pod("web"), AnnotationKeys.RESIZE_DETAILS)).isNull();
        await().untilAsserted(() -> assertThat(transitions("Completed")).isEqualTo(1));
        assertThat(events("web"))
                .containsExactly(
                        "ResizeCompleted", "ResizeDeferred", "ResizeInProgress", "ResizeInfeasible", "ResizeProposed");
        assertThat(cluster.patches)
                .containsExactly(
                        "apply /api/v1/namespaces/prod/pods/web",
                        "apply /api/v1/namespaces/prod/pods/web",
                        "apply /api/v1/namespaces/prod/pods/web",
                        "apply /api/v1/namespaces/prod/pods/web",
                        "merge /api/v1/namespaces/prod/pods/web");
        assertThat(meters.get("inplace.guard.resize.duration").timer().count()).isEqualTo(1);
        assertThat(tracker.count(ResizeState.PROPOSED)).isZero();
    }

    @Test
    void a_message_alone_is_not_written_again_and_a_new_request_is() {
        tracker(true);
        create("web", null);
        wants("web", "150m");
        tells("web", condition("PodResizePending", "Deferred", "2026-01-01T00:00:01Z"));
        shows("web", "Deferred");
        int writes = cluster.patches.size();
        status(
                "web",
                pod -> new PodBuilder(pod)
                        .editStatus()
                        .editFirstCondition()
                        .withMessage("other words")
                        .endCondition()
                        .endStatus()
                        .build());
        wants("web", "170m");
        await().untilAsserted(() -> assertThat(annotation(pod("web"), AnnotationKeys.RESIZE_DETAILS))
                .contains("170m", "other words"));
        assertThat(cluster.patches).hasSize(writes + 1);
        assertThat(events("web").stream().filter("ResizeDeferred"::equals)).hasSize(1);
    }

    @Test
    void a_tracker_that_starts_again_writes_nothing_twice_and_knows_since_when() {
        ResizeTracker first = tracker(true);
        create("web", null);
        wants("web", "150m");
        shows("web", "Proposed");
        first.close();
        int writes = cluster.patches.size();
        Instant since = ResizeDetails.read(annotation(pod("web"), AnnotationKeys.RESIZE_DETAILS))
                .orElseThrow()
                .since();
        tracker(true);
        create("other", null);
        wants("other", "150m");
        shows("other", "Proposed");
        assertThat(cluster.patches).hasSize(writes + 1);
        tells("web", condition("PodResizeInProgress", "", "2026-01-01T00:00:03Z"));
        shows("web", "InProgress");
        assertThat(ResizeDetails.read(annotation(pod("web"), AnnotationKeys.RESIZE_DETAILS))
                        .orElseThrow()
                        .since())
                .isEqualTo(since);
        assertThat(events("web")).containsExactly("ResizeInProgress", "ResizeProposed");
    }

    @Test
    void what_ended_while_no_tracker_ran_is_put_right() {
        create("web", null);
        cluster.client
                .pods()
                .inNamespace("prod")
                .withName("web")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"annotations\":{\"inplace-guard.io/resize\":\"Deferred\"}}}");
        tracker(true);
        shows("web", null);
        assertThat(events("web")).as("nobody knows whether it was completed").isEmpty();
    }

    @Test
    void only_the_leader_writes_and_the_next_one_goes_on() {
        ResizeTracker first = tracker(true);
        ResizeTracker second = tracker(false);
        create("web", null);
        wants("web", "150m");
        shows("web", "Proposed");
        assertThat(second.count(ResizeState.PROPOSED)).isZero();
        first.lead(false);
        tells("web", condition("PodResizeInProgress", "", "2026-01-01T00:00:03Z"));
        create("other", null);
        wants("other", "150m");
        // Long enough for a leader to write.
        await().during(Duration.ofMillis(500)).until(() -> cluster.patches.size() == 1);
        assertThat(annotation(pod("web"), AnnotationKeys.RESIZE)).isEqualTo("Proposed");
        second.lead(true);
        shows("other", "Proposed");
        shows("web", "InProgress");
        has("web", "150m");
        shows("web", null);
        assertThat(events("web")).containsExactly("ResizeCompleted", "ResizeInProgress", "ResizeProposed");
        assertThat(cluster.patches).hasSize(4);
    }

    @Test
    void a_second_resize_of_a_pod_is_told_like_the_first() {
        tracker(true);
        create("web", null);
        for (String cpu : List.of("150m", "170m")) {
            wants("web", cpu);
            shows("web", "Proposed");
            // A kubelet that says no time, of a Pod without a generation: so it was before 1.33.
            tells("web", condition("PodResizePending", "Deferred", ""));
            shows("web", "Deferred");
            has("web", cpu);
            shows("web", null);
        }
        assertThat(events("web"))
                .containsExactly(
                        "ResizeCompleted",
                        "ResizeCompleted",
                        "ResizeDeferred",
                        "ResizeDeferred",
                        "ResizeProposed",
                        "ResizeProposed");
    }

    @Test
    void an_event_that_is_refused_holds_nothing_up() {
        cluster.refused = request -> request.getPath().contains("/events");
        tracker(true);
        create("web", null);
        wants("web", "150m");
        shows("web", "Proposed");
        has("web", "150m");
        shows("web", null);
        cluster.refused = request -> false;
        assertThat(events("web")).isEmpty();
    }

    @Test
    void a_container_that_is_between_two_lives_has_not_completed_anything() {
        ResizeTracker tracker = tracker(true);
        create("web", null);
        wants("web", "150m");
        shows("web", "Proposed");
        status(
                "web",
                pod -> new PodBuilder(pod)
                        .editStatus()
                        .editFirstContainerStatus()
                        .withNewState()
                        .withNewTerminated()
                        .withExitCode(137)
                        .endTerminated()
                        .endState()
                        .endContainerStatus()
                        .endStatus()
                        .build());
        create("other", null);
        wants("other", "150m");
        shows("other", "Proposed");
        assertThat(annotation(pod("web"), AnnotationKeys.RESIZE)).isEqualTo("Proposed");
        assertThat(tracker.count(ResizeState.PROPOSED)).isEqualTo(2);
        status(
                "web",
                pod -> new PodBuilder(pod)
                        .editStatus()
                        .editFirstContainerStatus()
                        .withNewState()
                        .withNewRunning()
                        .endRunning()
                        .endState()
                        .endContainerStatus()
                        .endStatus()
                        .build());
        has("web", "150m");
        shows("web", null);
        assertThat(events("web")).containsExactly("ResizeCompleted", "ResizeProposed");
    }

    @Test
    void conflicts_and_failures_are_tried_again() {
        cluster.refusals.addAll(List.of(409, 500, 409));
        tracker(true);
        create("web", null);
        wants("web", "150m");
        shows("web", "Proposed");
        assertThat(cluster.patches).hasSize(4);
        assertThat(events("web")).containsExactly("ResizeProposed");
    }

    @Test
    void a_pod_that_is_gone_is_forgotten() {
        cluster.refusals.add(404);
        ResizeTracker tracker = tracker(true);
        create("web", null);
        wants("web", "150m");
        await().until(() -> cluster.refusals.isEmpty());
        cluster.client
                .pods()
                .inNamespace("prod")
                .withName("web")
                .withGracePeriod(0)
                .delete();
        await().until(() -> tracker.count(ResizeState.PROPOSED) == 0);
        create("other", null);
        wants("other", "150m");
        shows("other", "Proposed");
        assertThat(cluster.patches).hasSize(2);
    }

    @Test
    void a_pod_that_ends_in_its_resize_has_not_completed_it() {
        tracker(true);
        create("web", null);
        wants("web", "150m");
        shows("web", "Proposed");
        status(
                "web",
                pod -> new PodBuilder(pod)
                        .editStatus()
                        .withPhase("Succeeded")
                        .endStatus()
                        .build());
        shows("web", null);
        assertThat(events("web")).containsExactly("ResizeProposed");
        assertThat(transitions("Completed")).isZero();
    }

    private GenericKubernetesResource cloneSet(Map<String, String> annotations, Map<String, Object> status) {
        return workload("CloneSet", "set", null, annotations, status);
    }

    private GenericKubernetesResource workload(
            String kind,
            String name,
            @Nullable GenericKubernetesResource parent,
            Map<String, String> annotations,
            Map<String, Object> status) {
        return cluster.client
                .resource(new GenericKubernetesResourceBuilder()
                        .withApiVersion("apps.kruise.io/v1beta1")
                        .withKind(kind)
                        .withNewMetadata()
                        .withNamespace("prod")
                        .withName(name)
                        .withAnnotations(annotations)
                        .withOwnerReferences(parent == null ? List.of() : List.of(controller(parent)))
                        .endMetadata()
                        .withAdditionalProperties(Map.of("spec", Map.of("replicas", 2), "status", status))
                        .build())
                .create();
    }

    private void ownerShows(@Nullable String state) {
        ownerShows("CloneSet", "set", state);
    }

    private void ownerShows(String kind, String name, @Nullable String state) {
        await().untilAsserted(() -> assertThat(annotation(
                        cluster.client
                                .genericKubernetesResources("apps.kruise.io/v1beta1", kind)
                                .inNamespace("prod")
                                .withName(name)
                                .get(),
                        AnnotationKeys.RESIZE))
                .isEqualTo(state));
    }

    @Test
    void a_workload_carries_the_worst_of_its_pods_and_loses_it_with_the_last() {
        GenericKubernetesResource owner = cloneSet(Map.of(), Map.of());
        tracker(true);
        create("a", owner);
        create("b", owner);
        wants("a", "150m");
        ownerShows("Proposed");
        wants("b", "150m");
        tells("b", condition("PodResizePending", "Deferred", "2026-01-01T00:00:01Z"));
        ownerShows("Deferred");
        tells("a", condition("PodResizePending", "Infeasible", "2026-01-01T00:00:01Z"));
        ownerShows("Infeasible");
        cluster.client
                .pods()
                .inNamespace("prod")
                .withName("a")
                .withGracePeriod(0)
                .delete();
        ownerShows("Deferred");
        has("b", "150m");
        ownerShows(null);
        assertThat(cluster.patches)
                .filteredOn(patch -> patch.contains("clonesets"))
                .containsExactly("apply " + SET, "apply " + SET, "apply " + SET, "apply " + SET, "merge " + SET);
    }

    private static final String SET = "/apis/apps.kruise.io/v1beta1/namespaces/prod/clonesets/set";

    @Test
    void a_pod_that_changes_hands_takes_its_state_with_it() {
        GenericKubernetesResource owner = cloneSet(Map.of(), Map.of());
        GenericKubernetesResource other = workload("CloneSet", "other", null, Map.of(), Map.of());
        tracker(true);
        create("a", owner);
        wants("a", "150m");
        ownerShows("Proposed");
        retried(() -> cluster.client
                .pods()
                .inNamespace("prod")
                .withName("a")
                .edit(pod -> new PodBuilder(pod)
                        .editMetadata()
                        .withOwnerReferences(controller(other))
                        .endMetadata()
                        .build()));
        ownerShows(null);
        ownerShows("CloneSet", "other", "Proposed");
        retried(() -> cluster.client
                .pods()
                .inNamespace("prod")
                .withName("a")
                .edit(pod -> new PodBuilder(pod)
                        .editMetadata()
                        .withOwnerReferences()
                        .endMetadata()
                        .build()));
        ownerShows("CloneSet", "other", null);
        shows("a", "Proposed");
    }

    @Test
    void a_united_deployment_carries_what_its_childrens_pods_are_in() {
        GenericKubernetesResource united =
                workload("UnitedDeployment", "all", null, Map.of(AnnotationKeys.RESIZE, "Proposed"), Map.of());
        GenericKubernetesResource child = workload("CloneSet", "set", united, Map.of(), Map.of());
        tracker(true);
        create("a", child);
        wants("a", "150m");
        ownerShows("Proposed");
        tells("a", condition("PodResizePending", "Deferred", "2026-01-01T00:00:01Z"));
        ownerShows("UnitedDeployment", "all", "Deferred");
        has("a", "150m");
        ownerShows(null);
        ownerShows("UnitedDeployment", "all", null);
    }

    /** Workloads are read in one page, 10,000 pods in twenty: a tracker that leads at once knows less than the last one did. */
    @Test
    void nothing_is_taken_from_a_workload_before_the_pods_have_been_read() {
        GenericKubernetesResource owner = cloneSet(Map.of(AnnotationKeys.RESIZE, "Deferred"), Map.of());
        create("a", owner);
        wants("a", "150m");
        tells("a", condition("PodResizePending", "Deferred", "2026-01-01T00:00:01Z"));
        AtomicBoolean podsMayBeRead = new AtomicBoolean();
        cluster.refused = request -> !podsMayBeRead.get() && request.getPath().matches("/api/v1/pods\\?.*");
        ResizeTracker tracker = new ResizeTracker(cluster.client, 10_000, new TrackerMetrics(meters));
        trackers.add(tracker);
        tracker.lead(true);
        tracker.start(OFTEN);
        await().during(Duration.ofMillis(500)).until(() -> cluster.patches.isEmpty() && !tracker.leads());
        podsMayBeRead.set(true);
        shows("a", "Deferred");
        create("b", null);
        wants("b", "150m");
        shows("b", "Proposed");
        assertThat(cluster.patches)
                .containsExactly("apply /api/v1/namespaces/prod/pods/a", "apply /api/v1/namespaces/prod/pods/b");
    }

    @Test
    void what_the_webhook_proposed_on_a_workload_stays_until_its_pods_have_followed() {
        GenericKubernetesResource owner = cloneSet(Map.of(AnnotationKeys.RESIZE, "Proposed"), Map.of());
        ResizeTracker tracker = tracker(true);
        create("a", owner);
        wants("a", "150m");
        shows("a", "Proposed");
        assertThat(cluster.patches).as("the workload said so already").hasSize(1);
        has("a", "150m");
        ownerShows(null);
        tracker.close();
    }

    @Test
    void a_workload_whose_pods_have_all_followed_is_not_left_proposed() {
        GenericKubernetesResource owner = cloneSet(Map.of(AnnotationKeys.RESIZE, "Proposed"), Map.of());
        tracker(true);
        create("web", null);
        wants("web", "150m");
        shows("web", "Proposed");
        ownerShows("Proposed");
        Long generation = Objects.requireNonNullElse(owner.getMetadata().getGeneration(), 1L);
        owner.setAdditionalProperties(Map.of(
                "spec",
                Map.of("replicas", 2),
                "status",
                Map.of("observedGeneration", generation, "updatedReplicas", 2)));
        cluster.client
                .resource(owner)
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"generation\":" + generation + "},\"status\":{\"observedGeneration\":"
                                + (generation + 5) + ",\"updatedReplicas\":2}}");
        ownerShows(null);
    }

    @Test
    void of_two_that_stand_for_election_one_leads_and_the_other_follows_it() {
        cluster.client
                .resource(new LeaseBuilder()
                        .withNewMetadata()
                        .withNamespace("prod")
                        .withName("lease")
                        .endMetadata()
                        .build())
                .create();
        LeaderElection.Times quick =
                new LeaderElection.Times(Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofMillis(100));
        ResizeTracker a = tracker(false);
        ResizeTracker b = tracker(false);
        LeaderElection first = new LeaderElection(cluster.client, "prod", "lease", "a", quick, a::lead).start();
        await().until(a::leads);
        LeaderElection second = new LeaderElection(cluster.client, "prod", "lease", "b", quick, b::lead).start();
        create("web", null);
        wants("web", "150m");
        shows("web", "Proposed");
        assertThat(b.leads()).isFalse();
        first.close();
        await().until(() -> b.leads() && !a.leads());
        has("web", "150m");
        shows("web", null);
        second.close();
        await().until(() -> !b.leads());
    }
}
