package io.inplaceguard.template;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A container of a pod template, read leniently: what is not there or not readable is empty.
 *
 * @param name  its name; empty where it has none
 * @param node  the container as the user wrote it
 * @param path  where it is in the object
 */
public record Container(String name, JsonNode node, FieldPath path) {

    static Container at(JsonNode node, FieldPath list) {
        String name = name(node);
        return new Container(name, node, list.element("name", name));
    }

    private static String name(JsonNode node) {
        JsonNode name = node.get("name");
        return name != null && name.isString() ? name.stringValue() : "";
    }

    /** The request of {@code cpu} or {@code memory}; empty without one, or where it is not a quantity. */
    public Optional<Quantity> request(String resource) {
        return quantity("requests", resource);
    }

    /** The limit of {@code cpu} or {@code memory}; empty without one, or where it is not a quantity. */
    public Optional<Quantity> limit(String resource) {
        return quantity("limits", resource);
    }

    /**
     * What the API server will hold as request: the limit where no request is given.
     * Source: SetDefaults_Pod (pkg/apis/core/v1/defaults.go).
     */
    public Optional<Quantity> effectiveRequest(String resource) {
        return hasRequest(resource) ? request(resource) : limit(resource);
    }

    /** Whether the request is given, be it zero. */
    public boolean hasRequest(String resource) {
        return node.path("resources").path("requests").has(resource);
    }

    private Optional<Quantity> quantity(String list, String resource) {
        JsonNode value = node.path("resources").path(list).get(resource);
        return value == null ? Optional.empty() : Quantity.of(value);
    }

    /** Whether this is a sidecar: an init container with {@code restartPolicy: Always}. */
    public boolean isSidecar() {
        return node.path("restartPolicy").asString("").equals("Always");
    }

    /** Whether it uses dynamic resources ({@code resources.claims}). */
    public boolean hasClaims() {
        return !node.path("resources").path("claims").isEmpty();
    }

    /** The policy of its resizePolicy list for that resource; empty where the list has none. */
    public Optional<String> resizePolicy(String resource) {
        for (JsonNode policy : node.path("resizePolicy")) {
            if (resource.equals(policy.path("resourceName").asString(""))) {
                return Optional.of(policy.path("restartPolicy").asString(""));
            }
        }
        return Optional.empty();
    }
}
