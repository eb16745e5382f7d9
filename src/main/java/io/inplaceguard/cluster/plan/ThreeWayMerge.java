package io.inplaceguard.cluster.plan;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The patch that {@code kubectl apply} sends for a custom resource, as a JSON merge patch (RFC 7396): what the manifest
 * adds and changes, and null for what the manifest of the last apply had and this one has not. Lists are replaced whole.
 * Source: jsonmergepatch.CreateThreeWayJSONMergePatch (k8s.io/apimachinery).
 */
final class ThreeWayMerge {

    private ThreeWayMerge() {}

    /**
     * The patch.
     *
     * @param lastApplied the manifest of the last apply; an empty object where there was none
     * @param wanted      the manifest
     * @param live        the stored object
     */
    static ObjectNode patch(JsonNode lastApplied, JsonNode wanted, JsonNode live) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        wanted.properties().forEach(field -> {
            String name = field.getKey();
            JsonNode value = field.getValue();
            JsonNode current = live.path(name);
            if (value.isObject() && current.isObject()) {
                ObjectNode inside = patch(lastApplied.path(name), value, current);
                if (!inside.isEmpty()) {
                    patch.set(name, inside);
                }
            } else if (value.isNull() ? !current.isMissingNode() : !value.equals(current)) {
                patch.set(name, value);
            }
        });
        lastApplied.properties().forEach(field -> {
            if (!wanted.has(field.getKey()) && live.has(field.getKey())) {
                patch.putNull(field.getKey());
            }
        });
        return patch;
    }

    /** The object with a JSON merge patch applied. */
    static JsonNode apply(JsonNode object, JsonNode patch) {
        if (!patch.isObject()) {
            return patch;
        }
        ObjectNode result =
                object instanceof ObjectNode original ? original.deepCopy() : JsonNodeFactory.instance.objectNode();
        patch.properties().forEach(field -> {
            if (field.getValue().isNull()) {
                result.remove(field.getKey());
            } else {
                result.set(field.getKey(), apply(result.path(field.getKey()), field.getValue()));
            }
        });
        return result;
    }
}
