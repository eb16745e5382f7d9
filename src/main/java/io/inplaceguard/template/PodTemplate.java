package io.inplaceguard.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A pod template as it arrived, or the spec of a Pod: the tree, where it stands, and questions rules ask of it. */
public final class PodTemplate {

    /**
     * Why a template cannot be read as one.
     *
     * @param path     where
     * @param sentence what was found and what was expected; never a value
     */
    public record Malformation(FieldPath path, String sentence) {}

    private final TemplateOrigin origin;
    private final FieldPath path;
    private final JsonNode metadata;
    private final JsonNode spec;
    private final List<Container> containers;
    private final List<Container> initContainers;

    /**
     * A template from its two halves.
     *
     * @param path     where the template stands: {@code spec.template}; empty for a Pod or a SidecarSet
     * @param metadata its metadata; null for none, and for a Pod, whose metadata is free
     * @param spec     its spec; null for none
     */
    public PodTemplate(TemplateOrigin origin, FieldPath path, @Nullable JsonNode metadata, @Nullable JsonNode spec) {
        this.origin = origin;
        this.path = path;
        this.metadata = orEmpty(metadata);
        this.spec = orEmpty(spec);
        this.containers = containers("containers");
        this.initContainers = containers("initContainers");
    }

    /** The template in a workload's {@code template} value; null and absent are an empty one. */
    public static PodTemplate ofWorkload(FieldPath path, @Nullable JsonNode template) {
        JsonNode tree = orEmpty(template);
        return tree.isObject()
                ? new PodTemplate(TemplateOrigin.WORKLOAD, path, tree.get("metadata"), tree.get("spec"))
                : new PodTemplate(TemplateOrigin.WORKLOAD, path, null, tree);
    }

    private static JsonNode orEmpty(@Nullable JsonNode node) {
        return node == null || node.isNull() ? JsonTree.EMPTY : node;
    }

    private List<Container> containers(String list) {
        List<Container> found = new ArrayList<>();
        for (JsonNode node : spec.path(list)) {
            found.add(Container.at(
                    node.isNull() ? JsonTree.EMPTY : node, path.field("spec").field(list)));
        }
        return found;
    }

    public TemplateOrigin origin() {
        return origin;
    }

    /** Where the template stands; its spec is one field further. */
    public FieldPath path() {
        return path;
    }

    JsonNode metadata() {
        return metadata;
    }

    /** The pod spec; an empty object where there is none. */
    public JsonNode spec() {
        return spec;
    }

    /** The regular containers in their order. */
    public List<Container> containers() {
        return containers;
    }

    List<Container> initContainers() {
        return initContainers;
    }

    /** The regular container of that name; the first where several have it. */
    public Optional<Container> container(String name) {
        return containers.stream()
                .filter(container -> container.name().equals(name))
                .findFirst();
    }

    /** The template's annotation of that name; empty text where there is none. */
    public String annotation(String name) {
        return metadata.path("annotations").path(name).asString("");
    }

    /** The same template with another resizePolicy in the regular container at that index. */
    public PodTemplate withResizePolicy(int container, JsonNode policies) {
        JsonNode changed = spec.deepCopy();
        changed.path("containers").path(container).asObject().set("resizePolicy", policies);
        return new PodTemplate(origin, path, metadata, changed);
    }

    /**
     * This template with a strategic merge patch applied, as a UnitedDeployment does for a subset.
     *
     * @param at where the patch stands
     * @throws IllegalArgumentException when the patch cannot be applied; the message says why, never a value
     */
    public PodTemplate patched(FieldPath at, JsonNode patch) {
        ObjectNode template = JsonNodeFactory.instance.objectNode();
        template.set("metadata", metadata);
        template.set("spec", spec);
        JsonNode merged = StrategicMergePatch.apply(template, patch);
        return new PodTemplate(origin, at, merged.get("metadata"), merged.get("spec"));
    }

    /**
     * Whether its pods run on Windows, where nothing is resized in place.
     * Source: ValidatePodResize (pkg/apis/core/validation/validation.go).
     */
    public boolean isWindows() {
        return "windows".equals(spec.path("os").path("name").asString(""))
                || "windows"
                        .equals(spec.path("nodeSelector")
                                .path("kubernetes.io/os")
                                .asString(""));
    }

    /** What keeps this template from being read as one; empty where nothing does. */
    public List<Malformation> malformations() {
        List<Malformation> malformations = new ArrayList<>();
        if (JsonTree.isTooDeep(spec) || JsonTree.isTooDeep(metadata)) {
            malformations.add(new Malformation(
                    path, "it is nested more than " + JsonTree.DEEPEST + " levels deep and cannot be compared"));
            return malformations;
        }
        FieldPath at = path.field("spec");
        if (!spec.isObject()) {
            malformations.add(new Malformation(at, "it is not an object"));
        }
        if (!metadata.isObject()) {
            malformations.add(new Malformation(path.field("metadata"), "it is not an object"));
        }
        for (String list : List.of("containers", "initContainers")) {
            JsonNode value = spec.path(list);
            if (!value.isArray() && !value.isNull() && !value.isMissingNode()) {
                malformations.add(new Malformation(at.field(list), "it is not a list of containers"));
            }
        }
        containers.forEach(container -> container(container, malformations::add));
        initContainers.forEach(container -> container(container, malformations::add));
        return malformations;
    }

    private static void container(Container container, Consumer<Malformation> malformations) {
        JsonNode node = container.node();
        if (!node.isObject()) {
            malformations.accept(new Malformation(container.path(), "it is not an object"));
            return;
        }
        for (String text : List.of("name", "image")) {
            if (!node.path(text).isString() && !isNothing(node.path(text))) {
                malformations.accept(new Malformation(container.path().field(text), "it is not a string"));
            }
        }
        JsonNode resources = node.path("resources");
        if (!resources.isObject() && !isNothing(resources)) {
            malformations.accept(new Malformation(container.path().field("resources"), "it is not an object"));
        }
        for (String list : List.of("requests", "limits")) {
            quantities(resources.path(list), container.path().field("resources").field(list), malformations);
        }
    }

    private static void quantities(JsonNode list, FieldPath path, Consumer<Malformation> malformations) {
        if (!list.isObject()) {
            if (!isNothing(list)) {
                malformations.accept(new Malformation(path, "it is not a map of quantities"));
            }
            return;
        }
        list.properties().forEach(entry -> {
            if (Quantity.of(entry.getValue()).isEmpty()) {
                malformations.accept(
                        new Malformation(path.field(entry.getKey()), "it is not a quantity such as 500m, 2 or 1Gi"));
            }
        });
    }

    private static boolean isNothing(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }
}
