package io.inplaceguard.review;

import io.inplaceguard.guard.Manifest;
import io.inplaceguard.guard.Names;
import io.inplaceguard.guard.Subject;
import io.inplaceguard.template.JsonTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;

/**
 * Reads an AdmissionReview in one pass over its bytes. Of the objects only a few words of metadata and status are kept;
 * managedFields, the rest of the status and everything nobody asks for are walked over and never built; specs stay slices
 * of the body until a rule needs them. Duplicate keys and trailing documents are refused.
 */
final class ReviewReader {

    /** What was read: a review with its uid, or why there is none. */
    record Read(@Nullable Review review, String problem) {}

    private static final Set<String> VERSIONS = Set.of("admission.k8s.io/v1", "admission.k8s.io/v1beta1");
    private static final Set<String> OPERATIONS = Set.of("CREATE", "UPDATE", "DELETE", "CONNECT");

    /** The API server itself refuses JSON nested deeper than this (Go's encoding/json). */
    private static final int DEEPEST = 10_000;

    private static final StreamReadConstraints CONSTRAINTS = StreamReadConstraints.builder()
            .maxNestingDepth(DEEPEST)
            .maxStringLength(Integer.MAX_VALUE)
            .maxNameLength(Integer.MAX_VALUE)
            .build();
    private static final JsonFactory STRICT = JsonFactory.builder()
            .streamReadConstraints(CONSTRAINTS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final JsonFactory PLAIN =
            JsonFactory.builder().streamReadConstraints(CONSTRAINTS).build();

    private final byte[] body;
    private final int length;

    private @Nullable String apiVersion;
    private @Nullable String kind;
    private @Nullable String uid;
    private String group = "";
    private String version = "";
    private String objectKind = "";
    private String subresource = "";
    private String operation = "";
    private @Nullable String name;
    private @Nullable String namespace;
    private @Nullable String username;
    private final List<String> groups = new ArrayList<>();
    private @Nullable Manifest object;
    private @Nullable Manifest oldObject;

    private ReviewReader(byte[] body, int length) {
        this.body = body;
        this.length = length;
    }

    /** Reads the first {@code length} bytes of {@code body}. */
    static Read read(byte[] body, int length) {
        return new ReviewReader(body, length).read();
    }

    /** A parser for bytes whose keys are known to be unique. */
    static JsonParser parser(byte[] body, int from, int length) {
        return PLAIN.createParser(ObjectReadContext.empty(), body, from, length);
    }

    private Read read() {
        if (!isUtf8()) {
            return new Read(null, "The body is not UTF-8. Send an AdmissionReview as UTF-8 JSON.");
        }
        String problem = null;
        try (JsonParser parser = STRICT.createParser(ObjectReadContext.empty(), body, 0, length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return new Read(null, "The body is not a JSON object. Send an AdmissionReview of admission.k8s.io/v1.");
            }
            document(parser);
            if (parser.nextToken() != null) {
                problem = "there is more after the end of the AdmissionReview";
            }
        } catch (JacksonException e) {
            problem = reason(e);
        }
        return result(problem);
    }

    /** Go writes UTF-8 and nothing else; a parser that guessed UTF-16 would count other offsets than ours. */
    private boolean isUtf8() {
        return length < 2 || body[0] != 0 && body[1] != 0 && body[0] != (byte) 0xFE && body[0] != (byte) 0xFF;
    }

    private Read result(@Nullable String problem) {
        if (kind != null && !kind.equals("AdmissionReview")
                || apiVersion != null && !VERSIONS.contains(apiVersion)
                || problem == null && (kind == null || apiVersion == null)) {
            return new Read(null, "The body is not an AdmissionReview of admission.k8s.io/v1 or v1beta1."
                    + " Check kind and apiVersion.");
        }
        if (uid == null || uid.isEmpty()) {
            return new Read(null, problem == null
                    ? "The AdmissionReview has no request with a uid."
                    : "The body cannot be read as an AdmissionReview: " + problem + ".");
        }
        String flaw = problem != null ? problem : OPERATIONS.contains(operation) ? null : "request.operation is none";
        Subject subject = flaw != null
                ? null
                : new Subject(group, version, objectKind, subresource, operation, oldObject, object);
        return new Read(
                new Review(
                        apiVersion == null ? "admission.k8s.io/v1" : apiVersion,
                        uid,
                        username,
                        List.copyOf(groups),
                        name,
                        namespace,
                        subject,
                        flaw),
                "");
    }

    /** What went wrong, in the parser's words but never in the body's. */
    private static String reason(JacksonException e) {
        String where = e.getLocation() == null ? "" : " at byte " + e.getLocation().getByteOffset();
        if (e instanceof StreamConstraintsException) {
            return "it is nested more than " + DEEPEST + " levels deep or has a number too long to be one" + where;
        }
        String message = String.valueOf(e.getOriginalMessage());
        return (e instanceof StreamReadException && message.startsWith("Duplicate")
                        ? "an object has the same key twice"
                        : "it is not valid JSON, or ends too early")
                + where;
    }

    private void document(JsonParser parser) {
        String field;
        while ((field = parser.nextName()) != null) {
            JsonToken token = parser.nextToken();
            switch (field) {
                case "apiVersion" -> apiVersion = text(parser, token, "");
                case "kind" -> kind = text(parser, token, "");
                case "request" -> {
                    if (token == JsonToken.START_OBJECT) {
                        request(parser);
                    } else {
                        parser.skipChildren();
                    }
                }
                default -> parser.skipChildren();
            }
        }
    }

    private void request(JsonParser parser) {
        String field;
        while ((field = parser.nextName()) != null) {
            JsonToken token = parser.nextToken();
            switch (field) {
                case "uid" -> uid = text(parser, token, null);
                case "kind" -> kind(parser, token);
                case "subResource" -> subresource = text(parser, token, "");
                case "operation" -> operation = text(parser, token, "");
                case "name" -> name = text(parser, token, null);
                case "namespace" -> namespace = text(parser, token, null);
                case "userInfo" -> userInfo(parser, token);
                case "object" -> object = manifest(parser, token);
                case "oldObject" -> oldObject = manifest(parser, token);
                default -> parser.skipChildren();
            }
        }
    }

    private void kind(JsonParser parser, JsonToken token) {
        if (token != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        String field;
        while ((field = parser.nextName()) != null) {
            JsonToken value = parser.nextToken();
            switch (field) {
                case "group" -> group = text(parser, value, "");
                case "version" -> version = text(parser, value, "");
                case "kind" -> objectKind = text(parser, value, "");
                default -> parser.skipChildren();
            }
        }
    }

    private void userInfo(JsonParser parser, JsonToken token) {
        if (token != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        String field;
        while ((field = parser.nextName()) != null) {
            JsonToken value = parser.nextToken();
            if (field.equals("username")) {
                username = text(parser, value, null);
            } else if (field.equals("groups") && value == JsonToken.START_ARRAY) {
                JsonToken element;
                while ((element = parser.nextToken()) != JsonToken.END_ARRAY) {
                    String group = text(parser, element, null);
                    if (group != null) {
                        groups.add(group);
                    }
                }
            } else {
                parser.skipChildren();
            }
        }
    }

    private @Nullable Manifest manifest(JsonParser parser, JsonToken token) {
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        Manifest.Metadata metadata = Manifest.Metadata.NONE;
        Manifest.Status status = Manifest.Status.NONE;
        if (token != JsonToken.START_OBJECT) {
            // Not an object at all: as good as one whose spec is not.
            JsonNode value = JsonTree.read(parser);
            return new Manifest(metadata, status, () -> value);
        }
        Supplier<JsonNode> spec = NO_SPEC;
        String field;
        while ((field = parser.nextName()) != null) {
            JsonToken value = parser.nextToken();
            switch (field) {
                case "metadata" -> metadata = metadata(parser, value);
                case "status" -> status = status(parser, value);
                case "spec" -> spec = slice(parser, value);
                default -> parser.skipChildren();
            }
        }
        return new Manifest(metadata, status, spec);
    }

    private static final Supplier<JsonNode> NO_SPEC = () -> JsonTree.EMPTY;

    private Supplier<JsonNode> slice(JsonParser parser, JsonToken token) {
        if (!token.isStructStart()) {
            JsonNode value = JsonTree.read(parser);
            return () -> value;
        }
        int from = (int) parser.currentLocation().getByteOffset() - 1;
        parser.skipChildren();
        return new Slice(body, from, (int) parser.currentLocation().getByteOffset());
    }

    private static Manifest.Metadata metadata(JsonParser parser, JsonToken token) {
        if (token != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return Manifest.Metadata.NONE;
        }
        String name = null;
        String namespace = null;
        String uid = null;
        String controller = null;
        boolean annotated = false;
        Map<String, String> annotations = Map.of();
        String field;
        while ((field = parser.nextName()) != null) {
            JsonToken value = parser.nextToken();
            switch (field) {
                case "name" -> name = text(parser, value, null);
                case "namespace" -> namespace = text(parser, value, null);
                case "uid" -> uid = text(parser, value, null);
                case "annotations" -> {
                    annotated = value == JsonToken.START_OBJECT;
                    annotations = annotations(parser, value);
                }
                case "ownerReferences" -> controller = controller(parser, value);
                default -> parser.skipChildren();
            }
        }
        return new Manifest.Metadata(name, namespace, uid, annotated, annotations, controller);
    }

    /** Only the guard's own: last-applied-configuration alone is as large as the object. */
    private static Map<String, String> annotations(JsonParser parser, JsonToken token) {
        if (token != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return Map.of();
        }
        Map<String, String> ours = Map.of();
        String field;
        while ((field = parser.nextName()) != null) {
            JsonToken value = parser.nextToken();
            if (field.startsWith(Names.PREFIX) && value == JsonToken.VALUE_STRING) {
                ours = ours.isEmpty() ? new HashMap<>() : ours;
                ours.put(field, parser.getString());
            } else {
                parser.skipChildren();
            }
        }
        return ours;
    }

    private static @Nullable String controller(JsonParser parser, JsonToken token) {
        String controller = null;
        if (token == JsonToken.START_ARRAY) {
            JsonToken element;
            while ((element = parser.nextToken()) != JsonToken.END_ARRAY) {
                String uid = element == JsonToken.START_OBJECT ? controllerUid(parser) : null;
                parser.skipChildren();
                controller = uid == null ? controller : uid;
            }
        } else {
            parser.skipChildren();
        }
        return controller;
    }

    /** The uid of one owner reference if it is the controller; reads to the end of the reference. */
    private static @Nullable String controllerUid(JsonParser parser) {
        String uid = null;
        boolean controls = false;
        String field;
        while ((field = parser.nextName()) != null) {
            JsonToken value = parser.nextToken();
            switch (field) {
                case "uid" -> uid = text(parser, value, null);
                case "controller" -> controls = value == JsonToken.VALUE_TRUE;
                default -> {}
            }
            parser.skipChildren();
        }
        return controls ? uid : null;
    }

    private static Manifest.Status status(JsonParser parser, JsonToken token) {
        if (token != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return Manifest.Status.NONE;
        }
        String phase = null;
        long replicas = 0;
        long updatedReplicas = 0;
        String field;
        while ((field = parser.nextName()) != null) {
            JsonToken value = parser.nextToken();
            switch (field) {
                case "phase" -> phase = text(parser, value, null);
                case "replicas" -> replicas = count(parser, value);
                case "updatedReplicas" -> updatedReplicas = count(parser, value);
                default -> parser.skipChildren();
            }
        }
        return new Manifest.Status(phase, replicas, updatedReplicas);
    }

    private static long count(JsonParser parser, JsonToken token) {
        if (token == JsonToken.VALUE_NUMBER_INT && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            return parser.getLongValue();
        }
        parser.skipChildren();
        return 0;
    }

    /** The string the parser stands on; {@code otherwise} for any other value, which is walked over. */
    private static String text(JsonParser parser, JsonToken token, @Nullable String otherwise) {
        if (token == JsonToken.VALUE_STRING) {
            return parser.getString();
        }
        parser.skipChildren();
        return otherwise;
    }
}
