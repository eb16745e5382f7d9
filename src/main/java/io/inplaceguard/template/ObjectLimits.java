package io.inplaceguard.template;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What an object must keep to be compared. Each limit is far above what an API server stores or a pod can use; they bound
 * the work of one review.
 */
public final class ObjectLimits {

    /** Bytes of JSON text of one object: 4 MiB. An API server takes 3 MiB. */
    public static final int MAX_JSON_BYTES = 4 << 20;

    /** Levels of nesting. A pod template needs about 15. */
    public static final int MAX_LEVELS = JsonTree.MAX_LEVELS;

    /** Entries of {@code containers}, and of {@code initContainers}. */
    public static final int MAX_CONTAINERS = 1_000;

    /** Entries of one list or keys of one map. */
    public static final int MAX_ENTRIES = 10_000;

    /** Values in one object, counting every object, list and scalar. */
    public static final int MAX_VALUES = 200_000;

    /** Entries of {@code spec.topology.subsets} of a UnitedDeployment. */
    public static final int MAX_SUBSETS = 1_000;

    private final FieldPath root;
    private int values;

    private ObjectLimits(FieldPath root) {
        this.root = root;
    }

    /**
     * The first limit that a tree exceeds. Reads each value once, unless it is a {@link MeasuredObject}, and stops at the first
     * violation.
     *
     * @param path where the tree is in the object
     * @param tree a spec, a template or a whole object, at most {@link JsonTree#MAX_LEVELS} levels deep
     * @return empty where it keeps all of them
     */
    public static Optional<Malformation> exceeded(FieldPath path, JsonNode tree) {
        if (tree instanceof MeasuredObject measured && measured.keepsLimits()) {
            return Optional.empty();
        }
        return Optional.ofNullable(new ObjectLimits(path).walk(tree, ""));
    }

    private @Nullable Malformation walk(JsonNode node, String name) {
        if (JsonTree.isTooDeepMarker(node)) {
            return new Malformation(
                    root, "it is nested more than " + MAX_LEVELS + " levels deep and cannot be compared");
        }
        if (++values > MAX_VALUES) {
            return new Malformation(root, "it has more than " + MAX_VALUES + " values and cannot be compared");
        }
        if (!node.isContainer()) {
            return null;
        }
        int most = maxEntries(name);
        if (node.size() > most) {
            String list = name.isEmpty() ? "it" : "its list or map " + FieldPath.printable(name);
            return new Malformation(root, list + " has more than " + most + " entries and cannot be compared");
        }
        return node.isObject() ? members(node) : elements(node);
    }

    /** How many entries the list or map of that field name may have. */
    public static int maxEntries(String name) {
        return name.equals("containers") || name.equals("initContainers") ? MAX_CONTAINERS : MAX_ENTRIES;
    }

    private @Nullable Malformation members(JsonNode object) {
        for (var member : object.properties()) {
            Malformation found = walk(member.getValue(), member.getKey());
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private @Nullable Malformation elements(JsonNode list) {
        for (JsonNode element : list) {
            Malformation found = walk(element, "");
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
