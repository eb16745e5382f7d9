package io.inplaceguard.tracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.inplaceguard.MockCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rollouts that cannot finish, on a mock API server. */
class RolloutReconcilerTest {

    private final MockCluster cluster = new MockCluster();
    private final List<ResizeTracker> trackers = new ArrayList<>();

    @AfterEach
    void close() {
        trackers.forEach(ResizeTracker::close);
        cluster.close();
    }

    private ResizeTracker tracker() {
        ResizeTracker tracker = new ResizeTracker(cluster.client, 10_000, transition -> {});
        trackers.add(tracker);
        tracker.start(Duration.ofMillis(50));
        await().until(tracker::hasSynced);
        tracker.lead(true);
        return tracker;
    }

    private static GenericKubernetesResource cloneSet(String strategy, String current, String update, int updated) {
        return Serialization.unmarshal(
                """
                apiVersion: apps.kruise.io/v1beta1
                kind: CloneSet
                metadata: {namespace: prod, name: web}
                spec:
                  replicas: 3
                  updateStrategy: %s
                status: {currentRevision: %s, updateRevision: %s, updatedReplicas: %d}
                """.formatted(strategy, current, update, updated), GenericKubernetesResource.class);
    }

    private static final String IN_PLACE_ONLY = "{rollingUpdate: {podUpdatePolicy: InPlaceOnly}}";

    private void revision(String name, String image, String env) {
        cluster.client.resource("""
                        apiVersion: apps/v1
                        kind: ControllerRevision
                        metadata: {namespace: prod, name: %s}
                        revision: 1
                        data:
                          spec:
                            template:
                              $patch: replace
                              spec: {containers: [{name: app, image: "%s", env: [{name: A, value: "%s"}]}]}
                        """.formatted(name, image, env)).create();
    }

    private List<Event> events() {
        return cluster.client.v1().events().inNamespace("prod").list().getItems();
    }

    @Test
    void a_rollout_that_cannot_finish_has_one_event_with_its_fields_until_it_is_reverted() {
        revision("web-1", "app:1", "one");
        revision("web-2", "app:2", "two");
        GenericKubernetesResource stuck = cluster.client
                .resource(cloneSet(IN_PLACE_ONLY, "web-1", "web-2", 0))
                .create();
        ResizeTracker tracker = tracker();
        await().until(() -> tracker.countStuckRollouts("CloneSet") == 1);
        assertThat(tracker.countStuckRollouts("StatefulSet")).isZero();
        assertThat(events()).singleElement().satisfies(event -> {
            assertThat(event.getReason()).isEqualTo("RolloutStuck");
            assertThat(event.getType()).isEqualTo("Warning");
            assertThat(event.getInvolvedObject().getKind()).isEqualTo("CloneSet");
            assertThat(event.getMessage())
                    .contains("web-2", "spec.template.spec.containers[name=app].env")
                    .doesNotContain("two");
        });
        ResizeTracker next = tracker();
        await().until(() -> next.countStuckRollouts("CloneSet") == 1 && next.isIdle());
        assertThat(events()).as("after a restart too").hasSize(1);
        GenericKubernetesResource reverted = cloneSet(IN_PLACE_ONLY, "web-1", "web-1", 3);
        reverted.getMetadata().setUid(stuck.getMetadata().getUid());
        cluster.client.resource(reverted).update();
        await().until(() -> tracker.countStuckRollouts("CloneSet") == 0);
    }

    @ParameterizedTest(name = "{0}, image {1}, env {2}, {3} updated")
    @CsvSource(
            delimiter = '|',
            value = {
                "{rollingUpdate: {podUpdatePolicy: InPlaceOnly}}|app:2|one|0",
                "{rollingUpdate: {podUpdatePolicy: InPlaceIfPossible}}|app:1|two|0",
                "{type: OnDelete, rollingUpdate: {podUpdatePolicy: InPlaceOnly}}|app:1|two|0",
                "{rollingUpdate: {podUpdatePolicy: InPlaceOnly}}|app:1|two|3",
            })
    void any_other_rollout_is_not_reported(String strategy, String image, String env, int updated) {
        revision("web-1", "app:1", "one");
        revision("web-2", image, env);
        String uid = cluster.client
                .resource(cloneSet(strategy, "web-1", "web-2", updated))
                .create()
                .getMetadata()
                .getUid();
        ResizeTracker tracker = tracker();
        await().until(() -> tracker.index().owner(uid) != null);
        await().until(tracker::isIdle);
        assertThat(tracker.countStuckRollouts("CloneSet")).isZero();
        assertThat(events()).isEmpty();
    }

    @Test
    void revisions_that_may_not_be_read_do_not_delay_the_annotation() {
        cluster.refused = request -> request.getPath().contains("controllerrevisions");
        GenericKubernetesResource owner = cloneSet(IN_PLACE_ONLY, "web-1", "web-2", 0);
        owner.getMetadata().setAnnotations(java.util.Map.of("inplace-guard.io/resize", "Deferred"));
        String uid = cluster.client.resource(owner).create().getMetadata().getUid();
        ResizeTracker tracker = tracker();
        await().until(() ->
                tracker.index().owner(uid) != null && tracker.index().owner(uid).annotated() == null);
        await().until(tracker::isIdle);
        assertThat(tracker.countStuckRollouts("CloneSet")).isZero();
    }
}
