package io.inplaceguard.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A pod template as it arrived, or the spec of a Pod: the tree, where it is in the object, and questions that rules ask.
 * Belongs to one review and one thread.
 */
public final class PodTemplate {

    private final TemplateOrigin origin;
    private final FieldPath path;
    private final JsonNode template;
    private final JsonNode metadata;
    private final JsonNode spec;
    private @Nullable List<Container> containers;
    private @Nullable List<Container> initContainers;
    private @Nullable Map<String, Container> containersByName;

    /**
     * A template from its two halves.
     *
     * @param path     where the template is: {@code spec.template}; empty for a Pod or a SidecarSet
     * @param metadata its metadata; null for none, and for a Pod, whose metadata may change
     * @param spec     its spec; null for none
     */
    public PodTemplate(TemplateOrigin origin, FieldPath path, @Nullable JsonNode metadata, @Nullable JsonNode spec) {
        this(origin, path, JsonTree.EMPTY, metadata, spec);
    }

    private PodTemplate(
            TemplateOrigin origin,
            FieldPath path,
            JsonNode template,
            @Nullable JsonNode metadata,
            @Nullable JsonNode spec) {
        this.origin = origin;
        this.path = path;
        this.template = template;
        this.metadata = orEmpty(metadata);
        this.spec = orEmpty(spec);
    }

    /** The template in a workload's {@code template} value; null and absent are an empty one. */
    public static PodTemplate ofWorkload(FieldPath path, @Nullable JsonNode template) {
        JsonNode tree = orEmpty(template);
        return tree.isObject()
                ? new PodTemplate(TemplateOrigin.WORKLOAD, path, tree, tree.get("metadata"), tree.get("spec"))
                : new PodTemplate(TemplateOrigin.WORKLOAD, path, null, tree);
    }

    private static JsonNode orEmpty(@Nullable JsonNode node) {
        return node == null || node.isNull() ? JsonTree.EMPTY : node;
    }

    private List<Container> containers(String list) {
        JsonNode nodes = spec.path(list);
        if (!nodes.isArray() || nodes.isEmpty()) {
            return List.of();
        }
        FieldPath at = path.field("spec").field(list);
        List<Container> found = new ArrayList<>(nodes.size());
        for (JsonNode node : nodes) {
            found.add(Container.at(node.isNull() ? JsonTree.EMPTY : node, at));
        }
        return Collections.unmodifiableList(found);
    }

    public TemplateOrigin origin() {
        return origin;
    }

    /** Where the template is in the object; its spec is one field further. */
    public FieldPath path() {
        return path;
    }

    /** The whole template, with what it has beside metadata and spec; an empty object for a Pod or a SidecarSet. */
    JsonNode tree() {
        return template;
    }

    JsonNode metadata() {
        return metadata;
    }

    /** The pod spec; an empty object without one. */
    public JsonNode spec() {
        return spec;
    }

    /** The regular containers in their order; empty where {@code containers} is not a list. */
    public List<Container> containers() {
        List<Container> list = containers;
        if (list == null) {
            list = containers("containers");
            containers = list;
        }
        return list;
    }

    /** The init containers in their order, sidecars included; empty where {@code initContainers} is not a list. */
    public List<Container> initContainers() {
        List<Container> list = initContainers;
        if (list == null) {
            list = containers("initContainers");
            initContainers = list;
        }
        return list;
    }

    /** The regular container of that name; the first where several have it. Does not search the list. */
    public Optional<Container> container(String name) {
        Map<String, Container> byName = containersByName;
        if (byName == null) {
            byName = new HashMap<>();
            for (Container container : containers()) {
                byName.putIfAbsent(container.name(), container);
            }
            containersByName = byName;
        }
        return Optional.ofNullable(byName.get(name));
    }

    /** Whether any regular or init container uses dynamic resources ({@code resources.claims}). */
    public boolean hasClaims() {
        return containers().stream().anyMatch(Container::hasClaims)
                || initContainers().stream().anyMatch(Container::hasClaims);
    }

    /** The resources of the pod as a whole; empty where {@code spec.resources} is absent. {@code {}} is present. */
    public Optional<PodResources> podResources() {
        return spec.path("resources").isObject() ? Optional.of(new PodResources(this)) : Optional.empty();
    }

