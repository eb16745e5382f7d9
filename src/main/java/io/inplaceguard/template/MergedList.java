package io.inplaceguard.template;

import io.inplaceguard.template.PodSchema.Field;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A list that a strategic merge patch merges by a key. Every search goes through an index, so the work is linear in the two
 * lists but for the sorting.
 * Source: mergeSlice, mergePatchIntoOriginal and normalizeElementOrder (k8s.io/apimachinery/pkg/util/strategicpatch 0.32).
 */
final class MergedList {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String ITSELF = "itself";

    private MergedList() {}

    /** The original list with a patch list, in the order that the API machinery gives it. */
    static ArrayNode merged(Field field, JsonNode original, JsonNode patch) {
        if (original.isEmpty() && patch.isEmpty()) {
            return NODES.arrayNode();
        }
        String key = field.mergeKey();
        requireKeys(elements(patch), key);
        List<JsonNode> kept = elements(original);
        List<JsonNode> added = new ArrayList<>();
        Set<String> deleted = new HashSet<>();
        boolean replace = false;
        for (JsonNode element : patch) {
            String directive = element.path(StrategicMergePatch.DIRECTIVE).asString("");
            switch (directive) {
                case "" -> added.add(element);
                case StrategicMergePatch.REPLACE -> replace = true;
                case StrategicMergePatch.DELETE -> deleted.add(keyOf(element, key));
                default ->
                    throw new IllegalArgumentException("a list has a $patch directive other than replace and delete");
            }
        }
        if (replace) {
            return list(added.stream().map(StrategicMergePatch::stripped).toList());
        }
        if (!deleted.isEmpty()) {
            kept.removeIf(element -> deleted.contains(keyOf(element, key)));
        }
        return ordered(merge(field, kept, added), added, kept, key);
    }

    private static List<JsonNode> merge(Field field, List<JsonNode> kept, List<JsonNode> added) {
        String key = field.mergeKey();
        List<JsonNode> merged = new ArrayList<>(kept);
        Map<String, Integer> index = index(kept, key);
        for (JsonNode element : added) {
            Integer at = index.putIfAbsent(keyOf(element, key), merged.size());
            if (at == null) {
                merged.add(StrategicMergePatch.stripped(element));
            } else if (element.isObject()) {
                merged.set(at, StrategicMergePatch.object(field.type(), merged.get(at), element));
            }
        }
        return merged;
    }

    /**
     * What the patch names in the patch's order, merged with the rest in the order of the original list. Where the two orders
     * do not relate two elements, the one that the patch names comes first.
     */
    private static ArrayNode ordered(
            List<JsonNode> merged, List<JsonNode> patchOrder, List<JsonNode> serverOrder, String key) {
        Map<String, Integer> inPatch = index(patchOrder, key);
        Map<String, Integer> onServer = index(serverOrder, key);
        List<JsonNode> named = new ArrayList<>();
        List<JsonNode> rest = new ArrayList<>();
        merged.forEach(element -> (inPatch.containsKey(keyOf(element, key)) ? named : rest).add(element));
        named.sort(by(inPatch, key));
        rest.sort(by(onServer, key));
        List<JsonNode> all = new ArrayList<>(merged.size());
        int left = 0;
        for (JsonNode element : named) {
            int at = onServer.getOrDefault(keyOf(element, key), -1);
            while (left < rest.size() && onServer.getOrDefault(keyOf(rest.get(left), key), at) < at) {
                all.add(rest.get(left++));
            }
            all.add(element);
        }
        all.addAll(rest.subList(left, rest.size()));
        return list(all);
    }

    private static Comparator<JsonNode> by(Map<String, Integer> index, String key) {
        return Comparator.comparingInt(element -> index.getOrDefault(keyOf(element, key), Integer.MAX_VALUE));
    }

    /**
     * Merges a list that has a {@code $setElementOrder}, which need not name all of its elements.
     *
     * @param patch the patch list; a missing node where only the order changes
     */
    static void setOrder(@Nullable Field field, String name, ObjectNode object, JsonNode patch, JsonNode order) {
        if (field == null || field.mergeKey().isEmpty()) {
            throw new IllegalArgumentException("it orders a list that is not merged");
        }
        JsonNode original = object.path(name);
        if (!order.isArray()
                || (!patch.isMissingNode() && !patch.isArray())
                || (!original.isMissingNode() && !original.isArray())) {
            throw new IllegalArgumentException("it orders what is not a list");
        }
        if (original.isMissingNode() && patch.isMissingNode()) {
            return;
        }
        String key = field.mergeKey();
        List<JsonNode> names = elements(order);
        List<JsonNode> wanted = elements(patch);
        requireKeys(names, key);
        requireKeys(wanted, key);
        checkOrder(wanted, names, key);
        List<JsonNode> merged;
        if (patch.isMissingNode()) {
            merged = elements(original);
        } else if (original.isMissingNode()) {
            merged = elements(StrategicMergePatch.cleaned(patch));
        } else {
            merged = elements(merged(field, original, patch));
        }
        object.set(name, ordered(merged, names, serverOrder(elements(original), wanted, key), key));
    }

