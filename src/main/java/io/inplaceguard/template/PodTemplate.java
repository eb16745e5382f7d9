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

    /** Where a template lives decides what of it is compared and what the API server allows. */
    public enum Home {
        /** A workload's pod template: untyped, maybe undefaulted. */
        WORKLOAD,
        /** The containers of a SidecarSet. */
        SIDECARS,
        /** A Pod, changed through {@code pods}. */
        POD,
        /** A Pod, changed through {@code pods/resize}. */
        POD_RESIZE;

        /** Whether this is a Pod, whose metadata is free and whose defaults the API server writes. */
        public boolean isPod() {
            return this == POD || this == POD_RESIZE;
        }
    }

    /**
     * Why a template cannot be read as one.
     *
     * @param path     where
     * @param sentence what was found and what was expected; never a value
     */
    public record Flaw(Path path, String sentence) {}

    private final Home home;
    private final Path path;
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
    public PodTemplate(Home home, Path path, @Nullable JsonNode metadata, @Nullable JsonNode spec) {
        this.home = home;
        this.path = path;
        this.metadata = orEmpty(metadata);
        this.spec = orEmpty(spec);
        this.containers = containers("containers");
        this.initContainers = containers("initContainers");
    }

    /** The template in a workload's {@code template} value; null and absent are an empty one. */
    public static PodTemplate ofWorkload(Path path, @Nullable JsonNode template) {
        JsonNode tree = orEmpty(template);
        return tree.isObject()
                ? new PodTemplate(Home.WORKLOAD, path, tree.get("metadata"), tree.get("spec"))
                : new PodTemplate(Home.WORKLOAD, path, null, tree);
    }

    private static JsonNode orEmpty(@Nullable JsonNode node) {
        return node == null || node.isNull() ? JsonTree.EMPTY : node;
    }

    private List<Container> containers(String list) {
        List<Container> found = new ArrayList<>();
        for (JsonNode node : spec.path(list)) {
            found.add(Container.at(node.isNull() ? JsonTree.EMPTY : node, path.field("spec").field(list)));
        }
        return found;
    }

    public Home home() {
        return home;
    }

    /** Where the template stands; its spec is one field further. */
    public Path path() {
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
        return containers.stream().filter(container -> container.name().equals(name)).findFirst();
    }

    /** The template's annotation of that name; empty text where there is none. */
    public String annotation(String name) {
        return metadata.path("annotations").path(name).asString("");
    }

    /** The same template with another resizePolicy in the regular container at that index. */
    public PodTemplate withResizePolicy(int container, JsonNode policies) {
        JsonNode changed = spec.deepCopy();
        changed.path("containers").path(container).asObject().set("resizePolicy", policies);
        return new PodTemplate(home, path, metadata, changed);
    }

    /**
     * This template with a strategic merge patch applied, as a UnitedDeployment does for a subset.
     *
     * @param at where the patch stands
     * @throws IllegalArgumentException when the patch cannot be applied; the message says why, never a value
     */
    public PodTemplate patched(Path at, JsonNode patch) {
        ObjectNode template = JsonNodeFactory.instance.objectNode();
        template.set("metadata", metadata);
        template.set("spec", spec);
        JsonNode merged = StrategicMerge.apply(template, patch);
        return new PodTemplate(home, at, merged.get("metadata"), merged.get("spec"));
    }

    /**
     * Whether its pods run on Windows, where nothing is resized in place.
     * Source: ValidatePodResize (pkg/apis/core/validation/validation.go).
     */
    public boolean isWindows() {
        return "windows".equals(spec.path("os").path("name").asString(""))
                || "windows".equals(spec.path("nodeSelector").path("kubernetes.io/os").asString(""));
    }

    /** What keeps this template from being read as one; empty where nothing does. */
    public List<Flaw> flaws() {
        List<Flaw> flaws = new ArrayList<>();
        if (JsonTree.isTooDeep(spec) || JsonTree.isTooDeep(metadata)) {
            flaws.add(new Flaw(path, "it is nested more than " + JsonTree.DEEPEST + " levels deep and cannot be compared"));
            return flaws;
        }
        Path at = path.field("spec");
        if (!spec.isObject()) {
            flaws.add(new Flaw(at, "it is not an object"));
        }
        if (!metadata.isObject()) {
            flaws.add(new Flaw(path.field("metadata"), "it is not an object"));
        }
        for (String list : List.of("containers", "initContainers")) {
            JsonNode value = spec.path(list);
            if (!value.isArray() && !value.isNull() && !value.isMissingNode()) {
                flaws.add(new Flaw(at.field(list), "it is not a list of containers"));
            }
        }
        containers.forEach(container -> container(container, flaws::add));
        initContainers.forEach(container -> container(container, flaws::add));
        return flaws;
    }

    private static void container(Container container, Consumer<Flaw> flaws) {
        JsonNode node = container.node();
        if (!node.isObject()) {
            flaws.accept(new Flaw(container.path(), "it is not an object"));
            return;
        }
        for (String text : List.of("name", "image")) {
            if (!node.path(text).isString() && !isNothing(node.path(text))) {
                flaws.accept(new Flaw(container.path().field(text), "it is not a string"));
            }
        }
        JsonNode resources = node.path("resources");
        if (!resources.isObject() && !isNothing(resources)) {
            flaws.accept(new Flaw(container.path().field("resources"), "it is not an object"));
        }
        for (String list : List.of("requests", "limits")) {
            quantities(resources.path(list), container.path().field("resources").field(list), flaws);
        }
    }

    private static void quantities(JsonNode list, Path path, Consumer<Flaw> flaws) {
        if (!list.isObject()) {
            if (!isNothing(list)) {
                flaws.accept(new Flaw(path, "it is not a map of quantities"));
            }
            return;
        }
        list.properties().forEach(entry -> {
            if (Quantity.of(entry.getValue()).isEmpty()) {
                flaws.accept(new Flaw(path.field(entry.getKey()), "it is not a quantity such as 500m, 2 or 1Gi"));
            }
        });
    }

    private static boolean isNothing(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }
}
