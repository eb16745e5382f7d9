package io.inplaceguard.admission;

import io.inplaceguard.guard.AdmissionAttributes;
import io.inplaceguard.guard.AnnotationKeys;
import io.inplaceguard.guard.ObjectView;
import io.inplaceguard.guard.Operation;
import io.inplaceguard.template.JsonTree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads an AdmissionReview in one pass over its bytes. Of the objects only a few words of metadata and status are kept;
 * managedFields, the rest of the status and everything nobody asks for are walked over and never built; of the second spec
 * only what differs from the first. Duplicate keys and trailing documents are refused.
 */
final class AdmissionReviewReader {

    /** What was read: a review with its uid, or why there is none. */
    record Decoded(@Nullable AdmissionRequest request, String problem) {}

    private static final Set<String> VERSIONS = Set.of("admission.k8s.io/v1", "admission.k8s.io/v1beta1");
    private static final Map<String, Operation> OPERATIONS =
            Stream.of(Operation.values()).collect(Collectors.toUnmodifiableMap(Operation::name, Function.identity()));

    private final byte[] body;
    private final int length;
    private final JsonScanner json;

    private @Nullable String apiVersion;
    private @Nullable String kind;
    private @Nullable String uid;
    private String group = "";
    private String version = "";
    private String objectKind = "";
    private String subresource = "";
    private @Nullable Operation operation;
    private @Nullable String name;
    private @Nullable String namespace;
    private @Nullable String username;
    private final List<String> groups = new ArrayList<>();
    private @Nullable ObjectView object;
    private @Nullable ObjectView oldObject;
    /** Of the object that was read first: the other one is almost the same. */
    private JsonNode otherSpec = JsonTree.EMPTY;

    private JsonScanner.Span managedFields = JsonScanner.Span.NONE;
    private JsonScanner.Span containerStatuses = JsonScanner.Span.NONE;
    private JsonScanner.Span conditions = JsonScanner.Span.NONE;

    private AdmissionReviewReader(byte[] body, int length) {
        this.body = body;
        this.length = length;
        this.json = new JsonScanner(body, length);
    }

    /** Reads the first {@code length} bytes of {@code body}. */
    static Decoded read(byte[] body, int length) {
        return new AdmissionReviewReader(body, length).read();
    }

    private Decoded read() {
        if (!isUtf8()) {
            return new Decoded(null, "The body is not UTF-8. Send an AdmissionReview as UTF-8 JSON.");
        }
        String problem = null;
        try {
            if (json.isAtEnd() || json.peek() != '{') {
                return new Decoded(
                        null, "The body is not a JSON object. Send an AdmissionReview of admission.k8s.io/v1.");
            }
            document();
            if (!json.isAtEnd()) {
                problem = "there is more after the end of the AdmissionReview";
            }
        } catch (JsonScanner.Invalid e) {
            problem = e.getMessage();
        }
        return result(problem);
    }

    /** Go writes UTF-8 and nothing else; a parser that guessed UTF-16 would count other offsets than ours. */
    private boolean isUtf8() {
        return length < 2 || body[0] != 0 && body[1] != 0 && body[0] != (byte) 0xFE && body[0] != (byte) 0xFF;
    }

    private Decoded result(@Nullable String problem) {
        if (kind != null && !kind.equals("AdmissionReview")
                || apiVersion != null && !VERSIONS.contains(apiVersion)
                || problem == null && (kind == null || apiVersion == null)) {
            return new Decoded(
                    null,
                    "The body is not an AdmissionReview of admission.k8s.io/v1 or v1beta1."
                            + " Check kind and apiVersion.");
        }
        if (uid == null || uid.isEmpty()) {
            return new Decoded(
                    null,
                    problem == null
                            ? "The AdmissionReview has no request with a uid."
                            : "The body cannot be read as an AdmissionReview: " + problem + ".");
        }
        String flaw = problem == null && operation == null
                ? "request.operation is not CREATE, UPDATE, DELETE or CONNECT"
                : problem;
        AdmissionAttributes attributes = flaw != null || operation == null
                ? null
                : new AdmissionAttributes(group, version, objectKind, subresource, operation, oldObject, object);
        return new Decoded(
                new AdmissionRequest(
                        apiVersion == null ? "admission.k8s.io/v1" : apiVersion,
                        uid,
                        username,
                        List.copyOf(groups),
                        name,
                        namespace,
                        attributes,
                        flaw),
                "");
    }

    private void document() {
        for (boolean more = json.enter('{'); more; more = json.next('}')) {
            switch (json.key()) {
                case "apiVersion" -> apiVersion = text("");
                case "kind" -> kind = text("");
                case "request" -> {
                    if (json.peek() == '{') {
                        request();
                    } else {
                        json.skip();
                    }
                }
                default -> json.skip();
            }
        }
    }

    private void request() {
        for (boolean more = json.enter('{'); more; more = json.next('}')) {
            switch (json.key()) {
                case "uid" -> uid = text(null);
                case "kind" -> kind();
                case "subResource" -> subresource = text("");
                case "operation" -> operation = OPERATIONS.get(text(""));
                case "name" -> name = text(null);
                case "namespace" -> namespace = text(null);
                case "userInfo" -> userInfo();
                case "object" -> object = manifest();
                case "oldObject" -> oldObject = manifest();
                default -> json.skip();
            }
        }
    }