    /**
     * What running pods of another template have once they are updated to this one in place: where this one has no request,
     * they keep the one that the API server defaulted when it created them.
     *
     * @param before the template that the pods were created from
     */
    public PodTemplate appliedTo(PodTemplate before) {
        return RunningPods.after(before, this);
    }

    /** The template's annotation of that name; empty text without one. */
    public String annotation(String name) {
        return metadata.path("annotations").path(name).asString("");
    }

    /**
     * The same template with another resizePolicy in some regular containers. Everything that stays the same is shared
     * with this template, so the work is proportional to the number of containers.
     *
     * @param policies the whole lists, by the container's index; indexes of what is not an object are ignored
     */
    public PodTemplate withResizePolicies(Map<Integer, JsonNode> policies) {
        if (policies.isEmpty() || containers().isEmpty()) {
            return this;
        }
        ArrayNode changed = JsonNodeFactory.instance.arrayNode(containers().size());
        int index = 0;
        for (JsonNode container : spec.path("containers")) {
            JsonNode policy = policies.get(index++);
            changed.add(
                    policy == null || !container.isObject()
                            ? container
                            : JsonTree.with(container, "resizePolicy", policy));
        }
        return new PodTemplate(origin, path, template, metadata, JsonTree.with(spec, "containers", changed));
    }

    /**
     * This template with a strategic merge patch applied, as a UnitedDeployment does for a subset.
     *
     * @param at where the patch is in the object
     * @throws IllegalArgumentException when the patch cannot be applied; the message gives the reason, never a value
     */
    public PodTemplate patched(FieldPath at, JsonNode patch) {
        ObjectNode whole = JsonTree.with(template, "metadata", metadata);
        whole.set("spec", spec);
        JsonNode merged = StrategicMergePatch.apply(whole, patch);
        return new PodTemplate(origin, at, merged, merged.get("metadata"), merged.get("spec"));
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

    /**
     * What keeps this template from being read as one, or from being compared: a value of the wrong type, or a limit of
     * {@link ObjectLimits} that it exceeds. Empty where nothing does.
     */
    public List<Malformation> malformations() {
        Optional<Malformation> exceeded = template.isEmpty()
                ? ObjectLimits.exceeded(path, spec).or(() -> ObjectLimits.exceeded(path, metadata))
                : ObjectLimits.exceeded(path, template);
        if (exceeded.isPresent()) {
            return List.of(exceeded.get());
        }
        List<Malformation> malformations = new ArrayList<>();
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
        for (Container container : containers()) {
            container(container, malformations);
        }
        for (Container container : initContainers()) {
            container(container, malformations);
        }
        return malformations;
    }

    private static void container(Container container, List<Malformation> malformations) {
        JsonNode node = container.node();
        if (!node.isObject()) {
            malformations.add(new Malformation(container.path(), "it is not an object"));
            return;
        }
        text(node.path("name"), container, "name", malformations);
        text(node.path("image"), container, "image", malformations);
        JsonNode resources = node.path("resources");
        if (!resources.isObject() && !isNothing(resources)) {
            malformations.add(new Malformation(container.path().field("resources"), "it is not an object"));
        }
        quantities(resources.path("requests"), container, "requests", malformations);
        quantities(resources.path("limits"), container, "limits", malformations);
    }

    private static void text(JsonNode value, Container container, String name, List<Malformation> malformations) {
        if (!value.isString() && !isNothing(value)) {
            malformations.add(new Malformation(container.path().field(name), "it is not a string"));
        }
    }

    private static void quantities(JsonNode list, Container container, String name, List<Malformation> malformations) {
        if (!list.isObject()) {
            if (!isNothing(list)) {
                malformations.add(new Malformation(
                        container.path().field("resources").field(name), "it is not a map of quantities"));
            }
            return;
        }
        for (var entry : list.properties()) {
            if (Quantity.of(entry.getValue()).isEmpty()) {
                malformations.add(new Malformation(
                        container.path().field("resources").field(name).field(entry.getKey()),
                        "it is not a quantity such as 500m, 2 or 1Gi"));
            }
        }
    }

    private static boolean isNothing(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }
}