    /**
     * The order of the original list as the API machinery sees it after a merge. It deletes in place, so the first elements
     * that the patch adds take the places that deletions left at the end.
     */
    private static List<JsonNode> serverOrder(List<JsonNode> original, List<JsonNode> patch, String key) {
        Set<String> deleted = new HashSet<>();
        List<JsonNode> added = new ArrayList<>();
        Set<String> there = new HashSet<>(index(original, key).keySet());
        for (JsonNode element : patch) {
            if (element.path(StrategicMergePatch.DIRECTIVE).asString("").equals(StrategicMergePatch.DELETE)) {
                deleted.add(keyOf(element, key));
                there.remove(keyOf(element, key));
            } else if (!element.has(StrategicMergePatch.DIRECTIVE) && there.add(keyOf(element, key))) {
                added.add(element);
            }
        }
        List<JsonNode> order = new ArrayList<>(original);
        order.removeIf(element -> deleted.contains(keyOf(element, key)));
        int free = original.size() - order.size();
        order.addAll(added.subList(0, Math.min(free, added.size())));
        return order;
    }

    /** What the patch changes must be in the order list, in the same order. */
    private static void checkOrder(List<JsonNode> patch, List<JsonNode> order, String key) {
        if (order.isEmpty() || patch.isEmpty()) {
            return;
        }
        List<JsonNode> changed = new ArrayList<>(patch);
        changed.removeIf(element ->
                element.path(StrategicMergePatch.DIRECTIVE).asString("").equals(StrategicMergePatch.DELETE));
        int at = 0;
        int inOrder = 0;
        while (at < changed.size() && inOrder < order.size()) {
            JsonNode element = changed.get(at);
            if (element.has(StrategicMergePatch.DIRECTIVE)) {
                at++;
            } else {
                at += keyOf(element, key).equals(keyOf(order.get(inOrder++), key)) ? 1 : 0;
            }
        }
        if (at < changed.size()) {
            throw new IllegalArgumentException("the order of a list does not match its $setElementOrder");
        }
    }

    /** Removes scalars from a list, where there is one. */
    static void deleteScalars(ObjectNode object, String name, JsonNode gone) {
        JsonNode list = object.path(name);
        if (!list.isArray()) {
            return;
        }
        Set<String> deleted = new HashSet<>();
        gone.forEach(element -> deleted.add(keyOf(element, ITSELF)));
        List<JsonNode> kept = elements(list);
        kept.removeIf(element -> deleted.contains(keyOf(element, ITSELF)));
        object.set(name, list(kept));
    }

    private static Map<String, Integer> index(List<JsonNode> list, String key) {
        Map<String, Integer> index = new HashMap<>();
        for (int i = 0; i < list.size(); i++) {
            index.putIfAbsent(keyOf(list.get(i), key), i);
        }
        return index;
    }

    /** The key of an element, such that equal texts are equal JSON values. Go writes a key that is absent as its zero value. */
    private static String keyOf(JsonNode element, String key) {
        JsonNode value = key.equals(ITSELF) ? element : element.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return "\"\"";
        }
        if (value.isString()) {
            // Only texts begin with a quote, so it need not be escaped.
            return '"' + value.stringValue() + '"';
        }
        return value.isNumber() ? value.decimalValue().stripTrailingZeros().toString() : value.toString();
    }

    /** Elements of a patch must have a key. */
    private static void requireKeys(List<JsonNode> patch, String key) {
        for (JsonNode element : patch) {
            boolean isReplace =
                    element.path(StrategicMergePatch.DIRECTIVE).asString("").equals(StrategicMergePatch.REPLACE);
            if (!isReplace && !key.equals(ITSELF) && element.path(key).isMissingNode()) {
                throw new IllegalArgumentException("an element of a list has no " + key);
            }
        }
    }

    private static List<JsonNode> elements(JsonNode list) {
        List<JsonNode> elements = new ArrayList<>(list.size());
        list.forEach(elements::add);
        return elements;
    }

    private static ArrayNode list(List<JsonNode> elements) {
        return NODES.arrayNode(elements.size()).addAll(elements);
    }
}
