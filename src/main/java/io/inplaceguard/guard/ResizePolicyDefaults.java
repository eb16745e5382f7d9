package io.inplaceguard.guard;

import io.inplaceguard.guard.Mutation.PatchOperation;
import io.inplaceguard.template.Container;
import io.inplaceguard.template.PodTemplate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is added to resizePolicy, and when nothing may be. No API server defaults it since 1.33, and none ever did in
 * templates.
 */
final class ResizePolicyDefaults {

    private static final List<String> RESOURCES = List.of("cpu", "memory");
    private static final String NOT_REQUIRED = "NotRequired";
    private static final Set<String> POLICIES = Set.of(NOT_REQUIRED, "RestartContainer");
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final GuardSettings settings;

    /**
     * What is added to one container's resizePolicy.
     *
     * @param container index among the regular containers
     * @param appended  whether {@code policies} is one entry for the end of the list, and not the whole list
     */
    record Addition(int container, boolean appended, JsonNode policies) {

        /** As a patch operation, where the template's spec is held by what the pointer points to. */
        PatchOperation at(String pointer) {
            return new PatchOperation(
                    pointer + "/spec/containers/" + container + "/resizePolicy" + (appended ? "/-" : ""), policies);
        }
    }

    ResizePolicyDefaults(GuardSettings settings) {
        this.settings = settings;
    }

    /**
     * For a new Pod or template: each regular container gets what it lacks of cpu and memory.
     *
     * @param annotation the template's own defaults; empty text for none
     * @param warnings   told what is wrong with the annotation
     */
    List<Addition> forNew(PodTemplate template, String annotation, List<Warning> warnings) {
        ResizePolicySettings wishes = wishes(annotation, template, warnings);
        List<Addition> additions = new ArrayList<>();
        int index = 0;
        for (Container container : template.containers()) {
            additions.addAll(missing(container, wishes, index++));
        }
        return additions;
    }

    /**
     * For a changed template, never so that pods are rolled: a policy the stored container has and the new one omits is
     * restored; a container that had none gets none; one that is new gets defaults only if a stored one has a policy.
     */
    List<Addition> forUpdate(PodTemplate before, PodTemplate after, String annotation, List<Warning> warnings) {
        if (before.containers().stream()
                .allMatch(container -> policies(container).isEmpty())) {
            return List.of();
        }
        List<Addition> additions = new ArrayList<>();
        ResizePolicySettings wishes = null;
        int index = 0;
        for (Container container : after.containers()) {
            int at = index++;
            Optional<Container> stored = before.container(container.name());
            if (stored.isPresent()) {
                restored(stored.get(), container).ifPresent(list -> additions.add(new Addition(at, false, list)));
            } else {
                wishes = wishes == null ? wishes(annotation, after, warnings) : wishes;
                additions.addAll(missing(container, wishes, at));
            }
        }
        return additions;
    }

    private static List<Addition> missing(Container container, ResizePolicySettings wishes, int index) {
        if (!isWellFormed(container)) {
            return List.of();
        }
        List<JsonNode> policies = new ArrayList<>();
        for (String resource : RESOURCES) {
            if (container.resizePolicy(resource).isEmpty()) {
                policies.add(policy(resource, wishes.policy(container.name(), resource)));
            }
        }
        if (policies(container).isEmpty()) {
            ArrayNode list = NODES.arrayNode().addAll(policies);
            return List.of(new Addition(index, false, list));
        }
        return policies.stream()
                .map(policy -> new Addition(index, true, policy))
                .toList();
    }

    /** The stored list with what the new one says; empty where the new one omits nothing. */
    private static Optional<ArrayNode> restored(Container stored, Container wanted) {
        if (!isWellFormed(stored) || !isWellFormed(wanted) || policies(stored).isEmpty()) {
            return Optional.empty();
        }
        Map<String, JsonNode> merged = new LinkedHashMap<>();
        policies(stored).forEach(policy -> merged.put(resource(policy), policy));
        Set<String> omitted = new HashSet<>(merged.keySet());
        for (JsonNode policy : policies(wanted)) {
            merged.put(resource(policy), policy);
            omitted.remove(resource(policy));
        }
        return omitted.isEmpty()
                ? Optional.empty()
                : Optional.of(NODES.arrayNode().addAll(merged.values()));
    }

    private static String resource(JsonNode policy) {
        return policy.path("resourceName").asString("");
    }

    /** What is not a container, or has a resizePolicy that is not a list of objects, is left for others to refuse. */
    private static boolean isWellFormed(Container container) {
        if (!container.node().isObject()) {
            return false;
        }
        JsonNode list = container.node().path("resizePolicy");
        if (list.isMissingNode() || list.isNull()) {
            return true;
        }
        return list.isArray() && list.valueStream().allMatch(JsonNode::isObject);
    }

    private static List<JsonNode> policies(Container container) {
        return container.node().path("resizePolicy").valueStream().toList();
    }

    private static ObjectNode policy(String resource, String restartPolicy) {
        return NODES.objectNode().put("resourceName", resource).put("restartPolicy", restartPolicy);
    }

    /** What is wished for, by resource or by {@code container.resource}. */
    private record ResizePolicySettings(Map<String, String> byKey, boolean neverRestarts) {

        String policy(String container, String resource) {
            // A container of a pod that never restarts cannot be restarted for a resize either (validateResizePolicy).
            return neverRestarts
                    ? NOT_REQUIRED
                    : byKey.getOrDefault(container + "." + resource, byKey.getOrDefault(resource, NOT_REQUIRED));
        }
    }

    /** Reads {@code cpu=NotRequired,app.memory=RestartContainer}; an annotation with any nonsense in it is ignored whole. */
    private ResizePolicySettings wishes(String annotation, PodTemplate template, List<Warning> warnings) {
        boolean neverRestarts =
                template.spec().path("restartPolicy").asString("").equals("Never");
        Map<String, String> settled = new LinkedHashMap<>();
        settled.put("cpu", settings.resizePolicyCpu().word());
        settled.put("memory", settings.resizePolicyMemory().word());
        if (annotation.isBlank()) {
            return new ResizePolicySettings(settled, neverRestarts);
        }
        Map<String, String> wished = new LinkedHashMap<>();
        int entry = 0;
        for (String text : annotation.split(",", -1)) {
            entry++;
            String[] sides = text.strip().split("=", -1);
            String key = sides[0].strip();
            String resource = key.substring(key.lastIndexOf('.') + 1);
            boolean legal = sides.length == 2
                    && POLICIES.contains(sides[1].strip())
                    && RESOURCES.contains(resource)
                    && !key.startsWith(".")
                    && wished.put(key, sides[1].strip()) == null;
            if (!legal) {
                warnings.add(ignored("entry " + entry + " of it is not understood"));
                return new ResizePolicySettings(settled, neverRestarts);
            }
            if (key.contains(".")
                    && template.container(key.substring(0, key.lastIndexOf('.')))
                            .isEmpty()) {
                warnings.add(ignored("entry " + entry + " of it names no container of this pod"));
                return new ResizePolicySettings(settled, neverRestarts);
            }
        }
        if (neverRestarts && wished.containsValue("RestartContainer")) {
            warnings.add(ignored("a pod with restartPolicy Never can only have NotRequired"));
        }
        settled.putAll(wished);
        return new ResizePolicySettings(settled, neverRestarts);
    }

    private static Warning ignored(String why) {
        return new Warning(
                "resize-policy",
                "annotation " + AnnotationKeys.RESIZE_POLICY + " is ignored: " + why
                        + "; write for example cpu=NotRequired,app.memory=RestartContainer");
    }
}
