package io.inplaceguard.tracker;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.Optional;

/** Gives a workload the worst state of its pods and of its children's pods, and removes it when the last resize has ended. */
final class WorkloadReconciler {

    private final ResizeIndex index;
    private final ResizeAnnotations annotations;

    WorkloadReconciler(ResizeIndex index, ResizeAnnotations annotations) {
        this.index = index;
        this.annotations = annotations;
    }

    /** @param uid of a workload; one that is not known is left alone */
    void reconcile(String uid) {
        TrackedOwner owner = index.owner(uid);
        if (owner == null) {
            return;
        }
        Optional<ResizeState> worst = index.worst(uid);
        if (worst.isPresent()) {
            index.setAnnotated(uid, true);
            String state = worst.get().word();
            if (!state.equals(owner.annotated())) {
                refresh(annotations.write(owner, state));
            }
        } else if (owner.annotated() != null && (index.isAnnotated(uid) || !owner.isWaitingForPods())) {
            refresh(annotations.clear(owner));
            index.setAnnotated(uid, false);
        }
    }

    private void refresh(GenericKubernetesResource written) {
        index.refresh(TrackedOwner.of(written));
    }
}
