package io.inplaceguard.tracker;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All that the tracker knows of resizes: the pods in one, the workloads, and which pods count for which workload. One lock keeps it
 * consistent; it is held for memory accesses only, never during a call. Bounded by the pods in a resize and by the workloads of the
 * cluster.
 */
final class ResizeIndex {

    /** What can be reconciled. */
    sealed interface Key {

        /**
         * A Pod.
         *
         * @param name {@code namespace/name}
         */
        record OfPod(String name) implements Key {
            @Override
            public String toString() {
                return "pod " + name;
            }
        }

        /** A workload. */
        record OfOwner(String uid) implements Key {
            @Override
            public String toString() {
                return "the workload with uid " + uid;
            }
        }
    }

    private final Consumer<Key> enqueue;
    private final Map<String, TrackedPod> pods = new HashMap<>();
    private final Map<String, Map<String, ResizeState>> statesByOwner = new HashMap<>();
    private final Map<String, TrackedOwner> owners = new HashMap<>();
    private final Map<String, Set<String>> childrenByParent = new HashMap<>();
    private final Set<String> annotatedOwners = new HashSet<>();

    /** @param enqueue takes what has to be reconciled; must return at once and not call back */
    ResizeIndex(Consumer<Key> enqueue) {
        this.enqueue = enqueue;
    }

    /** Takes in the newest state of a Pod. An earlier state than the one known is ignored. */
    synchronized void observe(TrackedPod pod) {
        TrackedPod before = pods.get(pod.key());
        if (before != null && pod.isOlderThan(before)) {
            return;
        }
        if (pod.isRelevant()) {
            pods.put(pod.key(), pod);
        } else {
            pods.remove(pod.key());
        }
        if (before != null && !Objects.equals(before.owner(), pod.owner())) {
            // Released, or adopted by another workload.
            index(before.owner(), pod.key(), Optional.empty());
        }
        index(pod.owner(), pod.key(), pod.state());
        if (!pod.isUpToDate()) {
            enqueue.accept(new Key.OfPod(pod.key()));
        }
    }

    /** Removes a Pod that was deleted. */
    synchronized void forgetPod(String name) {
        TrackedPod before = pods.remove(name);
        if (before != null) {
            index(before.owner(), name, Optional.empty());
        }
    }

    /**
     * Takes in a Pod as the API server returned it after a write. It is kept even where it is not relevant any more: what the
     * informer delivers until it has caught up is older and is ignored.
     */
    synchronized void refresh(TrackedPod written) {
        pods.computeIfPresent(written.key(), (key, seen) -> seen.isOlderThan(written) ? written : seen);
    }

    /** Takes in the newest state of a workload. An earlier state than the one known is ignored. */
    synchronized void observe(TrackedOwner owner) {
        TrackedOwner before = owners.get(owner.uid());
        if (before != null && owner.isOlderThan(before)) {
            return;
        }
        if (before != null) {
            unlink(before);
        }
        owners.put(owner.uid(), owner);
        if (owner.parent() != null) {
            childrenByParent
                    .computeIfAbsent(owner.parent(), uid -> new HashSet<>())
                    .add(owner.uid());
        }
        Rollout rolloutBefore = before == null ? null : before.rollout();
        if (owner.annotated() != null
                || worst(owner.uid()).isPresent()
                || !Objects.equals(owner.rollout(), rolloutBefore)) {
            enqueueOwner(owner.uid());
        }
    }

    /** Removes a workload that was deleted. Its pods are removed one by one. */
    synchronized void forgetOwner(String uid) {
        TrackedOwner before = owners.remove(uid);
        if (before != null) {
            unlink(before);
        }
        annotatedOwners.remove(uid);
    }

    /** Takes in a workload as the API server returned it after a write. */
    synchronized void refresh(TrackedOwner written) {
        owners.computeIfPresent(written.uid(), (uid, seen) -> seen.isOlderThan(written) ? written : seen);
    }

    /** Remembers whether a workload carries an annotation because of its pods, not because of the webhook. */
    synchronized void setAnnotated(String uid, boolean annotated) {
        if (annotated) {
            annotatedOwners.add(uid);
        } else {
            annotatedOwners.remove(uid);
        }
    }

    synchronized boolean isAnnotated(String uid) {
        return annotatedOwners.contains(uid);
    }

    /** Enqueues everything, for a process that starts to lead. */
    synchronized void enqueueAll() {
        pods.keySet().forEach(name -> enqueue.accept(new Key.OfPod(name)));
        Set<String> uids = new HashSet<>(statesByOwner.keySet());
        uids.addAll(owners.keySet());
        uids.forEach(uid -> enqueue.accept(new Key.OfOwner(uid)));
    }

    /** A Pod by {@code namespace/name}; null where it is in no resize. */
    synchronized @Nullable TrackedPod pod(String name) {
        return pods.get(name);
    }

    /** A workload by its uid; null where it is not known. */
    synchronized @Nullable TrackedOwner owner(String uid) {
        return owners.get(uid);
    }

    /** The worst state of a workload's pods and of its children's; empty where none of them is in a resize. */
    synchronized Optional<ResizeState> worst(String uid) {
        List<ResizeState> states = new ArrayList<>(states(uid));
        childrenByParent.getOrDefault(uid, Set.of()).forEach(child -> states.addAll(states(child)));
        return states.isEmpty() ? Optional.empty() : Optional.of(Collections.max(states));
    }

    /** How many pods are in that state. */
    synchronized long count(ResizeState state) {
        return pods.values().stream()
                .filter(pod -> pod.state().filter(state::equals).isPresent())
                .count();
    }

    private Collection<ResizeState> states(String uid) {
        return statesByOwner.getOrDefault(uid, Map.of()).values();
    }

    private void index(@Nullable String owner, String pod, Optional<ResizeState> state) {
        if (owner == null) {
            return;
        }
        Map<String, ResizeState> states = statesByOwner.getOrDefault(owner, new HashMap<>());
        ResizeState before = state.isPresent() ? states.put(pod, state.get()) : states.remove(pod);
        if (states.isEmpty()) {
            statesByOwner.remove(owner);
        } else {
            statesByOwner.put(owner, states);
        }
        if (before != state.orElse(null)) {
            enqueueOwner(owner);
        }
    }

    /** A workload, and the one that it is a child of. */
    private void enqueueOwner(String uid) {
        enqueue.accept(new Key.OfOwner(uid));
        TrackedOwner owner = owners.get(uid);
        if (owner != null && owner.parent() != null) {
            enqueue.accept(new Key.OfOwner(owner.parent()));
        }
    }

    private void unlink(TrackedOwner child) {
        String parent = child.parent();
        if (parent != null) {
            Set<String> children = childrenByParent.getOrDefault(parent, new HashSet<>());
            children.remove(child.uid());
            if (children.isEmpty()) {
                childrenByParent.remove(parent);
            }
        }
    }
}
