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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The tracker on a mock API server. */
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
        ResizeTracker tracker = new ResizeTracker(cluster.client, 10_000, metrics::record);
        metrics.register(tracker::count, tracker::countStuckRollouts, tracker::isLeading);
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

    /** The tracker writes to the same object, so conflicts are expected here too. */
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

    private void setSpec(String name, String cpu) {
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

    private void setConditions(String name, PodCondition... conditions) {
        status(
                name,
                pod -> new PodBuilder(pod)
                        .editStatus()
                        .withConditions(conditions)
                        .endStatus()
                        .build());
    }

    private void setActual(String name, String cpu) {
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
                .withMessage("the kubelet's message")
                .withLastTransitionTime(since)
                .build();
    }

    private static @Nullable String annotation(io.fabric8.kubernetes.api.model.HasMetadata object, String name) {
        return Objects.requireNonNullElse(object.getMetadata().getAnnotations(), Map.<String, String>of())
                .get(name);
    }

    private void awaitState(String name, @Nullable String state) {
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

    /**
     * The contract "one write for each step": a resize of that many states is that many applies, and one merge patch that removes the
     * annotations in the end.
     */
    private void assertWrites(String path, int states) {
        List<String> expected = new ArrayList<>(Collections.nCopies(states, "apply " + path));
        expected.add("merge " + path);
        assertThat(cluster.patches).filteredOn(patch -> patch.endsWith(path)).isEqualTo(expected);
    }

    /** Waits until that tracker has seen a Pod in that state, whether it leads or not. */
    private static void awaitObserved(ResizeTracker tracker, String name, ResizeState state) {
        await().until(() -> {
            TrackedPod pod = tracker.index().pod("prod/" + name);
            return pod != null && pod.state().filter(state::equals).isPresent();
        });
    }

    private ResizeDetails details(String name) {
        return ResizeDetails.read(annotation(pod(name), AnnotationKeys.RESIZE_DETAILS))
                .orElseThrow();
    }

    private double transitions(String state) {
        return meters.get("inplace.guard.resize.transitions")
                .tag("state", state)
                .counter()
                .count();
    }

    @Test
    void a_resize_is_followed_from_proposed_to_completed_with_one_write_for_each_step() {
        ResizeTracker tracker = tracker(true);
        create("web", null);
        setSpec("web", "150m");
        awaitState("web", "Proposed");
        assertThat(annotation(pod("web"), AnnotationKeys.RESIZE_DETAILS)).contains("\"from\":\"100m\",\"to\":\"150m\"");
        assertThat(tracker.count(ResizeState.PROPOSED)).isEqualTo(1);
        setConditions("web", condition("PodResizePending", "Deferred", "2026-01-01T00:00:01Z"));
        awaitState("web", "Deferred");
        assertThat(annotation(pod("web"), AnnotationKeys.RESIZE_DETAILS)).contains("the kubelet's message");
        setConditions("web", condition("PodResizePending", "Infeasible", "2026-01-01T00:00:02Z"));
        awaitState("web", "Infeasible");
        setConditions("web", condition("PodResizeInProgress", "", "2026-01-01T00:00:03Z"));
        awaitState("web", "InProgress");
        setActual("web", "150m");
        awaitState("web", null);
        assertThat(annotation(pod("web"), AnnotationKeys.RESIZE_DETAILS)).isNull();
        await().untilAsserted(() -> assertThat(transitions("Completed")).isEqualTo(1));
        assertThat(events("web"))
                .containsExactly(
                        "ResizeCompleted", "ResizeDeferred", "ResizeInProgress", "ResizeInfeasible", "ResizeProposed");
        assertWrites("/api/v1/namespaces/prod/pods/web", 4);
        assertThat(meters.get("inplace.guard.resize.duration").timer().count()).isEqualTo(1);
        assertThat(tracker.count(ResizeState.PROPOSED)).isZero();
    }

    @Test
    void a_message_alone_is_not_written_again_and_a_new_request_is() {
        tracker(true);
        create("web", null);
        setSpec("web", "150m");
        setConditions("web", condition("PodResizePending", "Deferred", "2026-01-01T00:00:01Z"));
        awaitState("web", "Deferred");
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
        setSpec("web", "170m");
        await().untilAsserted(() -> assertThat(annotation(pod("web"), AnnotationKeys.RESIZE_DETAILS))
                .contains("170m", "other words"));
        assertThat(cluster.patches).hasSize(writes + 1);
        assertThat(events("web").stream().filter("ResizeDeferred"::equals)).hasSize(1);
    }

    @Test
    void an_error_has_an_event_of_its_own_and_is_no_new_state() {
        tracker(true);
        create("web", null);
        setSpec("web", "150m");
        setConditions("web", condition("PodResizeInProgress", "", "2026-01-01T00:00:01Z"));
        awaitState("web", "InProgress");
        Instant since = details("web").since();
        setConditions("web", condition("PodResizeInProgress", "Error", "2026-01-01T00:00:02Z"));
        await().untilAsserted(() -> assertThat(details("web").reason()).isEqualTo("Error"));
        assertThat(annotation(pod("web"), AnnotationKeys.RESIZE)).isEqualTo("InProgress");
        assertThat(details("web").since()).isEqualTo(since);
        assertThat(events("web")).contains("ResizeError", "ResizeInProgress");
        assertThat(cluster.client.v1().events().inNamespace("prod").list().getItems())
                .filteredOn(event -> event.getReason().equals("ResizeError"))
                .allMatch(event ->
                        event.getType().equals("Warning") && event.getMessage().contains("the kubelet's message"));
        assertThat(transitions("InProgress")).isEqualTo(1);
    }

    @Test
    void since_restarts_with_each_new_target() {
        create("web", null);
        setSpec("web", "1950m");
        setConditions("web", condition("PodResizePending", "Deferred", "2026-01-01T00:00:01Z"));
        Pod deferred = pod("web");
        ResizeDetails old = ResizeDetails.of(
                PodResize.of(deferred).orElseThrow(), Optional.empty(), Instant.parse("2026-01-01T00:00:01Z"));
        retried(() -> cluster.client
                .pods()
                .inNamespace("prod")
                .withName("web")
                .edit(pod -> new PodBuilder(pod)
                        .editMetadata()
                        .addToAnnotations(AnnotationKeys.RESIZE, "Deferred")
                        .addToAnnotations(AnnotationKeys.RESIZE_DETAILS, old.json())
                        .endMetadata()
                        .build()));
        setSpec("web", "120m");
        setConditions("web");
        tracker(true);
        awaitState("web", "Proposed");
        assertThat(details("web").since()).isAfter(old.since());
        assertThat(details("web").steps()).extracting(ResizeStep::to).containsExactly("120m");
    }

    @Test
    void a_restarted_tracker_writes_nothing_twice_and_keeps_since() {
        ResizeTracker first = tracker(true);
        create("web", null);
        setSpec("web", "150m");
        awaitState("web", "Proposed");
        first.close();
        int writes = cluster.patches.size();
        Instant since = details("web").since();
        tracker(true);
        create("other", null);
        setSpec("other", "150m");
        awaitState("other", "Proposed");
        assertThat(cluster.patches).hasSize(writes + 1);
        setConditions("web", condition("PodResizeInProgress", "", "2026-01-01T00:00:03Z"));
        awaitState("web", "InProgress");
        assertThat(details("web").since()).isEqualTo(since);
        assertThat(events("web")).containsExactly("ResizeInProgress", "ResizeProposed");
    }

    @Test
    void a_state_that_became_stale_while_no_tracker_ran_is_removed() {
        create("web", null);
        cluster.client
                .pods()
                .inNamespace("prod")
                .withName("web")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"annotations\":{\"inplace-guard.io/resize\":\"Deferred\"}}}");
        tracker(true);
        awaitState("web", null);
        assertThat(events("web")).as("whether it was completed is not known").isEmpty();
    }

    @Test
    void only_the_leader_writes_and_the_next_one_continues() {
        ResizeTracker first = tracker(true);
        ResizeTracker second = tracker(false);
        create("web", null);
        setSpec("web", "150m");
        awaitState("web", "Proposed");
        assertThat(second.count(ResizeState.PROPOSED)).isZero();
        first.lead(false);
        setConditions("web", condition("PodResizeInProgress", "", "2026-01-01T00:00:03Z"));
        create("other", null);
        setSpec("other", "150m");
        for (ResizeTracker tracker : List.of(first, second)) {
            awaitObserved(tracker, "web", ResizeState.IN_PROGRESS);
            awaitObserved(tracker, "other", ResizeState.PROPOSED);
            await().until(tracker::isIdle);
        }
        assertThat(cluster.patches).hasSize(1);
        assertThat(annotation(pod("web"), AnnotationKeys.RESIZE)).isEqualTo("Proposed");
        second.lead(true);
        awaitState("other", "Proposed");
        awaitState("web", "InProgress");
        setActual("web", "150m");
        awaitState("web", null);
        assertThat(events("web")).containsExactly("ResizeCompleted", "ResizeInProgress", "ResizeProposed");
        assertThat(cluster.patches).hasSize(4);
    }

    @Test
    void a_second_resize_of_a_pod_has_its_own_events() {
        tracker(true);
        create("web", null);
        for (String cpu : List.of("150m", "170m")) {
            setSpec("web", cpu);
            awaitState("web", "Proposed");
            // No transition time and no generation, as before Kubernetes 1.33.
            setConditions("web", condition("PodResizePending", "Deferred", ""));
            awaitState("web", "Deferred");
            setActual("web", cpu);
            awaitState("web", null);
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
    void an_event_that_is_rejected_does_not_delay_the_annotation() {
        cluster.refused = request -> request.getPath().contains("/events");
        tracker(true);
        create("web", null);
        setSpec("web", "150m");
        awaitState("web", "Proposed");
        setActual("web", "150m");
        awaitState("web", null);
        cluster.refused = request -> false;
        assertThat(events("web")).isEmpty();
    }

    @Test
    void a_resize_is_not_complete_while_a_container_restarts() {
        ResizeTracker tracker = tracker(true);
        create("web", null);
        setSpec("web", "150m");
        awaitState("web", "Proposed");
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
        setSpec("other", "150m");
        awaitState("other", "Proposed");
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
        setActual("web", "150m");
        awaitState("web", null);
        assertThat(events("web")).containsExactly("ResizeCompleted", "ResizeProposed");
    }

    @Test
    void conflicts_and_failures_are_retried() {
        cluster.refusals.addAll(List.of(409, 500, 409));
        tracker(true);
        create("web", null);
        setSpec("web", "150m");
        awaitState("web", "Proposed");
        assertThat(cluster.patches).hasSize(4);
        assertThat(events("web")).containsExactly("ResizeProposed");
    }

    @Test
    void a_deleted_pod_is_forgotten() {
        cluster.refusals.add(404);
        ResizeTracker tracker = tracker(true);
        create("web", null);
        setSpec("web", "150m");
        await().until(() -> cluster.refusals.isEmpty());
        cluster.client
                .pods()
                .inNamespace("prod")
                .withName("web")
                .withGracePeriod(0)
                .delete();
        await().until(() -> tracker.count(ResizeState.PROPOSED) == 0);
        create("other", null);
        setSpec("other", "150m");
        awaitState("other", "Proposed");
        assertThat(cluster.patches).hasSize(2);
    }

    @Test
    void a_pod_that_finishes_during_a_resize_has_not_completed_it() {
        tracker(true);
        create("web", null);
        setSpec("web", "150m");
        awaitState("web", "Proposed");
        status(
                "web",
                pod -> new PodBuilder(pod)
                        .editStatus()
                        .withPhase("Succeeded")
                        .endStatus()
                        .build());
        awaitState("web", null);
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

    private void awaitOwnerState(@Nullable String state) {
        awaitOwnerState("CloneSet", "set", state);
    }

    private void awaitOwnerState(String kind, String name, @Nullable String state) {
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
    void a_workload_has_the_worst_state_of_its_pods_until_the_last_resize_ends() {
        GenericKubernetesResource owner = cloneSet(Map.of(), Map.of());
        tracker(true);
        create("a", owner);
        create("b", owner);
        setSpec("a", "150m");
        awaitOwnerState("Proposed");
        setSpec("b", "150m");
        setConditions("b", condition("PodResizePending", "Deferred", "2026-01-01T00:00:01Z"));
        awaitOwnerState("Deferred");
        setConditions("a", condition("PodResizePending", "Infeasible", "2026-01-01T00:00:01Z"));
        awaitOwnerState("Infeasible");
        cluster.client
                .pods()
                .inNamespace("prod")
                .withName("a")
                .withGracePeriod(0)
                .delete();
        awaitOwnerState("Deferred");
        setActual("b", "150m");
        awaitOwnerState(null);
        assertWrites(SET, 4);
    }

    private static final String SET = "/apis/apps.kruise.io/v1beta1/namespaces/prod/clonesets/set";

    @Test
    void a_pod_that_gets_another_controller_counts_there() {
        GenericKubernetesResource owner = cloneSet(Map.of(), Map.of());
        GenericKubernetesResource other = workload("CloneSet", "other", null, Map.of(), Map.of());
        tracker(true);
        create("a", owner);
        setSpec("a", "150m");
        awaitOwnerState("Proposed");
        retried(() -> cluster.client
                .pods()
                .inNamespace("prod")
                .withName("a")
                .edit(pod -> new PodBuilder(pod)
                        .editMetadata()
                        .withOwnerReferences(controller(other))
                        .endMetadata()
                        .build()));
        awaitOwnerState(null);
        awaitOwnerState("CloneSet", "other", "Proposed");
        retried(() -> cluster.client
                .pods()
                .inNamespace("prod")
                .withName("a")
                .edit(pod -> new PodBuilder(pod)
                        .editMetadata()
                        .withOwnerReferences()
                        .endMetadata()
                        .build()));
        awaitOwnerState("CloneSet", "other", null);
        awaitState("a", "Proposed");
    }

    @Test
    void a_united_deployment_has_the_state_of_its_childrens_pods() {
        GenericKubernetesResource united =
                workload("UnitedDeployment", "all", null, Map.of(AnnotationKeys.RESIZE, "Proposed"), Map.of());
        GenericKubernetesResource child = workload("CloneSet", "set", united, Map.of(), Map.of());
        tracker(true);
        create("a", child);
        setSpec("a", "150m");
        awaitOwnerState("Proposed");
        setConditions("a", condition("PodResizePending", "Deferred", "2026-01-01T00:00:01Z"));
        awaitOwnerState("UnitedDeployment", "all", "Deferred");
        setActual("a", "150m");
        awaitOwnerState(null);
        awaitOwnerState("UnitedDeployment", "all", null);
    }

    /** Workloads are listed in one page, 10,000 pods in twenty: until then a new leader knows less than the last one did. */
    @Test
    void no_annotation_of_a_workload_is_removed_before_all_pods_have_been_listed() {
        GenericKubernetesResource owner = cloneSet(Map.of(AnnotationKeys.RESIZE, "Deferred"), Map.of());
        create("a", owner);
        setSpec("a", "150m");
        setConditions("a", condition("PodResizePending", "Deferred", "2026-01-01T00:00:01Z"));
        AtomicBoolean podsCanBeListed = new AtomicBoolean();
        AtomicInteger refusals = new AtomicInteger();
        cluster.refused = request -> !podsCanBeListed.get()
                && request.getPath().matches("/api/v1/pods\\?.*")
                && refusals.incrementAndGet() > 0;
        ResizeTracker tracker = new ResizeTracker(cluster.client, 10_000, transition -> {});
        trackers.add(tracker);
        tracker.lead(true);
        tracker.start(OFTEN);
        String uid = owner.getMetadata().getUid();
        await().until(() -> tracker.index().owner(uid) != null && refusals.get() > 0);
        assertThat(tracker.isLeading()).isFalse();
        assertThat(tracker.isIdle()).isTrue();
        assertThat(cluster.patches).isEmpty();
        podsCanBeListed.set(true);
        awaitState("a", "Deferred");
        create("b", null);
        setSpec("b", "150m");
        awaitState("b", "Proposed");
        assertThat(cluster.patches)
                .containsExactly("apply /api/v1/namespaces/prod/pods/a", "apply /api/v1/namespaces/prod/pods/b");
    }

    @Test
    void a_workload_that_the_webhook_marked_proposed_keeps_it_until_its_pods_are_resized() {
        GenericKubernetesResource owner = cloneSet(Map.of(AnnotationKeys.RESIZE, "Proposed"), Map.of());
        ResizeTracker tracker = tracker(true);
        create("a", owner);
        setSpec("a", "150m");
        awaitState("a", "Proposed");
        assertThat(cluster.patches).as("the workload was annotated already").hasSize(1);
        setActual("a", "150m");
        awaitOwnerState(null);
        tracker.close();
    }

    @Test
    void proposed_is_removed_from_a_workload_whose_pods_are_all_updated() {
        GenericKubernetesResource owner = cloneSet(Map.of(AnnotationKeys.RESIZE, "Proposed"), Map.of());
        tracker(true);
        create("web", null);
        setSpec("web", "150m");
        awaitState("web", "Proposed");
        awaitOwnerState("Proposed");
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
        awaitOwnerState(null);
    }

    @Test
    void of_two_candidates_one_leads_until_it_releases_the_lease() {
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
        await().until(a::isLeading);
        LeaderElection second = new LeaderElection(cluster.client, "prod", "lease", "b", quick, b::lead).start();
        create("web", null);
        setSpec("web", "150m");
        awaitState("web", "Proposed");
        assertThat(b.isLeading()).isFalse();
        first.close();
        await().until(() -> b.isLeading() && !a.isLeading());
        setActual("web", "150m");
        awaitState("web", null);
        second.close();
        await().until(() -> !b.isLeading());
    }
}
