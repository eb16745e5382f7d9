package io.inplaceguard.guard;

import io.inplaceguard.template.TemplateDiff;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Patches of subsets that only choose nodes and schedulers for their pods, which is what most subsets are for. Rules ask for these
 * fields only where they change; a nodeSelector also shows pods that run on Windows.
 */
final class PlacementPatch {

    private static final String NODE_SELECTOR = "nodeSelector";
    private static final Set<String> FIELDS = Set.of(
            "affinity",
            "nodeName",
            NODE_SELECTOR,
            "priorityClassName",
            "runtimeClassName",
            "schedulerName",
            "tolerations",
            "topologySpreadConstraints");

    private PlacementPatch() {}

    /**
     * Whether two templates with this patch differ in what they differ without it.
     *
     * @param patch the same for both
     * @param child the two templates
     */
    static boolean keeps(TemplateDiff child, JsonNode patch) {
        JsonNode spec = patch.path("spec");
        if (patch.size() != 1 || !spec.isObject()) {
            return false;
        }
        JsonNode before = child.before().spec();
        JsonNode after = child.after().spec();
        for (Map.Entry<String, JsonNode> field : spec.properties()) {
            String name = field.getKey();
            if (!FIELDS.contains(name)
                    || !Objects.equals(before.get(name), after.get(name))
                    || (name.equals(NODE_SELECTOR) && !isPlain(field.getValue()))) {
                return false;
            }
        }
        return true;
    }

    /** Neither chooses an operating system nor removes what chose one. */
    private static boolean isPlain(JsonNode selector) {
        return selector.isObject()
                && selector.properties().stream()
                        .noneMatch(label -> label.getKey().equals("kubernetes.io/os")
                                || label.getKey().startsWith("$"));
    }
}
