package io.inplaceguard.tracker;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.inplaceguard.kube.MetadataStore;
import io.inplaceguard.kube.WorkloadInformers;
import io.inplaceguard.kube.WorkloadInformers.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows resizes: informers keep what pods and workloads show, a work queue brings their annotations in line. All it needs
 * to know is on the objects themselves, so a restart or another leader goes on where the last one stopped.
 *
 * <p>Informers and a queue of a hundred lines, not an operator framework: there is no custom resource here and no desired
 * state, one reconciler writes to six kinds, and of 10,000 pods only those in a resize are kept.
 */
final class ResizeTracker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ResizeTracker.class);
    private static final int WORKERS = 8;
    private static final long PAGE = 500;
    private static final int NOT_FOUND = 404;

    /** The workloads that carry the aggregate of their pods, or of their children's. */
    private static final List<Kind> OWNERS = List.of(
            new Kind("apps.kruise.io", List.of("v1beta1", "v1alpha1"), "CloneSet", "clonesets"),
            new Kind("apps.kruise.io", List.of("v1beta1", "v1alpha1"), "StatefulSet", "statefulsets"),
            new Kind("apps.kruise.io", List.of("v1beta1", "v1alpha1"), "DaemonSet", "daemonsets"),
            new Kind("apps.kruise.io", List.of("v1beta1", "v1alpha1"), "UnitedDeployment", "uniteddeployments"),
            new Kind("apps", List.of("v1"), "StatefulSet", "statefulsets"),
            new Kind("apps", List.of("v1"), "DaemonSet", "daemonsets"));

    /**
     * What the queue holds.
     *
     * @param owner uid of a workload; null for a Pod
     * @param name  of the Pod, {@code namespace/name}; null for a workload
     */
    private record Key(@Nullable String owner, @Nullable String name) {
        @Override
        public String toString() {
            return name == null ? "the workload with uid " + owner : "pod " + name;
        }
    }

    private final Map<String, TrackedPod> pods = new ConcurrentHashMap<>();
    private final Map<String, Map<String, ResizeState>> resizesByOwner = new ConcurrentHashMap<>();
    private final Map<String, TrackedOwner> owners = new ConcurrentHashMap<>();
    private final Set<String> carrying = ConcurrentHashMap.newKeySet();
    private final ResizeAnnotations scribe;
    private final TrackerMetrics metrics;
    private final WorkQueue<Key> queue;
    private final SharedIndexInformer<Pod> podInformer;
    private final WorkloadInformers ownerInformers;
    private boolean elected;
    private boolean podsRead;

    /** @param client stays its caller's to close */
    ResizeTracker(KubernetesClient client, int writesPerSecond, TrackerMetrics metrics) {
        this.scribe = new ResizeAnnotations(client, new RateLimiter(writesPerSecond));
        this.metrics = metrics;
        this.queue = new WorkQueue<>(this::reconcile, WORKERS);
        this.podInformer = client.pods()
                .inAnyNamespace()
                .withLimit(PAGE)
                .runnableInformer(0)
                .itemStore(new MetadataStore<>(pod -> new Pod()))
                .exceptionHandler((started, problem) -> {
                    LOG.warn("pods cannot be read, trying again: {}", String.valueOf(problem.getMessage()));
                    return true;
                })
                .addEventHandler(new PodHandler());
        this.ownerInformers = new WorkloadInformers(client, OWNERS, (kind, version) -> new OwnerHandler());
    }

    /** Begins to read; writes nothing before it leads. */
    ResizeTracker start(Duration interval) {
        podInformer.start();
        ownerInformers.start(interval);
        return this;
    }

    /** From now on it is this process that writes, or another. Nothing is written before all pods have been read once. */
    synchronized void lead(boolean leads) {
        elected = leads;
        activate();
    }

    private synchronized void podsAreRead() {
        if (!podsRead) {
            podsRead = true;
            activate();
        }
    }

    private void activate() {
        boolean active = elected && podsRead;
        queue.setActive(active);
        if (active) {
            pods.keySet().forEach(name -> queue.add(new Key(null, name)));
            resizesByOwner.keySet().forEach(uid -> queue.add(new Key(uid, null)));
            owners.keySet().forEach(uid -> queue.add(new Key(uid, null)));
        }
    }

    boolean leads() {
        return queue.isActive();
    }

    /** Whether pods have been read once. It stays so while the API server is away. */
    boolean hasSynced() {
        return podInformer.hasSynced();
    }

    /** Pods in that state, as far as this process leads: two trackers shall not count one Pod twice. */
    long count(ResizeState state) {
        return leads()
                ? pods.values().stream().filter(pod -> pod.shown() == state).count()
                : 0;
    }

    /** How many pods the informer knows. */
    int size() {
        return podInformer.getStore().list().size();
    }

    private void saw(TrackedPod pod) {
        String name = pod.namespace() + "/" + pod.name();
        TrackedPod[] previous = new TrackedPod[1];
        TrackedPod kept = pods.compute(name, (key, before) -> {
            previous[0] = before;
            if (before != null && pod.isOlderThan(before)) {
                return before;
            }
            return pod.matters() ? pod : null;
        });
        if (kept != null && kept != pod) {
            return;
        }
        if (previous[0] != null && !Objects.equals(previous[0].owner(), pod.owner())) {
            // Released, or adopted by another.
            belongs(previous[0].owner(), name, null);
        }
        belongs(pod.owner(), name, pod.shown());
        if (!pod.isTold()) {
            queue.add(new Key(null, name));
        }
    }

    private void gone(Pod pod) {
        String name = MetadataStore.key(pod.getMetadata());
        TrackedPod before = pods.remove(name);
        if (before != null) {
            belongs(before.owner(), name, null);
        }
    }

    private void belongs(@Nullable String owner, String name, @Nullable ResizeState state) {
        if (owner == null) {
            return;
        }
        boolean[] changed = {false};
        resizesByOwner.compute(owner, (uid, before) -> {
            Map<String, ResizeState> resizes = before == null ? new ConcurrentHashMap<>() : before;
            changed[0] = state == null ? resizes.remove(name) != null : resizes.put(name, state) != state;
            return resizes.isEmpty() ? null : resizes;
        });
        if (changed[0]) {
            tellUpwards(owner);
        }
    }

    /** A workload, and the one that it is a child of. */
    private void tellUpwards(String uid) {
        queue.add(new Key(uid, null));
        TrackedOwner owner = owners.get(uid);
        if (owner != null && owner.parent() != null) {
            queue.add(new Key(owner.parent(), null));
        }
    }

    /** The states of a workload's pods, and of its children's. */
    private List<ResizeState> statesUnder(String uid) {
        List<ResizeState> states =
                new ArrayList<>(resizesByOwner.getOrDefault(uid, Map.of()).values());
        for (Map.Entry<String, Map<String, ResizeState>> each : resizesByOwner.entrySet()) {
            TrackedOwner owner = owners.get(each.getKey());
            if (owner != null && uid.equals(owner.parent())) {
                states.addAll(each.getValue().values());
            }
        }
        return states;
    }

    private void reconcile(Key key) {
        try {
            if (key.name() != null) {
                TrackedPod pod = pods.get(key.name());
                if (pod != null && !pod.isTold()) {
                    tell(key.name(), pod);
                }
            } else if (key.owner() != null) {
                tell(key.owner());
            }
        } catch (KubernetesClientException e) {
            // Gone meanwhile: there is nobody left to tell.
            if (e.getCode() != NOT_FOUND) {
                throw e;
            }
        }
    }

    private void tell(String name, TrackedPod pod) {
        Optional<ResizeDetails> before = ResizeDetails.read(pod.details());
        Pod written;
        if (pod.resize() != null) {
            ResizeDetails details = ResizeDetails.of(
                    pod.resize(), before.map(ResizeDetails::since).orElseGet(Instant::now));
            String state = pod.resize().state().word();
            // The annotation alone may be the webhook's.
            boolean changes = before.isEmpty() || !state.equals(before.get().state());
            if (changes) {
                // The event first: the annotation says that it has been told.
                scribe.event(pod, pod.resize().state(), details);
            }
            written = scribe.write(pod, state, details.json());
            if (changes) {
                metrics.transition(state);
            }
        } else {
            boolean completed = !pod.over() && before.isPresent();
            if (completed) {
                scribe.completed(pod, before.get());
            }
            written = scribe.clear(pod);
            if (completed) {
                metrics.completed(Duration.between(before.get().since(), Instant.now()));
            }
        }
        TrackedPod after = TrackedPod.of(written);
        // Kept even where it no longer matters, until the informer has caught up: what it still brings is older.
        pods.computeIfPresent(name, (key, seen) -> seen.isOlderThan(after) ? after : seen);
        LOG.debug(
                "{} is {}",
                name,
                pod.resize() == null ? "in no resize" : pod.resize().state().word());
    }

    private void tell(String uid) {
        TrackedOwner owner = owners.get(uid);
        if (owner == null) {
            return;
        }
        Optional<ResizeState> worst = ResizeState.worst(statesUnder(uid));
        if (worst.isPresent()) {
            String state = worst.get().word();
            carrying.add(uid);
            if (!state.equals(owner.annotated())) {
                wrote(scribe.write(owner, state));
            }
        } else if (owner.annotated() != null && (carrying.contains(uid) || !owner.awaitsItsPods())) {
            wrote(scribe.clear(owner));
            carrying.remove(uid);
        }
    }

    private void wrote(GenericKubernetesResource workload) {
        TrackedOwner after = TrackedOwner.of(workload);
        owners.computeIfPresent(after.uid(), (key, seen) -> seen.isOlderThan(after) ? after : seen);
    }

    /** Stops to write, then to read. */
    @Override
    public void close() {
        queue.close();
        podInformer.stop();
        ownerInformers.close();
    }

    private final class PodHandler implements ResourceEventHandler<Pod> {
        @Override
        public void onAdd(Pod pod) {
            saw(TrackedPod.of(pod));
        }

        @Override
        public void onUpdate(Pod before, Pod after) {
            if (!before.getMetadata().getUid().equals(after.getMetadata().getUid())) {
                gone(before);
            }
            saw(TrackedPod.of(after));
        }

        @Override
        public void onDelete(Pod pod, boolean unknown) {
            gone(pod);
        }

        /** After everything that was in the list has been handed over. */
        @Override
        public void onList(String resourceVersion, boolean remaining) {
            podsAreRead();
        }
    }

    private final class OwnerHandler implements ResourceEventHandler<GenericKubernetesResource> {
        @Override
        public void onAdd(GenericKubernetesResource workload) {
            String uid = workload.getMetadata().getUid();
            TrackedOwner owner = owners.merge(
                    uid, TrackedOwner.of(workload), (before, now) -> now.isOlderThan(before) ? before : now);
            if (owner.annotated() != null || !statesUnder(uid).isEmpty()) {
                tellUpwards(uid);
            }
        }

        @Override
        public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource after) {
            if (!before.getMetadata().getUid().equals(after.getMetadata().getUid())) {
                onDelete(before, false);
            }
            onAdd(after);
        }

        @Override
        public void onDelete(GenericKubernetesResource workload, boolean unknown) {
            owners.remove(workload.getMetadata().getUid());
            carrying.remove(workload.getMetadata().getUid());
        }
    }
}