    private void kind() {
        if (json.peek() != '{') {
            json.skip();
            return;
        }
        for (boolean more = json.enter('{'); more; more = json.next('}')) {
            switch (json.key()) {
                case "group" -> group = text("");
                case "version" -> version = text("");
                case "kind" -> objectKind = text("");
                default -> json.skip();
            }
        }
    }

    private void userInfo() {
        if (json.peek() != '{') {
            json.skip();
            return;
        }
        for (boolean more = json.enter('{'); more; more = json.next('}')) {
            String field = json.key();
            if (field.equals("username")) {
                username = text(null);
            } else if (field.equals("groups") && json.peek() == '[') {
                groups();
            } else {
                json.skip();
            }
        }
    }

    private void groups() {
        for (boolean more = json.enter('['); more; more = json.next(']')) {
            String group = text(null);
            if (group != null) {
                groups.add(group);
            }
        }
    }

    private @Nullable ObjectView manifest() {
        if (json.peek() == 'n') {
            json.skip();
            return null;
        }
        ObjectView.Metadata metadata = ObjectView.Metadata.NONE;
        ObjectView.Status status = ObjectView.Status.NONE;
        if (json.peek() != '{') {
            // Not an object at all: as good as one whose spec is not.
            return new ObjectView(metadata, status, json.tree(null));
        }
        JsonNode spec = JsonTree.EMPTY;
        for (boolean more = json.enter('{'); more; more = json.next('}')) {
            switch (json.key()) {
                case "metadata" -> metadata = metadata();
                case "status" -> status = status();
                case "spec" -> {
                    spec = json.tree(otherSpec);
                    otherSpec = spec;
                }
                default -> json.skip();
            }
        }
        return new ObjectView(metadata, status, spec);
    }

    private ObjectView.Metadata metadata() {
        if (json.peek() != '{') {
            json.skip();
            return ObjectView.Metadata.NONE;
        }
        String name = null;
        String namespace = null;
        String uid = null;
        String controller = null;
        boolean annotated = false;
        Map<String, String> annotations = Map.of();
        for (boolean more = json.enter('{'); more; more = json.next('}')) {
            switch (json.key()) {
                case "name" -> name = text(null);
                case "namespace" -> namespace = text(null);
                case "uid" -> uid = text(null);
                case "annotations" -> {
                    annotated = json.peek() == '{';
                    annotations = annotations();
                }
                case "ownerReferences" -> controller = controller();
                case "managedFields" -> managedFields = json.skip(managedFields);
                default -> json.skip();
            }
        }
        return new ObjectView.Metadata(name, namespace, uid, annotated, annotations, controller);
    }

    /** Only the guard's own: last-applied-configuration alone is as large as the object. */
    private Map<String, String> annotations() {
        if (json.peek() != '{') {
            json.skip();
            return Map.of();
        }
        Map<String, String> ours = Map.of();
        for (boolean more = json.enter('{'); more; more = json.next('}')) {
            String field = json.key();
            if (field.startsWith(AnnotationKeys.PREFIX) && json.peek() == '"') {
                ours = ours.isEmpty() ? new HashMap<>() : ours;
                ours.put(field, json.string());
            } else {
                json.skip();
            }
        }
        return ours;
    }

    private @Nullable String controller() {
        String controller = null;
        if (json.peek() != '[') {
            json.skip();
            return null;
        }
        for (boolean more = json.enter('['); more; more = json.next(']')) {
            String uid = controllerUid();
            controller = uid == null ? controller : uid;
        }
        return controller;
    }

    /** The uid of one owner reference if it is the controller. */
    private @Nullable String controllerUid() {
        if (json.peek() != '{') {
            json.skip();
            return null;
        }
        String uid = null;
        boolean controls = false;
        for (boolean more = json.enter('{'); more; more = json.next('}')) {
            switch (json.key()) {
                case "uid" -> uid = text(null);
                case "controller" -> {
                    controls = json.peek() == 't';
                    json.skip();
                }
                default -> json.skip();
            }
        }
        return controls ? uid : null;
    }

    private ObjectView.Status status() {
        if (json.peek() != '{') {
            json.skip();
            return ObjectView.Status.NONE;
        }
        String phase = null;
        long replicas = 0;
        long updatedReplicas = 0;
        for (boolean more = json.enter('{'); more; more = json.next('}')) {
            switch (json.key()) {
                case "phase" -> phase = text(null);
                case "replicas" -> replicas = count();
                case "updatedReplicas" -> updatedReplicas = count();
                case "containerStatuses" -> containerStatuses = json.skip(containerStatuses);
                case "conditions" -> conditions = json.skip(conditions);
                default -> json.skip();
            }
        }
        return new ObjectView.Status(phase, replicas, updatedReplicas);
    }

    /** A count, or 0 for what is none. */
    private long count() {
        json.peek();
        int from = json.position();
        json.skip();
        String number = new String(body, from, json.position() - from, StandardCharsets.ISO_8859_1);
        return number.matches("[0-9]{1,18}") ? Long.parseLong(number) : 0;
    }

    /** The string that comes next; {@code otherwise} for any other value, which is walked over. */
    private @Nullable String text(@Nullable String otherwise) {
        if (json.peek() == '"') {
            return json.string();
        }
        json.skip();
        return otherwise;
    }
}
