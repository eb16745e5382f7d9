package io.inplaceguard.guard;

import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What is added to an object.
 *
 * @param patch    JSON Patch operations (RFC 6902), in order; empty where there is nothing to add
 * @param warnings what the user should know
 */
public record Mutation(List<PatchOperation> patch, List<Warning> warnings) {

    /** Nothing to add. */
    public static final Mutation NOTHING = new Mutation(List.of(), List.of());

    public Mutation {
        patch = List.copyOf(patch);
        warnings = List.copyOf(warnings);
    }

    /**
     * One operation, always an {@code add}, which also replaces.
     *
     * @param path  JSON pointer, escaped
     * @param value what is added there
     */
    public record PatchOperation(String path, JsonNode value) {}

    /** A key as it stands in a JSON pointer (RFC 6901). */
    static String escaped(String key) {
        return key.replace("~", "~0").replace("/", "~1");
    }
}
