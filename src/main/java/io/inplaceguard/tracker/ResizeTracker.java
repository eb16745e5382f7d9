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
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller: informers feed the {@link ResizeIndex}, a work queue reconciles pods and workloads. All state is on the objects
 * themselves, so a restarted process, or another leader, continues where the last one stopped.
 */
final class ResizeTracker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ResizeTracker.class);
    private static final int WORKERS = 8;
    private static final long PAGE_SIZE = 500;
    private static final int NOT_FOUND = 404;

    /** The workloads that are annotated with the worst state of their pods, or of their children's. */
    private static final List<Kind> OWNERS = List.of(
            new Kind("apps.kruise.io", List.of("v1beta1", "v1alpha1"), "CloneSet", "clonesets"),
            new Kind("apps.kruise.io", List.of("v1beta1", "v1alpha1"), "StatefulSet", "statefulsets"),
            new Kind("apps.kruise.io", List.of("v1beta1", "v1alpha1"), "DaemonSet", "daemonsets"),
            new Kind("apps.kruise.io", List.of("v1beta1", "v1alpha1"), "UnitedDeployment", "uniteddeployments"),
            new Kind("apps", List.of("v1"), "StatefulSet", "statefulsets"),
            new Kind("apps", List.of("v1"), "DaemonSet", "daemonsets"));

    private final WorkQueue<ResizeIndex.Key> queue = new WorkQueue<>(this::reconcile, WORKERS);
    private final ResizeIndex index = new ResizeIndex(queue::add);
    private final PodReconciler podReconciler;
    private final WorkloadReconciler workloadReconciler;
    private final RolloutReconciler rolloutReconciler;
    private final SharedIndexInformer<Pod> podInformer;
    private final WorkloadInformers ownerInformers;
    private boolean elected;
    private boolean podsListed;

    /**
     * @param client          the caller closes it
     * @param writesPerSecond how many annotations and events are written per second at most
     * @param transitions     receives each step of a resize once it has been written
     */
    ResizeTracker(KubernetesClient client, int writesPerSecond, Consumer<ResizeTransition> transitions) {
        RateLimiter limiter = new RateLimiter(writesPerSecond);
        ResizeAnnotations annotations = new ResizeAnnotations(client, limiter);
        EventRecorder events = new EventRecorder(client, limiter);
        this.podReconciler = new PodReconciler(index, annotations, events, transitions);
        this.workloadReconciler = new WorkloadReconciler(index, annotations);
        this.rolloutReconciler = new RolloutReconciler(client, limiter, index, events);
        this.podInformer = client.pods()
                .inAnyNamespace()
                .withLimit(PAGE_SIZE)
                .runnableInformer(0)
                .itemStore(new MetadataStore<>(pod -> new Pod()))
                .exceptionHandler((started, problem) -> {
                    LOG.warn("cannot list or watch pods, retrying: {}", String.valueOf(problem.getMessage()));
                    return true;
                })
                .addEventHandler(new PodHandler());
        this.ownerInformers = new WorkloadInformers(client, OWNERS, (kind, version) -> new OwnerHandler());
    }

    /**
     * Starts to read; nothing is written before this process leads.
     *
     * @param interval how often to look for kinds that were not installed yet
     */
    ResizeTracker start(Duration interval) {
        podInformer.start();
        ownerInformers.start(interval);
        return this;
    }

    /** Starts or stops to write. Nothing is written before all pods have been listed once. */
    synchronized void lead(boolean leads) {
        elected = leads;
        activate();
    }

    private synchronized void onPodsListed() {
        if (!podsListed) {
            podsListed = true;
            activate();
        }
    }

    private synchronized void activate() {
        boolean active = elected && podsListed;
        queue.setActive(active);
        if (active) {
            index.enqueueAll();
        }
    }

    boolean isLeading() {
        return queue.isActive();
    }

    /** Whether nothing is being reconciled, waits to be, or will be retried. */
    boolean isIdle() {
        return queue.isIdle();
    }

    /** Whether pods have been listed once. It stays true while the API server cannot be reached. */
    boolean hasSynced() {
        return podInformer.hasSynced();
    }

    /** Pods in that state; 0 where this process does not lead, so that two trackers do not count a Pod twice. */
    long count(ResizeState state) {
        return isLeading() ? index.count(state) : 0;
    }

    /** Workloads of that kind whose rollout cannot finish; 0 where this process does not lead. */
    long countStuckRollouts(String kind) {
        return isLeading() ? rolloutReconciler.count(kind) : 0;
    }

    ResizeIndex index() {
        return index;
    }

    private void reconcile(ResizeIndex.Key key) {
        try {
            if (key instanceof ResizeIndex.Key.OfPod pod) {
                podReconciler.reconcile(pod.name());
            } else if (key instanceof ResizeIndex.Key.OfOwner owner) {
                workloadReconciler.reconcile(owner.uid());
                rolloutReconciler.reconcile(owner.uid());
            }
        } catch (KubernetesClientException e) {
            // Deleted meanwhile: nothing is left to annotate.
            if (e.getCode() != NOT_FOUND) {
                throw e;
            }
        }
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
            index.observe(TrackedPod.of(pod));
        }

        @Override
        public void onUpdate(Pod before, Pod after) {
            if (!before.getMetadata().getUid().equals(after.getMetadata().getUid())) {
                onDelete(before, false);
            }
            index.observe(TrackedPod.of(after));
        }

        @Override
        public void onDelete(Pod pod, boolean unknown) {
            index.forgetPod(MetadataStore.key(pod.getMetadata()));
        }

        /** Called after everything in the list has been handed over. */
        @Override
        public void onList(String resourceVersion, boolean remaining) {
            onPodsListed();
        }
    }

    private final class OwnerHandler implements ResourceEventHandler<GenericKubernetesResource> {
        @Override
        public void onAdd(GenericKubernetesResource workload) {
            index.observe(TrackedOwner.of(workload));
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
            index.forgetOwner(workload.getMetadata().getUid());
            rolloutReconciler.forget(workload.getMetadata().getUid());
        }
    }
}
