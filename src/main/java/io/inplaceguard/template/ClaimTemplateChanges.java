package io.inplaceguard.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * What changed in {@code volumeClaimTemplates}, by claim name. A renamed claim template counts as one removed and one added.
 * A name that occurs twice counts as changed.
 *
 * @param added   names that are new; an advanced StatefulSet stops its rollout at them
 * @param removed names that are no longer there
 * @param resized names whose {@code spec.resources} alone changed
 * @param changed names with any other change
 */
public record ClaimTemplateChanges(
        List<String> added, List<String> removed, List<String> resized, List<String> changed) {

    private static final ClaimTemplateChanges NONE =
            new ClaimTemplateChanges(List.of(), List.of(), List.of(), List.of());

    /**
     * Compares two values of {@code volumeClaimTemplates}; missing nodes and null are empty lists. The order of the list
     * does not matter: a claim is found by its name.
     */
    public static ClaimTemplateChanges between(JsonNode before, JsonNode after) {
        return before.equals(after) ? NONE : compared(before, after);
    }

    private static ClaimTemplateChanges compared(JsonNode before, JsonNode after) {
        Map<String, JsonNode> stored = new HashMap<>();
        before.forEach(claim -> stored.putIfAbsent(name(claim), claim));
        List<String> added = new ArrayList<>();
        List<String> resized = new ArrayList<>();
        List<String> changed = new ArrayList<>();
        Map<String, JsonNode> wanted = new HashMap<>();
        for (JsonNode claim : after) {
            String name = name(claim);
            JsonNode old = stored.get(name);
            if (wanted.put(name, claim) != null) {
                changed.add(name);
            } else if (old == null) {
                added.add(name);
            } else if (!StructDiffer.isSame(PodSchema.CLAIM_TEMPLATE, old, claim)) {
                (StructDiffer.isSame(PodSchema.CLAIM_TEMPLATE, withoutResources(old), withoutResources(claim))
                                ? resized
                                : changed)
                        .add(name);
            }
        }
        List<String> removed = stored.keySet().stream()
                .filter(name -> !wanted.containsKey(name))
                .sorted()
                .toList();
        return new ClaimTemplateChanges(List.copyOf(added), removed, List.copyOf(resized), List.copyOf(changed));
    }

    private static String name(JsonNode claim) {
        return claim.path("metadata").path("name").asString("");
    }

    private static JsonNode withoutResources(JsonNode claim) {
        return claim.isObject() && claim.path("spec").isObject()
                ? JsonTree.with(claim, "spec", JsonTree.without(claim.path("spec"), "resources"))
                : claim;
    }

    /** Whether nothing changed. */
    public boolean isEmpty() {
        return added.isEmpty() && removed.isEmpty() && resized.isEmpty() && changed.isEmpty();
    }
}
