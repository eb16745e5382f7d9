package io.inplaceguard.guard;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads update strategies. An absent, empty, null or unknown strategy is the default, which recreates pods.
 * Source: the UpdateStrategy types in apis/apps/v1alpha1 and v1beta1 of OpenKruise.
 */
final class UpdateStrategyReader {

    private final String owner;
    private final JsonNode spec;

    private UpdateStrategyReader(String owner, JsonNode spec) {
        this.owner = owner;
        this.spec = spec;
    }

    /**
     * The strategy of a new object.
     *
     * @param owner  dotted path of {@code spec} in the object, for messages
     * @param spec   the spec that has it
     * @param custom the configuration of a custom kind; null for built-in layouts
     * @throws MalformedObjectException when a value on the way is of the wrong type
     */
    static UpdateStrategy read(StrategyLayout layout, String owner, JsonNode spec, @Nullable CustomKind custom) {
        return new UpdateStrategyReader(owner, spec).read(layout, custom);
    }

    private UpdateStrategy read(StrategyLayout layout, @Nullable CustomKind custom) {
        return switch (layout) {
            case TYPE -> UpdateStrategy.named(word("updateStrategy", "type"));
            case POD_UPDATE_POLICY -> podUpdatePolicy();
            case TYPE_OR_POD_UPDATE_POLICY -> either();
            case ROLLING_UPDATE_TYPE -> rollingUpdateType();
            case SIDECAR_SET ->
                word("updateStrategy", "type").equals("NotUpdate")
                        ? UpdateStrategy.RECREATE
                        : UpdateStrategy.SIDECAR_IMAGES;
            case CUSTOM -> custom == null ? UpdateStrategy.RECREATE : custom(custom);
        };
    }

    /** The strategy of a stored object: where it cannot be read it is the default. */
    static UpdateStrategy readStored(StrategyLayout layout, JsonNode spec, @Nullable CustomKind custom) {
        try {
            return read(layout, "spec", spec, custom);
        } catch (MalformedObjectException e) {
            return UpdateStrategy.RECREATE;
        }
    }

    /** With OnDelete nothing is rolled out, so nothing can get stuck. */
    private UpdateStrategy podUpdatePolicy() {
        return isOnDelete()
                ? UpdateStrategy.RECREATE
                : UpdateStrategy.named(word("updateStrategy", "rollingUpdate", "podUpdatePolicy"));
    }

    private UpdateStrategy either() {
        UpdateStrategy flat = UpdateStrategy.named(word("updateStrategy", "type"));
        return flat == UpdateStrategy.RECREATE
                        && !word("updateStrategy", "type").equals("ReCreate")
                ? podUpdatePolicy()
                : flat;
    }

    private UpdateStrategy rollingUpdateType() {
        boolean inPlace = !isOnDelete()
                && word("updateStrategy", "rollingUpdate", "rollingUpdateType").equals("InPlaceIfPossible");
        return inPlace ? UpdateStrategy.IN_PLACE_IF_POSSIBLE : UpdateStrategy.RECREATE;
    }

    /** The path of a custom kind begins with {@code spec}; a policy beside {@code type: OnDelete} is not rolled out. */
    private UpdateStrategy custom(CustomKind custom) {
        if (custom.policy().equals(CustomKind.ANNOTATION)) {
            return UpdateStrategy.RECREATE;
        }
        String[] path = custom.policy().substring("spec.".length()).split("\\.");
        if (path[0].equals("updateStrategy") && path.length > 2 && isOnDelete()) {
            return UpdateStrategy.RECREATE;
        }
        String word = word(path);
        return word.equals(custom.word()) ? UpdateStrategy.IN_PLACE_ONLY : UpdateStrategy.named(word);
    }

    private boolean isOnDelete() {
        return word("updateStrategy", "type").equals("OnDelete");
    }

    /** The text at a path of the spec; empty where it or anything on the way is absent or null. */
    private String word(String... fields) {
        JsonNode node = spec;
        StringBuilder path = new StringBuilder(owner);
        for (String field : fields) {
            if (!node.isObject()) {
                throw new MalformedObjectException(
                        path.toString(), "The new object has a " + path + " that is not an object. Correct it.");
            }
            path.append('.').append(field);
            node = node.path(field);
            if (node.isMissingNode() || node.isNull()) {
                return "";
            }
        }
        if (!node.isString()) {
            throw new MalformedObjectException(
                    path.toString(), "The new object has a " + path + " that is not a string. Correct it.");
        }
        return node.stringValue();
    }
}
