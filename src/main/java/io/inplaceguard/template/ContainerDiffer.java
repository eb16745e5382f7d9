package io.inplaceguard.template;

import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.Scope.Defaults;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Compares two lists of containers by name: which there are, in which order, and what changed in each. Changes of the list
 * have the list's category, changes inside of a container have their own.
 */
@SuppressWarnings("ReferenceEquality") // The second container of a name is distinguished from an equal first one.
final class ContainerDiffer {

    private ContainerDiffer() {}

    static void containers(StructType type, JsonNode old, JsonNode wanted, Scope scope) {
        Map<String, JsonNode> oldByName = byName(old);
        Map<String, JsonNode> wantedByName = byName(wanted);
        boolean unique = oldByName.size() == old.size() && wantedByName.size() == wanted.size();
        if (!unique) {
            Defaults defaults = scope.isApplied() ? Defaults.APPLIED : Defaults.IGNORED;
            if (ListDiffer.isSameByIndex(type, old, wanted, scope.probe(defaults))) {
                return;
            }
            for (JsonNode second : old) {
                if (oldByName.get(name(second)) != second) {
                    element(second, scope).report(Action.REMOVED, second, null);
                }
            }
            for (JsonNode second : wanted) {
                if (wantedByName.get(name(second)) != second) {
                    element(second, scope).report(Action.DUPLICATED, null, second);
                }
            }
        }
        if (!ListDiffer.isSameOrder(oldByName, wantedByName)) {
            scope.report(Action.REORDERED, null, null);
        }
        oldByName.forEach((name, gone) -> {
            if (!wantedByName.containsKey(name)) {
                element(gone, scope).report(Action.REMOVED, gone, null);
            }
        });
        wantedByName.forEach((name, added) -> {
            if (!oldByName.containsKey(name)) {
                element(added, scope).report(Action.ADDED, null, added);
            }
        });
        wantedByName.forEach((name, container) -> {
            JsonNode stored = oldByName.get(name);
            if (stored != null && !stored.equals(container) && !scope.isDecided()) {
                Scope inside = element(container, scope).inside(type.isNamed() ? name : null);
                StructDiffer.struct(type, orEmpty(stored), orEmpty(container), inside);
            }
        });
    }

    private static Map<String, JsonNode> byName(JsonNode list) {
        Map<String, JsonNode> byName = new LinkedHashMap<>();
        list.forEach(container -> byName.putIfAbsent(name(container), container));
        return byName;
    }

    private static String name(JsonNode container) {
        return container.path("name").asString("");
    }

    private static Scope element(JsonNode container, Scope list) {
        return list.element("name", name(container));
    }

    private static JsonNode orEmpty(JsonNode container) {
        return container.isNull() ? JsonTree.EMPTY : container;
    }
}
