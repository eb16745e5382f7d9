package io.inplaceguard.template;

import io.inplaceguard.template.PodSchema.Field;
import io.inplaceguard.template.PodSchema.Shape;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Applies a strategic merge patch to a pod template, as OpenKruise does for the subsets of a UnitedDeployment. The table of
 * fields has the keys of the lists that are merged. What a patch does not touch is shared with the template, and the work is linear in the
 * size of what it touches.
 * Source: StrategicMergePatch (k8s.io/apimachinery/pkg/util/strategicpatch 0.32). No library for Java applies one: fabric8
 * sends it to the API server.
 */
final class StrategicMergePatch {

    static final String DIRECTIVE = "$patch";
    static final String DELETE = "delete";
    static final String REPLACE = "replace";
    private static final String RETAIN = "$retainKeys";
    private static final String ORDER = "$setElementOrder/";
    private static final String DELETE_FROM = "$deleteFromPrimitiveList/";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private StrategicMergePatch() {}

    /**
     * The patched template; the two arguments stay as they are.
     *
     * @throws IllegalArgumentException when the patch could not be applied by the API machinery either
     */
    static JsonNode apply(JsonNode template, JsonNode patch) {
        if (!patch.isObject()) {
            throw new IllegalArgumentException("it is not an object");
        }
        return object(PodSchema.POD_TEMPLATE, template.isObject() ? template : JsonTree.EMPTY, patch);
    }

    /**
     * One object with its patch.
     *
     * @param type of the object; null where the table does not know it
     */
    static ObjectNode object(@Nullable StructType type, JsonNode original, JsonNode patch) {
        if (patch.has(DIRECTIVE)) {
            return switch (patch.path(DIRECTIVE).asString("")) {
                case REPLACE -> stripped(patch).asObject();
                case DELETE -> NODES.objectNode();
                default ->
                    throw new IllegalArgumentException("it has a $patch directive other than replace and delete");
            };
        }
        ObjectNode merged = NODES.objectNode();
        original.properties().forEach(member -> merged.set(member.getKey(), member.getValue()));
        retain(merged, patch);
        Set<String> ordered = new HashSet<>();
        for (var member : patch.properties()) {
            String key = member.getKey();
            if (key.startsWith(ORDER)) {
                String name = key.substring(ORDER.length());
                ordered.add(name);
                MergedList.setOrder(field(type, name), name, merged, patch.path(name), member.getValue());
            }
        }
        for (var member : patch.properties()) {
            String key = member.getKey();
            if (key.startsWith(DELETE_FROM)) {
                MergedList.deleteScalars(merged, key.substring(DELETE_FROM.length()), member.getValue());
            } else if (!key.startsWith("$") && !ordered.contains(key)) {
                member(field(type, key), merged, key, member.getValue());
            }
        }
        return merged;
    }

    private static @Nullable Field field(@Nullable StructType type, String name) {
        return type == null ? null : type.find(name);
    }

    private static void member(@Nullable Field field, ObjectNode merged, String name, JsonNode wanted) {
        JsonNode there = held(field, merged.path(name));
        if (wanted.isNull()) {
            merged.remove(name);
        } else if (there.isObject() && wanted.isObject()) {
            merged.set(name, object(field == null ? null : field.type(), there, wanted));
        } else if (!there.isEmpty() // Go has no empty list there, and takes the new one as it is.
                && there.isArray()
                && wanted.isArray()
                && field != null
                && !field.mergeKey().isEmpty()) {
            merged.set(name, MergedList.merged(field, there, wanted));
        } else {
            add(merged, name, wanted);
        }
    }

    /** Go writes a struct that it holds by value even where it is empty, such as the resources of a container. */
    private static JsonNode held(@Nullable Field field, JsonNode there) {
        boolean absent = there.isMissingNode() || there.isNull();
        return absent && field != null && field.shape() == Shape.STRUCT && !field.pointer() ? JsonTree.EMPTY : there;
    }

    /** A value that replaces what was there; an object that is itself a directive leaves nothing. */
    private static void add(ObjectNode merged, String name, JsonNode wanted) {
        if (isDirective(wanted)) {
            merged.remove(name);
        } else {
            merged.set(name, cleaned(wanted));
        }
    }

    /** A new value: nulls in objects, and objects that are directives, are left out. */
    static JsonNode cleaned(JsonNode wanted) {
        if (wanted.isObject()) {
            ObjectNode object = NODES.objectNode();
            for (var member : wanted.properties()) {
                JsonNode value = member.getValue();
                if (!member.getKey().startsWith("$") && !value.isNull() && !isDirective(value)) {
                    object.set(member.getKey(), cleaned(value));
                }
            }
            return object;
        }
        if (!wanted.isArray()) {
            return wanted;
        }
        ArrayNode list = NODES.arrayNode(wanted.size());
        for (JsonNode element : wanted) {
            if (!isDirective(element)) {
                list.add(cleaned(element));
            }
        }
        return list;
    }

    private static boolean isDirective(JsonNode value) {
        return value.isObject() && value.has(DIRECTIVE);
    }

    /**
     * A value that the API machinery takes as it is: it leaves directives in, and what reads the result as a pod template
     * drops their keys and keeps the rest.
     */
    static JsonNode stripped(JsonNode wanted) {
        if (wanted.isObject()) {
            ObjectNode object = NODES.objectNode();
            for (var member : wanted.properties()) {
                if (!member.getKey().startsWith("$")) {
                    object.set(member.getKey(), stripped(member.getValue()));
                }
            }
            return object;
        }
        if (!wanted.isArray()) {
            return wanted;
        }
        ArrayNode list = NODES.arrayNode(wanted.size());
        wanted.forEach(element -> list.add(stripped(element)));
        return list;
    }

    private static void retain(ObjectNode merged, JsonNode patch) {
        JsonNode list = patch.path(RETAIN);
        if (list.isMissingNode()) {
            return;
        }
        if (!list.isArray()) {
            throw new IllegalArgumentException("it has a $retainKeys that is not a list");
        }
        Set<String> retained = new HashSet<>();
        list.forEach(name -> retained.add(name.asString("")));
        for (var member : patch.properties()) {
            String key = member.getKey();
            boolean parallel = key.startsWith(ORDER) || key.startsWith(DELETE_FROM) || key.equals(RETAIN);
            if (!parallel && !member.getValue().isNull() && !retained.contains(key)) {
                throw new IllegalArgumentException("it sets a field that its $retainKeys does not have");
            }
        }
        merged.retain(retained);
    }
}
