package io.inplaceguard.guard;

import io.inplaceguard.template.JsonTree;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One state of one object, as far as the guard reads it: a few fields of its metadata and status, and its spec. */
public final class ObjectView {

    /** The fields of {@code metadata} that are read; of {@code annotations} only {@link AnnotationKeys#READ}. */
    public static final Set<String> METADATA_FIELDS =
            Set.of("name", "namespace", "uid", "annotations", "ownerReferences");

    /** The fields of {@code status} that are read. */
    public static final Set<String> STATUS_FIELDS =
            Set.of("phase", "replicas", "updatedReplicas", "matchedPods", "updatedPods");

    /**
     * The metadata that matters here.
     *
     * @param annotated     whether there is an annotations object, empty or not
     * @param annotations   those of {@link AnnotationKeys#READ}
     * @param controllerUid uid of the owner with {@code controller: true}; null without one
     */
    public record Metadata(
            @Nullable String name,
            @Nullable String namespace,
            @Nullable String uid,
            boolean annotated,
            Map<String, String> annotations,
            @Nullable String controllerUid) {

        /** Metadata of an object that has none. */
        public static final Metadata NONE = new Metadata(null, null, null, false, Map.of(), null);

        public Metadata {
            annotations = Map.copyOf(annotations);
        }
    }

    /**
     * The status that matters here.
     *
     * @param phase           of a Pod; null for other kinds
     * @param replicas        pods there are
     * @param updatedReplicas pods of the newest revision
     * @param matchedPods     of a SidecarSet: pods that it selects
     * @param updatedPods     of a SidecarSet: pods of the newest revision
     */
    public record Status(
            @Nullable String phase, long replicas, long updatedReplicas, long matchedPods, long updatedPods) {

        /** Status of an object that has none. */
        public static final Status NONE = new Status(null, 0, 0, 0, 0);
    }

    private final Metadata metadata;
    private final Status status;
    private final JsonNode spec;
    private final @Nullable String exceededLimit;

    private ObjectView(Metadata metadata, Status status, JsonNode spec, @Nullable String exceededLimit) {
        this.metadata = metadata;
        this.status = status;
        this.spec = spec.isMissingNode() || spec.isNull() ? JsonTree.EMPTY : spec;
        this.exceededLimit = exceededLimit;
    }

    /** A view of a whole object. */
    public static ObjectView of(JsonNode object) {
        return of(object, null);
    }

    /**
     * A view of an object's tree. Where two views share one spec nothing is compared.
     *
     * @param object        at least the fields that are read
     * @param exceededLimit why the object is too large to be compared, part of a sentence such as "it has more than 200000
     *                      values"; of its spec there may be no more than the update strategy then. Null where it is not
     */
    public static ObjectView of(JsonNode object, @Nullable String exceededLimit) {
        JsonNode metadata = object.path("metadata");
        JsonNode annotations = metadata.path("annotations");
        Map<String, String> ours = new HashMap<>();
        for (var annotation : annotations.properties()) {
            if (AnnotationKeys.READ.contains(annotation.getKey())
                    && annotation.getValue().isString()) {
                ours.put(annotation.getKey(), annotation.getValue().stringValue());
            }
        }
        String controller = null;
        for (JsonNode owner : metadata.path("ownerReferences")) {
            JsonNode controls = owner.path("controller");
            if (controls.isBoolean() && controls.booleanValue()) {
                controller = text(owner, "uid");
            }
        }
        JsonNode status = object.path("status");
        return new ObjectView(
                new Metadata(
                        text(metadata, "name"),
                        text(metadata, "namespace"),
                        text(metadata, "uid"),
                        annotations.isObject(),
                        ours,
                        controller),
                new Status(
                        text(status, "phase"),
                        count(status, "replicas"),
                        count(status, "updatedReplicas"),
                        count(status, "matchedPods"),
                        count(status, "updatedPods")),
                object.isObject() ? object.path("spec") : object,
                exceededLimit);
    }

    private static @Nullable String text(JsonNode parent, String field) {
        JsonNode value = parent.path(field);
        return value.isString() ? value.stringValue() : null;
    }

    private static long count(JsonNode parent, String field) {
        JsonNode value = parent.path(field);
        return value.isIntegralNumber() && value.canConvertToLong() ? value.longValue() : 0;
    }

    public Metadata metadata() {
        return metadata;
    }

    public Status status() {
        return status;
    }

    /** The spec's tree; an empty object without one. */
    public JsonNode spec() {
        return spec;
    }

    /** Why this object is too large to be compared, part of a sentence; empty where it is not. */
    public Optional<String> exceededLimit() {
        return Optional.ofNullable(exceededLimit);
    }

    /** Whether both specs are known to be equal without being compared. */
    @SuppressWarnings("ReferenceEquality") // comparing the trees is what this avoids
    boolean hasSameSpecAs(ObjectView other) {
        return spec == other.spec;
    }

    /** The annotation under {@code inplace-guard.io/} of that full name; empty text without one. */
    String annotation(String name) {
        return Objects.requireNonNullElse(metadata.annotations().get(name), "");
    }
}
