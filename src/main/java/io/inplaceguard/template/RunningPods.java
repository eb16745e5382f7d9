package io.inplaceguard.template;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Running pods after an update in place. The API server defaulted the requests that a template does not have when it created
 * the pods: a container's from its limit, the pod's from its containers (SetDefaults_Pod and defaultPodRequests,
 * pkg/apis/core/v1/defaults.go). OpenKruise patches only what the template has, so running pods keep these requests.
 */
final class RunningPods {

    private static final String[] RESOURCES = {"cpu", "memory"};
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private RunningPods() {}

    /** The new template with the requests that pods of the stored template were created with, where it has none itself. */
    static PodTemplate after(PodTemplate before, PodTemplate after) {
        JsonNode spec = after.spec();
        if (!after.containers().isEmpty()) {
            ArrayNode containers = NODES.arrayNode(after.containers().size());
            for (Container container : after.containers()) {
                containers.add(before.container(container.name())
                        .map(stored -> withRequests(container, stored))
                        .orElse(container.node()));
            }
            spec = JsonTree.with(spec, "containers", containers);
        }
        Optional<PodResources> stored = before.podResources();
        if (stored.isPresent() && after.podResources().isPresent()) {
            spec = JsonTree.with(spec, "resources", withRequests(spec.path("resources"), stored.get()));
        }
        return new PodTemplate(after.origin(), after.path(), after.metadata(), spec);
    }

    private static JsonNode withRequests(Container container, Container stored) {
        JsonNode resources = container.node().path("resources");
        JsonNode changed = resources;
        for (String resource : RESOURCES) {
            if (!container.hasRequest(resource)) {
                String text =
                        stored.effectiveRequest(resource).map(Quantity::text).orElse(null);
                changed = withRequest(changed, resource, text);
            }
        }
        return changed.equals(resources) ? container.node() : JsonTree.with(container.node(), "resources", changed);
    }

    private static JsonNode withRequests(JsonNode resources, PodResources stored) {
        JsonNode changed = resources;
        for (String resource : RESOURCES) {
            if (!resources.path("requests").has(resource)) {
                String text = stored.effectiveRequest(resource)
                        .map(amount -> amount.toPlainString())
                        .orElse(null);
                changed = withRequest(changed, resource, text);
            }
        }
        return changed;
    }

    private static JsonNode withRequest(JsonNode resources, String resource, @Nullable String text) {
        if (text == null) {
            return resources;
        }
        JsonNode requests = resources.path("requests");
        ObjectNode changed = JsonTree.with(requests, resource, NODES.stringNode(text));
        return JsonTree.with(resources, "requests", changed);
    }
}
