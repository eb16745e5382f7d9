package io.inplaceguard.check;

import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;
import tools.jackson.databind.JsonNode;

/**
 * One Kubernetes object and where it stands.
 *
 * @param file   as the user named it; {@code stdin} for standard input
 * @param object its tree
 * @param root   its YAML; null where lines are not known
 */
record ManifestObject(
        String file, JsonNode object, @Nullable Node root) {

    /** What pairs two states of one object. */
    record Identity(String group, String kind, String namespace, String name) {
        @Override
        public String toString() {
            return kind + (group.isEmpty() ? "" : "." + group) + " " + (namespace.isEmpty() ? "" : namespace + "/")
                    + name;
        }
    }

    Identity identity() {
        String apiVersion = text(object, "apiVersion");
        int slash = apiVersion.indexOf('/');
        JsonNode metadata = object.path("metadata");
        return new Identity(
                slash < 0 ? "" : apiVersion.substring(0, slash),
                text(object, "kind"),
                text(metadata, "namespace"),
                text(metadata, "name"));
    }

    String version() {
        String apiVersion = text(object, "apiVersion");
        return apiVersion.substring(apiVersion.indexOf('/') + 1);
    }

    boolean isObject() {
        return !text(object, "apiVersion").isEmpty() && !text(object, "kind").isEmpty();
    }

    /** {@code file:line} of a field; of the object itself for an empty path. */
    int line(String field) {
        return LineLocator.line(root, field);
    }

    private static String text(JsonNode parent, String field) {
        JsonNode value = parent.path(field);
        return value.isString() ? value.stringValue() : "";
    }
}
