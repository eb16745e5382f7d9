package io.inplaceguard.cluster;

import io.inplaceguard.guard.CustomKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Where the kinds that are governed keep what plan and audit read, as far as it concerns pods and their rollout. */
public final class Workloads {

    /** OpenKruise's API group. */
    public static final String KRUISE = "apps.kruise.io";

    /** The governed kinds of OpenKruise. */
    public static final Set<String> KINDS =
            Set.of("CloneSet", "StatefulSet", "DaemonSet", "SidecarSet", "UnitedDeployment");

    private static final List<String> CHILDREN = List.of("cloneSetTemplate", "advancedStatefulSetTemplate");

    /**
     * A pod template and what it belongs to.
     *
     * @param path     dotted path in the object, such as {@code spec.template}; empty for a Pod
     * @param template holds metadata and spec
     * @param set      the spec of the set that has it: the object's own, or that of a UnitedDeployment's child
     */
    public record Template(String path, JsonNode template, JsonNode set) {}

    private Workloads() {}

    /** Whether objects of that kind are governed. */
    public static boolean isGoverned(String group, String kind, List<CustomKind> custom) {
        return (group.equals(KRUISE) && KINDS.contains(kind))
                || (group.isEmpty() && kind.equals("Pod"))
                || custom.stream()
                        .anyMatch(each ->
                                each.group().equals(group) && each.kind().equals(kind));
    }

    /** The pod templates of an object; a SidecarSet's spec counts as the spec of one. */
    public static List<Template> templates(JsonNode object, List<CustomKind> custom) {
        JsonNode spec = object.path("spec");
        String kind = object.path("kind").asString("");
        String group = object.path("apiVersion").asString("").replaceAll("/?[^/]*$", "");
        List<Template> found = new ArrayList<>();
        if (!group.equals(KRUISE)) {
            for (CustomKind each : custom) {
                if (each.group().equals(group) && each.kind().equals(kind)) {
                    each.templates().forEach(path -> found.add(new Template(path, at(object, path), spec)));
                }
            }
            return kind.equals("Pod") ? List.of(new Template("", object, spec)) : found;
        }
        switch (kind) {
            case "SidecarSet" -> found.add(new Template("", sidecars(spec), spec));
            case "UnitedDeployment" -> {
                for (String child : CHILDREN) {
                    JsonNode set = spec.path("template").path(child).path("spec");
                    if (set.isObject()) {
                        found.add(new Template("spec.template." + child + ".spec.template", set.path("template"), set));
                    }
                }
            }
            default -> found.add(new Template("spec.template", spec.path("template"), spec));
        }
        return found;
    }

    /** What of a SidecarSet reaches pods, as a template. */
    private static JsonNode sidecars(JsonNode spec) {
        ObjectNode template = JsonNodeFactory.instance.objectNode();
        ObjectNode parts = template.putObject("spec");
        for (String field : List.of("containers", "initContainers", "volumes")) {
            if (spec.has(field)) {
                parts.set(field, spec.path(field));
            }
        }
        return template;
    }

    private static JsonNode at(JsonNode object, String path) {
        JsonNode node = object;
        for (String field : path.split("\\.", -1)) {
            node = node.path(field);
        }
        return node;
    }

    /** The policy word of a set's update strategy, wherever its version keeps it; empty for the default. */
    public static String policy(JsonNode set) {
        JsonNode strategy = set.path("updateStrategy");
        String type = strategy.path("type").asString("");
        JsonNode rolling = strategy.path("rollingUpdate");
        if (type.equals("OnDelete") || type.equals("NotUpdate")) {
            return type;
        }
        String policy = rolling.path("podUpdatePolicy").asString("");
        if (policy.isEmpty()) {
            policy = rolling.path("rollingUpdateType").asString("");
        }
        return policy.isEmpty() || policy.equals("Standard") ? (type.equals("RollingUpdate") ? "" : type) : policy;
    }
}
