package io.inplaceguard.tracker;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.inplaceguard.guard.AnnotationKeys;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the resize annotations of Pods and workloads, and no other field, at a bounded rate. Each method makes one call, with the
 * object's uid: an object of the same name that was created later is left alone (409). A failure is thrown to the caller.
 */
final class ResizeAnnotations {

    /** The field manager of the annotations. */
    static final String FIELD_MANAGER = "inplace-guard-tracker";

    private static final JsonMapper JSON = new JsonMapper();

    private final KubernetesClient client;
    private final RateLimiter limiter;

    ResizeAnnotations(KubernetesClient client, RateLimiter limiter) {
        this.client = client;
        this.limiter = limiter;
    }

    /** Sets both annotations by server-side apply. */
    Pod write(TrackedPod pod, String state, String details) {
        limiter.acquire();
        return client.resource(new PodBuilder()
                        .withMetadata(metadata(pod.namespace(), pod.name(), pod.uid())
                                .addToAnnotations(AnnotationKeys.RESIZE, state)
                                .addToAnnotations(AnnotationKeys.RESIZE_DETAILS, details)
                                .build())
                        .build())
                .fieldManager(FIELD_MANAGER)
                .forceConflicts()
                .serverSideApply();
    }

    /**
     * Removes both annotations by merge patch, so also those of other field managers: the webhook may have set the first Proposed in
     * the name of a user.
     */
    Pod clear(TrackedPod pod) {
        limiter.acquire();
        return client.resource(new PodBuilder()
                        .withMetadata(
                                metadata(pod.namespace(), pod.name(), pod.uid()).build())
                        .build())
                .patch(mergePatch(), removal(pod.uid()));
    }

    /** Sets the state of a workload by server-side apply. */
    GenericKubernetesResource write(TrackedOwner owner, String state) {
        limiter.acquire();
        return client.resource(resource(
                        owner,
                        metadata(owner.namespace(), owner.name(), owner.uid())
                                .addToAnnotations(AnnotationKeys.RESIZE, state)
                                .build()))
                .fieldManager(FIELD_MANAGER)
                .forceConflicts()
                .serverSideApply();
    }

    /** Removes the state of a workload, whichever field manager set it. */
    GenericKubernetesResource clear(TrackedOwner owner) {
        limiter.acquire();
        return client.resource(resource(
                        owner,
                        metadata(owner.namespace(), owner.name(), owner.uid()).build()))
                .patch(mergePatch(), removal(owner.uid()));
    }

    private static ObjectMetaBuilder metadata(String namespace, String name, String uid) {
        return new ObjectMetaBuilder().withNamespace(namespace).withName(name).withUid(uid);
    }

    private static GenericKubernetesResource resource(TrackedOwner owner, ObjectMeta metadata) {
        return new GenericKubernetesResourceBuilder()
                .withApiVersion(owner.apiVersion())
                .withKind(owner.kind())
                .withMetadata(metadata)
                .build();
    }

    private static PatchContext mergePatch() {
        PatchContext context = PatchContext.of(PatchType.JSON_MERGE);
        context.setFieldManager(FIELD_MANAGER);
        return context;
    }

    private static String removal(String uid) {
        ObjectNode patch = JSON.createObjectNode();
        ObjectNode metadata = patch.putObject("metadata").put("uid", uid);
        metadata.putObject("annotations").putNull(AnnotationKeys.RESIZE).putNull(AnnotationKeys.RESIZE_DETAILS);
        return patch.toString();
    }
}
