package io.inplaceguard.admission;

import io.inplaceguard.guard.AdmissionAttributes;
import io.inplaceguard.guard.ObjectView;
import io.inplaceguard.guard.Operation;
import io.inplaceguard.guard.StrategyFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decodes an AdmissionReview in one pass over its bytes; see {@link ObjectReader} for the objects in it. Duplicate keys and
 * trailing documents are refused.
 */
final class AdmissionReviewReader {

    /**
     * A decoded body.
     *
     * @param request null where the body is not an AdmissionReview with a uid
     * @param problem then a sentence that explains why, without values; empty otherwise
     */
    record Decoded(@Nullable AdmissionRequest request, String problem) {}

    private static final Set<String> VERSIONS = Set.of("admission.k8s.io/v1", "admission.k8s.io/v1beta1");
    private static final Map<String, Operation> OPERATIONS =
            Stream.of(Operation.values()).collect(Collectors.toUnmodifiableMap(Operation::name, Function.identity()));

    /** Bytes of a name, kind, uid, user or group; longer ones count as absent. */
    private static final int MAX_WORD_BYTES = 1_024;

    private static final int MAX_GROUPS = 1_000;

    private final byte[] body;
    private final int length;
    private final JsonCursor json;
    private final ObjectReader objects;

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

    private AdmissionReviewReader(byte[] body, int length, StrategyFields strategy) {
        this.body = body;
        this.length = length;
        this.json = new JsonCursor(body, length);
        this.objects = new ObjectReader(json, strategy);
    }

    /**
     * Decodes the first {@code length} bytes of {@code body}.
     *
     * @param strategy the fields that are read even of an object beyond the limits
     */
    static Decoded read(byte[] body, int length, StrategyFields strategy) {
        return new AdmissionReviewReader(body, length, strategy).read();
    }

    private Decoded read() {
        if (!isUtf8()) {
            return rejected("The body is not UTF-8. Send an AdmissionReview as UTF-8 JSON.");
        }
        String problem = null;
        try {
            if (json.isAtEnd() || json.peek() != '{') {
                return rejected("The body is not a JSON object. Send an AdmissionReview of admission.k8s.io/v1.");
            }
            document();
            if (!json.isAtEnd()) {
                problem = "there is more after the end of the AdmissionReview";
            }
        } catch (InvalidJsonException e) {
            problem = e.getMessage();
        }
        return result(problem);
    }

    /** Go writes UTF-8 and nothing else; a parser that guessed UTF-16 would count other offsets than ours. */
    private boolean isUtf8() {
        return length < 2 || (body[0] != 0 && body[1] != 0 && body[0] != (byte) 0xFE && body[0] != (byte) 0xFF);
    }

    private static Decoded rejected(String problem) {
        return new Decoded(null, problem);
    }

    private Decoded result(@Nullable String problem) {
        boolean isOther = (kind != null && !kind.equals("AdmissionReview"))
                || (apiVersion != null && !VERSIONS.contains(apiVersion));
        boolean isUnnamed = kind == null || apiVersion == null;
        if (isOther || (isUnnamed && problem == null)) {
            return rejected("The body is not an AdmissionReview of admission.k8s.io/v1 or v1beta1."
                    + " Check kind and apiVersion.");
        }
        if (uid == null || uid.isEmpty()) {
            return rejected(
                    problem == null
                            ? "The AdmissionReview has no request with a uid."
                            : "The body cannot be decoded as an AdmissionReview: " + problem + ".");
        }
        if (problem == null && operation == null) {
            problem = "request.operation is not CREATE, UPDATE, DELETE or CONNECT";
        }
        AdmissionAttributes attributes = problem != null || operation == null
                ? null
                : new AdmissionAttributes(group, version, objectKind, subresource, operation, oldObject, object);
        AdmissionRequest request = new AdmissionRequest(
                Objects.requireNonNullElse(apiVersion, "admission.k8s.io/v1"),
                uid,
                username,
                List.copyOf(groups),
                name,
                namespace,
                attributes,
                problem);
        return new Decoded(request, "");
    }

    private void document() {
        for (boolean more = json.enter('{'); more; more = json.next('}')) {
            switch (json.key()) {
                case "apiVersion" -> apiVersion = word();
                case "kind" -> kind = word();
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
                case "uid" -> uid = wordOrNull();
                case "kind" -> kind();
                case "subResource" -> subresource = word();
                case "operation" -> operation = OPERATIONS.get(word());
                case "name" -> name = wordOrNull();
                case "namespace" -> namespace = wordOrNull();
                case "userInfo" -> userInfo();
                case "object" -> object = objects.read();
                case "oldObject" -> oldObject = objects.read();
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
                case "group" -> group = word();
                case "version" -> version = word();
                case "kind" -> objectKind = word();
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
                username = wordOrNull();
            } else if (field.equals("groups") && json.peek() == '[') {
                groups();
            } else {
                json.skip();
            }
        }
    }

    /** More groups than a token can carry are not read: they exempt nobody. */
    private void groups() {
        for (boolean more = json.enter('['); more; more = json.next(']')) {
            String member = wordOrNull();
            if (member != null && groups.size() < MAX_GROUPS) {
                groups.add(member);
            }
        }
    }

    /** The string that comes next; empty for any other value, which is skipped. */
    private String word() {
        return Objects.requireNonNullElse(wordOrNull(), "");
    }

    /** The string that comes next; null for any other value, which is skipped. */
    private @Nullable String wordOrNull() {
        boolean isString = json.peek() == '"';
        int from = json.position() + 1;
        json.skip();
        int to = json.position() - 1;
        return isString && to - from <= MAX_WORD_BYTES ? JsonText.string(body, from, to) : null;
    }
}
