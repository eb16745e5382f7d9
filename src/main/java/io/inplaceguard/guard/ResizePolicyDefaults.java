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
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is added to resizePolicy, and when nothing may be added. API servers wrote NotRequired from 1.27 to 1.32 and have not
 * since, and never in templates.
 */
final class ResizePolicyDefaults {

    private static final List<String> RESOURCES = List.of("cpu", "memory");
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
     * @param warnings   gets a warning where the annotation is ignored
     */
    List<Addition> forNew(PodTemplate template, String annotation, List<Warning> warnings) {
        ResizePolicySettings chosen = ResizePolicySettings.of(settings, annotation, template, warnings);
        List<Addition> additions = new ArrayList<>();
        int index = 0;
        for (Container container : template.containers()) {
            additions.addAll(missing(template, container, chosen, index++));
        }
        return additions;
    }

    /**
     * For a changed template, so that no rollout is caused: a policy that the stored container has and the new one omits is
     * restored; a container that had none gets none; a new container gets defaults only if a stored one has a policy.
     */
    List<Addition> forUpdate(PodTemplate before, PodTemplate after, String annotation, List<Warning> warnings) {
        if (before.containers().stream()
                .allMatch(container -> policies(container).isEmpty())) {
            return List.of();
        }
        List<Addition> additions = new ArrayList<>();
        @Nullable ResizePolicySettings chosen = null;
        int index = 0;
        for (Container container : after.containers()) {
            int at = index++;
            Optional<Container> stored = before.container(container.name());
            if (stored.isPresent()) {
                restored(stored.get(), container).ifPresent(list -> additions.add(new Addition(at, false, list)));
            } else {
                chosen = chosen == null ? ResizePolicySettings.of(settings, annotation, after, warnings) : chosen;
                additions.addAll(missing(after, container, chosen, at));
            }
        }
        return additions;
    }

    private static List<Addition> missing(
            PodTemplate template, Container container, ResizePolicySettings chosen, int index) {
        // A null element reads as an empty container, but nothing can be added to it.
        boolean isObject = template.spec().path("containers").path(index).isObject();
        if (!isObject || !isWellFormed(container)) {
            return List.of();
        }
        List<JsonNode> policies = new ArrayList<>();
        for (String resource : RESOURCES) {
            if (container.resizePolicy(resource).isEmpty()) {
                chosen.policy(container.name(), resource).ifPresent(policy -> policies.add(policy(resource, policy)));
            }
        }
        if (policies.isEmpty()) {
            return List.of();
        }
        if (policies(container).isEmpty()) {
            ArrayNode list = NODES.arrayNode().addAll(policies);
            return List.of(new Addition(index, false, list));
        }
        return policies.stream()
                .map(policy -> new Addition(index, true, policy))
                .toList();
    }

    /** The stored list with the entries of the new one; empty where the new one omits nothing. */
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

    /** Whether the container is an object and its resizePolicy, if any, a list of objects; others refuse the rest. */
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
}
