package io.inplaceguard.tracker;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.inplaceguard.guard.AnnotationKeys;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes annotations and events, and nothing else, at a bounded pace. Each method makes one call; a failure is its caller's. */
final class ResizeAnnotations {

    /** Who owns the annotations. */
    static final String FIELD_MANAGER = "inplace-guard-tracker";

    private static final Logger LOG = LoggerFactory.getLogger(ResizeAnnotations.class);
    private static final int CONFLICT = 409;
    private static final Set<Integer> REFUSED = Set.of(403, 404, 422);
    private static final int NAME = 253;

    private final KubernetesClient client;
    private final RateLimiter pace;

    ResizeAnnotations(KubernetesClient client, RateLimiter pace) {
        this.client = client;
        this.pace = pace;
    }

    /** The uid is written with it, so that a Pod of the same name that came later is left alone (409). */
    Pod write(TrackedPod pod, String state, String details) {
        pace.await();
        return client.resource(new PodBuilder()
                        .withMetadata(meta(pod.namespace(), pod.name(), pod.uid())
                                .addToAnnotations(AnnotationKeys.RESIZE, state)
                                .addToAnnotations(AnnotationKeys.RESIZE_DETAILS, details)
                                .build())
                        .build())
                .fieldManager(FIELD_MANAGER)
                .forceConflicts()
                .serverSideApply();
    }

    /** Takes both annotations away, whoever else owns them: the webhook may have written the first Proposed in a user's name. */
    Pod clear(TrackedPod pod) {
        pace.await();
        return client.resource(new PodBuilder()
                        .withMetadata(
                                meta(pod.namespace(), pod.name(), pod.uid()).build())
                        .build())
                .patch(removal(), removing(pod.uid()));
    }

    GenericKubernetesResource write(TrackedOwner owner, String state) {
        pace.await();
        return client.resource(resource(
                        owner,
                        meta(owner.namespace(), owner.name(), owner.uid())
                                .addToAnnotations(AnnotationKeys.RESIZE, state)
                                .build()))
                .fieldManager(FIELD_MANAGER)
                .forceConflicts()
                .serverSideApply();
    }

    GenericKubernetesResource clear(TrackedOwner owner) {
        pace.await();
        return client.resource(resource(
                        owner,
                        meta(owner.namespace(), owner.name(), owner.uid()).build()))
                .patch(removal(), removing(owner.uid()));
    }

    private static ObjectMetaBuilder meta(String namespace, String name, String uid) {
        return new ObjectMetaBuilder().withNamespace(namespace).withName(name).withUid(uid);
    }

    private static GenericKubernetesResource resource(TrackedOwner owner, ObjectMeta metadata) {
        return new GenericKubernetesResourceBuilder()
                .withApiVersion(owner.apiVersion())
                .withKind(owner.kind())
                .withMetadata(metadata)
                .build();
    }

    private static PatchContext removal() {
        PatchContext context = PatchContext.of(PatchType.JSON_MERGE);
        context.setFieldManager(FIELD_MANAGER);
        return context;
    }

    private static String removing(String uid) {
        return "{\"metadata\":{\"uid\":\"" + uid + "\",\"annotations\":{\"" + AnnotationKeys.RESIZE + "\":null,\""
                + AnnotationKeys.RESIZE_DETAILS + "\":null}}}";
    }

    /** Says that a Pod came to that state. */
    void event(TrackedPod pod, ResizeState state, ResizeDetails details) {
        boolean bad = state == ResizeState.DEFERRED
                || state == ResizeState.INFEASIBLE
                || details.reason().equals("Error");
        String moment = moment(pod, pod.resize() == null ? "" : pod.resize().since());
        create(pod, "Resize" + state.word(), bad ? "Warning" : "Normal", details.sentence(), moment);
    }

    /** Says that what was wanted is in effect. */
    void completed(TrackedPod pod, ResizeDetails details) {
        create(
                pod,
                "ResizeCompleted",
                "Normal",
                "the resources of the spec are in effect",
                moment(pod, details.since().toString()));
    }

    /** What tells two events of the same reason apart. Before 1.33 a Pod has no generation. */
    private static String moment(TrackedPod pod, String since) {
        return (pod.generation() == 0 ? "version " + pod.version() : pod.generation()) + " " + since;
    }

    /** An event's name says what it tells: told twice, the second is refused, and that is well. */
    private void create(TrackedPod pod, String reason, String type, String message, String moment) {
        String hash = "."
                + UUID.nameUUIDFromBytes((pod.uid() + reason + moment).getBytes(StandardCharsets.UTF_8))
                        .toString()
                        .substring(0, 18)
                        .replace("-", "");
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        Event event = new EventBuilder()
                .withNewMetadata()
                .withNamespace(pod.namespace())
                .withName(pod.name()
                                .substring(0, Math.min(pod.name().length(), NAME - hash.length()))
                                .replaceAll("[.-]+$", "")
                        + hash)
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion("v1")
                .withKind("Pod")
                .withNamespace(pod.namespace())
                .withName(pod.name())
                .withUid(pod.uid())
                .endInvolvedObject()
                .withReason(reason)
                .withType(type)
                .withMessage(message)
                .withNewSource()
                .withComponent("inplace-guard")
                .endSource()
                .withReportingComponent("inplace-guard")
                .withFirstTimestamp(now)
                .withLastTimestamp(now)
                .withCount(1)
                .build();
        pace.await();
        try {
            client.resource(event).create();
        } catch (KubernetesClientException e) {
            if (REFUSED.contains(e.getCode())) {
                // A quota, a policy, a namespace on its way out: the annotation must not wait for that.
                LOG.debug(
                        "event {} of pod {}/{} is refused: {}",
                        reason,
                        pod.namespace(),
                        pod.name(),
                        String.valueOf(e.getMessage()));
            } else if (e.getCode() != CONFLICT) {
                throw e;
            }
        }
    }
}
