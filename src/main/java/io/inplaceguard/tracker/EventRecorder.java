package io.inplaceguard.tracker;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes events about pods and workloads at a bounded rate. Each method makes one call; a failure that may pass is thrown to the caller. */
final class EventRecorder {

    private static final Logger LOG = LoggerFactory.getLogger(EventRecorder.class);
    private static final String COMPONENT = "inplace-guard";
    private static final int CONFLICT = 409;
    private static final Set<Integer> REFUSED = Set.of(403, 404, 422);
    private static final int MAX_NAME = 253;
    private static final int MAX_FIELDS = 10;
    private static final int MAX_MESSAGE = 1000;

    private enum Type {
        Normal,
        Warning
    }

    private final KubernetesClient client;
    private final RateLimiter limiter;

    EventRecorder(KubernetesClient client, RateLimiter limiter) {
        this.client = client;
        this.limiter = limiter;
    }

    /** Reports the state that a Pod came to; a failed attempt of the kubelet has a reason of its own. */
    void entered(TrackedPod pod, PodResize resize, ResizeDetails details) {
        boolean bad = resize.isFailing()
                || resize.state() == ResizeState.DEFERRED
                || resize.state() == ResizeState.INFEASIBLE;
        create(
                reference(pod),
                details.eventReason(),
                bad ? Type.Warning : Type.Normal,
                details.sentence(),
                occasion(pod, resize.since()));
    }

    /** Reports that the resources of the spec are in effect. */
    void completed(TrackedPod pod, ResizeDetails details) {
        create(
                reference(pod),
                "ResizeCompleted",
                Type.Normal,
                "the resources of the spec are in effect",
                occasion(pod, details.since().toString()));
    }

    /**
     * Reports that a rollout cannot finish, once for each pair of revisions.
     *
     * @param fields paths of what cannot be applied in place
     */
    void rolloutStuck(TrackedOwner owner, Rollout rollout, List<String> fields) {
        String named = String.join(", ", fields.subList(0, Math.min(fields.size(), MAX_FIELDS)))
                + (fields.size() > MAX_FIELDS ? " and " + (fields.size() - MAX_FIELDS) + " more" : "");
        String bounded = named.length() > MAX_MESSAGE ? named.substring(0, MAX_MESSAGE) + "..." : named;
        create(
                new ObjectReferenceBuilder()
                        .withApiVersion(owner.apiVersion())
                        .withKind(owner.kind())
                        .withNamespace(owner.namespace())
                        .withName(owner.name())
                        .withUid(owner.uid())
                        .build(),
                "RolloutStuck",
                Type.Warning,
                "the rollout to revision " + rollout.update()
                        + " cannot finish under InPlaceOnly, these fields cannot be changed in place: "
                        + bounded.replaceAll("\\p{Cntrl}", " ")
                        + ". Revert them in a namespace of mode warn, delete the pods, or change the update strategy",
                rollout.current() + " " + rollout.update());
    }

    private static ObjectReference reference(TrackedPod pod) {
        return new ObjectReferenceBuilder()
                .withApiVersion("v1")
                .withKind("Pod")
                .withNamespace(pod.namespace())
                .withName(pod.name())
                .withUid(pod.uid())
                .build();
    }

    /** Distinguishes two events of the same reason. Before Kubernetes 1.33 a Pod has no generation. */
    private static String occasion(TrackedPod pod, String since) {
        return (pod.generation() == 0 ? "version " + pod.version() : pod.generation()) + " " + since;
    }

    /** An event's name is derived from what it reports: a second attempt to write it is rejected by name, as intended. */
    private void create(ObjectReference object, String reason, Type type, String message, String occasion) {
        String hash = "."
                + UUID.nameUUIDFromBytes((object.getUid() + reason + occasion).getBytes(StandardCharsets.UTF_8))
                        .toString()
                        .substring(0, 18)
                        .replace("-", "");
        String name = object.getName();
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        Event event = new EventBuilder()
                .withNewMetadata()
                .withNamespace(object.getNamespace())
                .withName(name.substring(0, Math.min(name.length(), MAX_NAME - hash.length()))
                                .replaceAll("[.-]+$", "")
                        + hash)
                .endMetadata()
                .withInvolvedObject(object)
                .withReason(reason)
                .withType(type.name())
                .withMessage(message)
                .withNewSource()
                .withComponent(COMPONENT)
                .endSource()
                .withReportingComponent(COMPONENT)
                .withFirstTimestamp(now)
                .withLastTimestamp(now)
                .withCount(1)
                .build();
        limiter.acquire();
        try {
            client.resource(event).create();
        } catch (KubernetesClientException e) {
            if (REFUSED.contains(e.getCode())) {
                // A quota, a policy, a namespace being deleted: the annotation does not wait for that.
                LOG.debug(
                        "event {} of {} {}/{} was rejected with status {}",
                        reason,
                        object.getKind(),
                        object.getNamespace(),
                        name,
                        e.getCode());
            } else if (e.getCode() != CONFLICT) {
                throw e;
            }
        }
    }
}
