package io.inplaceguard.check;

import io.inplaceguard.check.report.ObjectIdentity;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;
import tools.jackson.databind.JsonNode;

/**
 * One Kubernetes object and where it was read.
 *
 * @param file   as the user named it; {@code stdin} for standard input, {@code cluster} for a live object
 * @param object its tree
 * @param root   its YAML; null where lines are not known
 */
public record ManifestObject(
        String file, JsonNode object, @Nullable Node root) {

    /** An object that was read from a cluster. */
    public static ManifestObject live(JsonNode object) {
        return new ManifestObject("cluster", object, null);
    }

    /** What pairs it with its other state. */
    public ObjectIdentity identity() {
        String apiVersion = text(object, "apiVersion");
        int slash = apiVersion.indexOf('/');
        JsonNode metadata = object.path("metadata");
        return new ObjectIdentity(
                slash < 0 ? "" : apiVersion.substring(0, slash),
                text(object, "kind"),
                text(metadata, "namespace"),
                text(metadata, "name"));
    }

    /** The API version without its group, such as {@code v1beta1}. */
    public String version() {
        String apiVersion = text(object, "apiVersion");
        return apiVersion.substring(apiVersion.indexOf('/') + 1);
    }

    boolean isObject() {
        return !text(object, "apiVersion").isEmpty() && !text(object, "kind").isEmpty();
    }

    /** The line of a field, counted from 1; of the object itself for an empty path. */
    public int line(String field) {
        return LineLocator.line(root, field);
    }

    private static String text(JsonNode parent, String field) {
        JsonNode value = parent.path(field);
        return value.isString() ? value.stringValue() : "";
    }
}
