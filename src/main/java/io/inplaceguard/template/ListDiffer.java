package io.inplaceguard.template;

import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.PodSchema.Field;
import io.inplaceguard.template.Scope.Defaults;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Compares two lists by index, as a JSON diff does, and reports the difference by name where the elements have one: what
 * was added, removed or changed, and once for the list that the rest is in another order. Linear in the size of both lists.
 */
final class ListDiffer {

    private static final JsonNode NONE = new ArrayNode(JsonNodeFactory.instance, List.of());

    private ListDiffer() {}

    static void list(Field field, @Nullable JsonNode rawA, @Nullable JsonNode rawB, Scope scope) {
        JsonNode a = rawA == null ? NONE : rawA;
        JsonNode b = rawB == null ? NONE : rawB;
        if (!a.isArray() || !b.isArray() || (a.isEmpty() && b.isEmpty())) {
            // Two empty lists come here only where Go writes null for the absent one.
            scope.report(Scope.action(rawA, rawB), rawA, rawB);
            return;
        }
        if (field.type() != null && field.elementType().isContainer()) {
            ContainerDiffer.containers(field.elementType(), a, b, scope);
            return;
        }
        for (List<String> keys : field.keys()) {
            Map<String, JsonNode> old = byKey(field.elementType(), keys, a);
            Map<String, JsonNode> wanted = old == null ? null : byKey(field.elementType(), keys, b);
            if (old != null && wanted != null) {
                keyed(field.elementType(), keys.get(0), old, wanted, scope);
                return;
            }
        }
        unkeyed(field, a, b, Scope.action(rawA, rawB), scope);
    }

    /** The elements by their key; null where a key is missing or not unique, so that only the index names them. */
    private static @Nullable Map<String, JsonNode> byKey(StructType type, List<String> keys, JsonNode list) {
        Map<String, JsonNode> byKey = new LinkedHashMap<>();
        for (JsonNode element : list) {
            if (!element.isObject()) {
                return null;
            }
            StringBuilder key = new StringBuilder();
            for (String name : keys) {
                // An absent protocol is TCP, whether or not that is written.
                JsonNode value = type.field(name).effectiveValue(element, true);
                if (value == null || value.isContainer()) {
                    return null;
                }
                key.append(key.isEmpty() ? "" : "\n").append(value.asString());
            }
            if (byKey.put(key.toString(), element) != null) {
                return null;
            }
        }
        return byKey;
    }

    private static void keyed(
            StructType type, String key, Map<String, JsonNode> old, Map<String, JsonNode> wanted, Scope scope) {
        if (!isSameOrder(old, wanted)) {
            scope.report(Action.REORDERED, null, null);
        }
        old.forEach((value, gone) -> {
            if (!wanted.containsKey(value)) {
                scope.element(key, gone.path(key).asString("")).report(Action.REMOVED, gone, null);
            }
        });
        for (Map.Entry<String, JsonNode> entry : wanted.entrySet()) {
            if (scope.isDecided()) {
                return;
            }
            JsonNode element = entry.getValue();
            JsonNode stored = old.get(entry.getKey());
            if (stored == null) {
                scope.element(key, element.path(key).asString("")).report(Action.ADDED, null, element);
            } else if (!stored.equals(element)) {
                StructDiffer.struct(
                        type,
                        stored,
                        element,
                        scope.element(key, element.path(key).asString("")));
            }
        }
    }

    /** Whether what is in both maps is in the same order. */
    static boolean isSameOrder(Map<String, ?> old, Map<String, ?> wanted) {
        Iterator<String> now = wanted.keySet().iterator();
        for (String name : old.keySet()) {
            if (!wanted.containsKey(name)) {
                continue;
            }
            String next = now.next();
            while (!old.containsKey(next)) {
                next = now.next();
            }
            if (!next.equals(name)) {
                return false;
            }
        }
        return true;
    }

    private static void unkeyed(Field field, JsonNode a, JsonNode b, Action action, Scope scope) {
        Defaults defaults = scope.isApplied() ? Defaults.APPLIED : Defaults.IGNORED;
        if (isSameByIndex(field.type(), a, b, scope.probe(defaults))) {
            return;
        }
        boolean explained = scope.written()
                || (scope.isFlagged() && isSameByIndex(field.type(), a, b, scope.probe(Defaults.APPLIED)));
        Action seen = !explained && action == Action.CHANGED && isReordered(a, b) ? Action.REORDERED : action;
        scope.written(explained).report(seen, a.isEmpty() ? null : a, b.isEmpty() ? null : b);
    }

    /**
     * Whether two lists mean the same element by element.
     *
     * @param type  of the elements; null for scalars
     * @param probe collects what differs
     */
    static boolean isSameByIndex(@Nullable StructType type, JsonNode a, JsonNode b, Scope probe) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            JsonNode old = a.get(i);
            JsonNode wanted = b.get(i);
            if (type == null) {
                if (!isSameScalar(old, wanted)) {
                    return false;
                }
            } else {
                StructDiffer.struct(type, orEmpty(old), orEmpty(wanted), probe);
                if (probe.hasChanges()) {
                    return false;
                }
            }
        }
        return true;
    }

    private static JsonNode orEmpty(JsonNode element) {
        return element.isNull() ? JsonTree.EMPTY : element;
    }

    /** Go reads null in a list as the zero value of its type. */
    private static boolean isSameScalar(JsonNode a, JsonNode b) {
        return JsonTree.sameValue(a, b) || (a.isNull() && isZero(b)) || (b.isNull() && isZero(a));
    }

    private static boolean isZero(JsonNode node) {
        return (node.isString() && node.stringValue().isEmpty())
                || (node.isNumber() && node.decimalValue().signum() == 0);
    }

    /** Whether two lists have the same elements in another order. */
    private static boolean isReordered(JsonNode a, JsonNode b) {
        if (a.size() != b.size()) {
            return false;
        }
        Map<String, Integer> counts = new HashMap<>();
        a.forEach(element -> counts.merge(element.toString(), 1, Integer::sum));
        for (JsonNode element : b) {
            if (counts.merge(element.toString(), -1, Integer::sum) < 0) {
                return false;
            }
        }
        return true;
    }
}
