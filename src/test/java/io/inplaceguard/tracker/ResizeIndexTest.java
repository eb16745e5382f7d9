package io.inplaceguard.tracker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ResizeIndexTest {

    private final List<ResizeIndex.Key> enqueued = new ArrayList<>();
    private final ResizeIndex index = new ResizeIndex(enqueued::add);

    private static TrackedPod pod(int version, @Nullable String owner, @Nullable ResizeState state) {
        PodResize resize = state == null ? null : new PodResize(state, "", "", "", "t", List.of());
        return new TrackedPod(
                "prod", "web", "uid", String.valueOf(version), 1, owner, resize, false, false, null, null);
    }

    private static TrackedOwner owner(String uid, int version, @Nullable String parent, @Nullable String annotated) {
        return new TrackedOwner(
                "v1", "CloneSet", "prod", uid, uid, String.valueOf(version), parent, annotated, false, null);
    }

    @Test
    void an_earlier_state_of_a_pod_is_ignored() {
        index.observe(pod(2, "set", ResizeState.DEFERRED));
        enqueued.clear();
        index.observe(pod(1, "set", ResizeState.PROPOSED));
        assertThat(enqueued).isEmpty();
        assertThat(index.worst("set")).contains(ResizeState.DEFERRED);
        index.observe(pod(3, "set", ResizeState.INFEASIBLE));
        assertThat(enqueued).containsExactly(new ResizeIndex.Key.OfOwner("set"), new ResizeIndex.Key.OfPod("prod/web"));
    }

    @Test
    void what_was_written_hides_what_the_informer_still_delivers() {
        index.observe(pod(2, "set", ResizeState.DEFERRED));
        index.refresh(pod(5, "set", null));
        enqueued.clear();
        index.observe(pod(4, "set", ResizeState.DEFERRED));
        assertThat(enqueued).isEmpty();
        index.observe(pod(5, "set", null));
        assertThat(index.pod("prod/web")).isNull();
        assertThat(index.worst("set")).isEmpty();
        assertThat(enqueued).containsExactly(new ResizeIndex.Key.OfOwner("set"));
    }

    @Test
    void a_pod_counts_for_its_newest_owner_and_for_that_owner_s_parent() {
        index.observe(owner("a", 1, "united", null));
        index.observe(owner("b", 1, null, null));
        index.observe(pod(1, "a", ResizeState.DEFERRED));
        assertThat(index.worst("united")).contains(ResizeState.DEFERRED);
        assertThat(enqueued).contains(new ResizeIndex.Key.OfOwner("united"));
        index.observe(pod(2, "b", ResizeState.DEFERRED));
        assertThat(index.worst("a")).isEmpty();
        assertThat(index.worst("united")).isEmpty();
        assertThat(index.worst("b")).contains(ResizeState.DEFERRED);
        assertThat(index.count(ResizeState.DEFERRED)).isEqualTo(1);
        index.forgetPod("prod/web");
        assertThat(index.worst("b")).isEmpty();
        assertThat(index.count(ResizeState.DEFERRED)).isZero();
    }

    @Test
    void a_child_that_gets_another_parent_counts_there() {
        index.observe(owner("set", 1, "first", null));
        index.observe(pod(1, "set", ResizeState.PROPOSED));
        index.observe(owner("set", 2, "second", null));
        assertThat(index.worst("first")).isEmpty();
        assertThat(index.worst("second")).contains(ResizeState.PROPOSED);
        index.observe(owner("set", 1, "first", null));
        assertThat(index.worst("first")).as("an earlier state").isEmpty();
        index.forgetOwner("set");
        assertThat(index.worst("second")).isEmpty();
        assertThat(index.owner("set")).isNull();
    }

    @Test
    void a_leader_starts_with_everything() {
        index.observe(owner("set", 1, null, null));
        index.observe(pod(1, "unknown", ResizeState.PROPOSED));
        enqueued.clear();
        index.enqueueAll();
        assertThat(enqueued)
                .containsExactlyInAnyOrder(
                        new ResizeIndex.Key.OfPod("prod/web"),
                        new ResizeIndex.Key.OfOwner("set"),
                        new ResizeIndex.Key.OfOwner("unknown"));
    }

    @Test
    void of_several_states_a_workload_has_the_worst() {
        for (ResizeState state : ResizeState.values()) {
            index.observe(new TrackedPod(
                    "prod",
                    state.word(),
                    state.word(),
                    "1",
                    1,
                    "set",
                    new PodResize(state, "", "", "", "t", List.of()),
                    false,
                    false,
                    null,
                    null));
        }
        assertThat(index.worst("set")).contains(ResizeState.INFEASIBLE);
        index.forgetPod("prod/Infeasible");
        assertThat(index.worst("set")).contains(ResizeState.DEFERRED);
        index.forgetPod("prod/Deferred");
        assertThat(index.worst("set")).contains(ResizeState.IN_PROGRESS);
    }
}
