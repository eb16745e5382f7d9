package io.inplaceguard.tracker;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings the annotations of one Pod in line with the resize that it is in, with one write for each step of the resize. */
final class PodReconciler {

    private static final Logger LOG = LoggerFactory.getLogger(PodReconciler.class);

    private final ResizeIndex index;
    private final ResizeAnnotations annotations;
    private final EventRecorder events;
    private final Consumer<ResizeTransition> transitions;

    /** @param transitions receives each step once it has been written */
    PodReconciler(
            ResizeIndex index,
            ResizeAnnotations annotations,
            EventRecorder events,
            Consumer<ResizeTransition> transitions) {
        this.index = index;
        this.annotations = annotations;
        this.events = events;
        this.transitions = transitions;
    }

    /** @param name {@code namespace/name} */
    void reconcile(String name) {
        TrackedPod pod = index.pod(name);
        if (pod == null || pod.isUpToDate()) {
            return;
        }
        Optional<ResizeDetails> before = ResizeDetails.read(pod.details());
        PodResize resize = pod.resize();
        Pod written = resize == null ? finish(pod, before) : advance(pod, resize, before);
        index.refresh(TrackedPod.of(written));
        LOG.debug(
                "annotated pod {}: {}",
                name,
                resize == null ? "no resize" : resize.state().word());
    }

    private Pod advance(TrackedPod pod, PodResize resize, Optional<ResizeDetails> before) {
        ResizeDetails details = ResizeDetails.of(resize, before, Instant.now());
        // The details, not the annotation of the state, which may be the webhook's.
        boolean isNewEvent = before.isEmpty() || !before.get().eventReason().equals(details.eventReason());
        if (isNewEvent) {
            // The event first: once the details are written, a restarted tracker takes the event for written too.
            events.entered(pod, resize, details);
        }
        Pod written = annotations.write(pod, details.state(), details.json());
        if (before.isEmpty() || !before.get().state().equals(details.state())) {
            transitions.accept(new ResizeTransition.Entered(resize.state()));
        }
        return written;
    }

    /** Only a resize that this or an earlier tracker has seen, of a Pod that is still running, was completed. */
    private Pod finish(TrackedPod pod, Optional<ResizeDetails> before) {
        Optional<ResizeDetails> completed = before.filter(details -> !pod.over());
        completed.ifPresent(details -> events.completed(pod, details));
        Pod written = annotations.clear(pod);
        completed.ifPresent(details ->
                transitions.accept(new ResizeTransition.Completed(Duration.between(details.since(), Instant.now()))));
        return written;
    }
}
