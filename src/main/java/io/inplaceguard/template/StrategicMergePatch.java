package io.inplaceguard.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Applies a strategic merge patch to a pod template, as OpenKruise does for the subsets of a UnitedDeployment.
 * Source: StrategicMergePatch (k8s.io/apimachinery/pkg/util/strategicpatch), patchMergeKey tags of core/v1.
 */
final class StrategicMergePatch {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Lists merged by a key; in a pod template each of these names stands for one kind of list. All others are replaced. */
    private static final Map<String, String> MERGE_KEYS = Map.ofEntries(
            Map.entry("containers", "name"),
            Map.entry("initContainers", "name"),
            Map.entry("ephemeralContainers", "name"),
            Map.entry("volumes", "name"),
            Map.entry("imagePullSecrets", "name"),
            Map.entry("schedulingGates", "name"),
            Map.entry("resourceClaims", "name"),
            Map.entry("evictionResponders", "name"),
            Map.entry("hostAliases", "ip"),
            Map.entry("topologySpreadConstraints", "topologyKey"),
            Map.entry("env", "name"),
            Map.entry("ports", "containerPort"),
            Map.entry("volumeMounts", "mountPath"),
            Map.entry("volumeDevices", "devicePath"),
            Map.entry("ownerReferences", "uid"));

    private static final String DIRECTIVE = "$patch";
    private static final String RETAIN = "$retainKeys";
    private static final String ORDER = "$setElementOrder/";
    private static final String DELETE_FROM = "$deleteFromPrimitiveList/";

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
        return object(template.isObject() ? template.asObject() : NODES.objectNode(), patch.asObject());
    }

    private static ObjectNode object(ObjectNode original, ObjectNode patch) {
        ObjectNode merged = NODES.objectNode();
        switch (patch.path(DIRECTIVE).asString("merge")) {
            case "merge" -> merged.setAll(original);
            case "replace" -> {}
            case "delete" -> {
                return merged;
            }
            default ->
                throw new IllegalArgumentException("it has a $patch directive other than merge, replace and delete");
        }
        patch.properties().forEach(entry -> {
            if (!entry.getKey().startsWith("$")) {
                member(merged, entry.getKey(), entry.getValue());
            }
        });
        directives(merged, patch);
        return merged;
    }

    private static void member(ObjectNode merged, String name, JsonNode wanted) {
        JsonNode there = merged.path(name);
        if (wanted.isNull()) {
            merged.remove(name);
        } else if (wanted.isObject()) {
            merged.set(name, object(there.isObject() ? there.asObject() : NODES.objectNode(), wanted.asObject()));
        } else if (wanted.isArray() && MERGE_KEYS.containsKey(name)) {
            ArrayNode list = there.isArray() ? there.asArray() : NODES.arrayNode();
            merged.set(name, list(list, wanted.asArray(), MERGE_KEYS.get(name)));
        } else if (wanted.isArray() && there.isArray() && name.equals("finalizers")) {
            merged.set(name, union(there, wanted));
        } else {
            merged.set(name, wanted);
        }
    }

    private static ArrayNode list(ArrayNode original, ArrayNode patch, String key) {
        List<JsonNode> merged = new ArrayList<>();
        boolean replace = false;
        for (JsonNode element : patch) {
            replace |=
                    element.size() == 1 && element.path(DIRECTIVE).asString("").equals("replace");
        }
        if (!replace) {
            original.forEach(merged::add);
        }
        for (JsonNode element : patch) {
            if (!element.isObject()
                    || element.path(key).isMissingNode()
                            && element.path(DIRECTIVE).isMissingNode()) {
                throw new IllegalArgumentException("an element of a list has no " + key);
            }
            if (element.has(key)) {
                element(merged, element.asObject(), key);
            }
        }
        return NODES.arrayNode().addAll(merged);
    }

    private static void element(List<JsonNode> merged, ObjectNode patch, String key) {
        String wanted = patch.path(key).asString("");
        int at = 0;
        while (at < merged.size() && !merged.get(at).path(key).asString("").equals(wanted)) {
            at++;
        }
        boolean there = at < merged.size();
        if (patch.path(DIRECTIVE).asString("").equals("delete")) {
            merged.removeIf(element -> element.path(key).asString("").equals(wanted));
        } else if (there && merged.get(at).isObject()) {
            merged.set(at, object(merged.get(at).asObject(), patch));
        } else {
            merged.add(object(NODES.objectNode(), patch));
        }
    }

    private static ArrayNode union(JsonNode there, JsonNode wanted) {
        ArrayNode union = NODES.arrayNode();
        there.forEach(union::add);
        wanted.forEach(element -> {
            if (!contains(union, element)) {
                union.add(element);
            }
        });
        return union;
    }

    private static boolean contains(JsonNode list, JsonNode wanted) {
        for (JsonNode element : list) {
            if (element.equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    private static void directives(ObjectNode merged, ObjectNode patch) {
        if (patch.path(RETAIN).isArray()) {
            JsonNode retained = patch.path(RETAIN);
            List.copyOf(merged.propertyNames()).stream()
                    .filter(name -> !contains(retained, NODES.stringNode(name)))
                    .forEach(merged::remove);
        }
        patch.properties().forEach(entry -> {
            String name = entry.getKey();
            if (name.startsWith(DELETE_FROM)) {
                without(merged, name.substring(DELETE_FROM.length()), entry.getValue());
            } else if (name.startsWith(ORDER)) {
                reorder(merged, name.substring(ORDER.length()), entry.getValue());
            }
        });
    }

    private static void without(ObjectNode merged, String name, JsonNode gone) {
        ArrayNode kept = NODES.arrayNode();
        for (JsonNode element : merged.path(name)) {
            if (!contains(gone, element)) {
                kept.add(element);
            }
        }
        merged.set(name, kept);
    }

    /** Those that are named in their order, then the others as they stood. */
    private static void reorder(ObjectNode merged, String name, JsonNode order) {
        String key = MERGE_KEYS.get(name);
        if (key == null || !merged.path(name).isArray()) {
            return;
        }
        List<JsonNode> rest = new ArrayList<>();
        merged.path(name).forEach(rest::add);
        ArrayNode sorted = NODES.arrayNode();
        for (JsonNode wanted : order) {
            String value = wanted.path(key).asString("");
            rest.stream()
                    .filter(element -> element.path(key).asString("").equals(value))
                    .forEach(sorted::add);
            rest.removeIf(element -> element.path(key).asString("").equals(value));
        }
        merged.set(name, sorted.addAll(rest));
    }
}
