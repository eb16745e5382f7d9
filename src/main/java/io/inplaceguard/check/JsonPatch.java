package io.inplaceguard.check;

import io.inplaceguard.guard.Mutation.PatchOperation;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Applies the operations that the guard's own mutation consists of: each adds or replaces one value (RFC 6902). */
public final class JsonPatch {

    private JsonPatch() {}

    /** A copy of the object with the patch applied. */
    public static JsonNode apply(JsonNode object, List<PatchOperation> patch) {
        JsonNode result = object.deepCopy();
        patch.forEach(operation -> add(result, operation));
        return result;
    }

    private static void add(JsonNode root, PatchOperation operation) {
        int last = operation.path().lastIndexOf('/');
        JsonNode parent = root.at(operation.path().substring(0, last));
        String name = operation.path().substring(last + 1).replace("~1", "/").replace("~0", "~");
        if (parent instanceof ObjectNode target) {
            target.set(name, operation.value());
        } else if (parent instanceof ArrayNode target) {
            if (name.equals("-")) {
                target.add(operation.value());
            } else {
                target.insert(Integer.parseInt(name), operation.value());
            }
        } else {
            throw new IllegalStateException("no parent for " + operation.path());
        }
    }
}
