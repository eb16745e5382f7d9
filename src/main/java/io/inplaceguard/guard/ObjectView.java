package io.inplaceguard.guard;

import io.inplaceguard.template.JsonTree;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One state of one object, as far as the guard looks at it: a few words of its metadata and status, and its spec.
 */
public final class ObjectView {

    /**
     * The metadata that matters here.
     *
     * @param annotated     whether there is an annotations object, empty or not
     * @param annotations   the annotations under {@code inplace-guard.io/}; no others are read
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
     */
    public record Status(@Nullable String phase, long replicas, long updatedReplicas) {

        /** Status of an object that has none. */
        public static final Status NONE = new Status(null, 0, 0);
    }

    private final Metadata metadata;
    private final Status status;
    private final JsonNode spec;

    /**
     * @param spec the spec's tree; a missing node or null for none. Where two manifests share one tree nothing is compared
     */
    public ObjectView(Metadata metadata, Status status, JsonNode spec) {
        this.metadata = metadata;
        this.status = status;
        this.spec = spec.isMissingNode() || spec.isNull() ? JsonTree.EMPTY : spec;
    }

    /** A manifest of a whole object's tree. */
    public static ObjectView of(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        JsonNode annotations = metadata.path("annotations");
        Map<String, String> ours = new HashMap<>();
        for (var annotation : annotations.properties()) {
            if (annotation.getKey().startsWith(AnnotationKeys.PREFIX)
                    && annotation.getValue().isString()) {
                ours.put(annotation.getKey(), annotation.getValue().stringValue());
            }
        }
        String controller = null;
        for (JsonNode owner : metadata.path("ownerReferences")) {
            if (owner.path("controller").asBoolean(false)) {
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
                        status.path("replicas").asLong(0),
                        status.path("updatedReplicas").asLong(0)),
                object.path("spec"));
    }

    private static @Nullable String text(JsonNode parent, String field) {
        JsonNode value = parent.path(field);
        return value.isString() ? value.stringValue() : null;
    }

    public Metadata metadata() {
        return metadata;
    }

    public Status status() {
        return status;
    }

    /** The spec's tree; an empty object where there is none. */
    public JsonNode spec() {
        return spec;
    }

    /** Whether both specs are known to be equal without being compared. */
    boolean hasSameSpecAs(ObjectView other) {
        return spec == other.spec;
    }

    /** The annotation under {@code inplace-guard.io/} of that full name; empty text where there is none. */
    String annotation(String name) {
        return Objects.requireNonNullElse(metadata.annotations().get(name), "");
    }
}
