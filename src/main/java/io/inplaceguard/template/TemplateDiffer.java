package io.inplaceguard.template;

import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.PodSchema.Field;
import io.inplaceguard.template.PodSchema.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Walks two templates side by side and lists what differs once both are normalised as Go would: zero values, defaults and
 * quantities. Nothing is copied; where two subtrees are equal as they stand the walk ends.
 */
final class TemplateDiffer {

    private static final JsonNode EMPTY_LIST = JsonNodeFactory.instance.arrayNode();
    private static final JsonNode ALWAYS = JsonNodeFactory.instance.stringNode("Always");
    private static final JsonNode IF_NOT_PRESENT = JsonNodeFactory.instance.stringNode("IfNotPresent");
    private static final Set<String> CPU_MEMORY = Set.of("cpu", "memory");

    private final PodTemplate before;
    private final PodTemplate after;
    private List<Change> changes = new ArrayList<>();
    private ChangeCategory part = ChangeCategory.OTHER;
    private @Nullable String container;

    private TemplateDiffer(PodTemplate before, PodTemplate after) {
        this.before = before;
        this.after = after;
    }

    static List<Change> changes(PodTemplate before, PodTemplate after) {
        return new TemplateDiffer(before, after).walk();
    }

    /** Whether two claim templates mean the same. */
    static boolean sameClaimTemplate(JsonNode before, JsonNode after) {
        PodTemplate none = new PodTemplate(TemplateOrigin.WORKLOAD, FieldPath.ROOT, null, null);
        TemplateDiffer differ = new TemplateDiffer(none, none);
        differ.struct(
                PodSchema.CLAIM_TEMPLATES.field("volumeClaimTemplates").elementType(), before, after, FieldPath.ROOT);
        return differ.changes.isEmpty();
    }

    private List<Change> walk() {
        FieldPath spec = after.path().field("spec");
        switch (after.origin()) {
            case SIDECARS -> sidecars(spec);
            case POD, POD_RESIZE -> podSpec(spec);
            case WORKLOAD -> {
                metadata(after.path().field("metadata"));
                podSpec(spec);
            }
        }
        return List.copyOf(changes);
    }

    private void metadata(FieldPath path) {
        part = ChangeCategory.TEMPLATE_METADATA;
        struct(PodSchema.POD_TEMPLATE.field("metadata").elementType(), before.metadata(), after.metadata(), path);
        part = ChangeCategory.OTHER;
    }

    private void podSpec(FieldPath path) {
        JsonNode a = before.spec();
        JsonNode b = after.spec();
        if (a.equals(b)) {
            return;
        }
        Type type = PodSchema.POD_TEMPLATE.field("spec").elementType();
        if (!a.isObject() || !b.isObject()) {
            struct(type, a, b, path);
            return;
        }
        for (Field field : type.fields()) {
            FieldPath at = path.field(field.name());
            switch (field.name()) {
                case "containers" ->
                    containers(before.containers(), after.containers(), at, ChangeCategory.CONTAINER_SET);
                case "initContainers" ->
                    containers(before.initContainers(), after.initContainers(), at, ChangeCategory.OTHER);
                default -> field(field, a.get(field.name()), b.get(field.name()), at);
            }
        }
        unknownFields(type, a, b, path);
    }

    private void sidecars(FieldPath path) {
        for (Field list : PodSchema.SIDECAR_SET.fields()) {
            boolean init = list.name().equals("initContainers");
            containers(
                    init ? before.initContainers() : before.containers(),
                    init ? after.initContainers() : after.containers(),
                    path.field(list.name()),
                    init ? ChangeCategory.OTHER : ChangeCategory.CONTAINER_SET);
        }
    }

    /** Containers by name: who is there, in which order, and what changed in each. */
    private void containers(List<Container> old, List<Container> wanted, FieldPath path, ChangeCategory set) {
        part = set;
        Map<String, Container> oldByName = byName(old);
        Map<String, Container> wantedByName = byName(wanted);
        duplicates(old, oldByName, Action.REMOVED);
        duplicates(wanted, wantedByName, Action.DUPLICATED);
        order(oldByName, wantedByName, path);
        oldByName.forEach((name, gone) -> {
            if (!wantedByName.containsKey(name)) {
                report(Action.REMOVED, gone.path(), gone.node(), null);
            }
        });
        wantedByName.forEach((name, added) -> {
            if (!oldByName.containsKey(name)) {
                report(Action.ADDED, added.path(), null, added.node());
            }
        });
        part = ChangeCategory.OTHER;
        wantedByName.forEach((name, added) -> {
            Container stored = oldByName.get(name);
            if (stored != null && !stored.node().equals(added.node())) {
                boolean regular = set == ChangeCategory.CONTAINER_SET;
                container = regular ? name : null;
                container(stored.node(), added.node(), added.path(), regular);
                container = null;
            }
        });
    }

    private static Map<String, Container> byName(List<Container> list) {
        Map<String, Container> byName = new LinkedHashMap<>();
        list.forEach(container -> byName.putIfAbsent(container.name(), container));
        return byName;
    }

    /** A name given twice leaves its second container without a partner: that is a change in itself. */
    private void duplicates(List<Container> list, Map<String, Container> byName, Action action) {
        if (byName.size() == list.size()) {
            return;
        }
        for (Container container : list) {
            if (byName.get(container.name()) != container) {
                report(action, container.path(), null, container.node());
            }
        }
    }

    /** Reports a list whose common elements stand in another order. */
    private void order(Map<String, ?> old, Map<String, ?> wanted, FieldPath path) {
        List<String> kept = old.keySet().stream().filter(wanted::containsKey).toList();
        List<String> now = wanted.keySet().stream().filter(old::containsKey).toList();
        if (!kept.equals(now)) {
            report(Action.REORDERED, path, null, null);
        }
    }

    private void container(JsonNode a, JsonNode b, FieldPath path, boolean regular) {
        Type type = after.origin() == TemplateOrigin.SIDECARS
                ? PodSchema.SIDECAR_SET.field("containers").elementType()
                : PodSchema.CONTAINER;
        if (!a.isObject() || !b.isObject()) {
            report(Action.CHANGED, path, a, b);
            return;
        }
        boolean image = regular || after.origin() == TemplateOrigin.SIDECARS;
        for (Field field : type.fields()) {
            JsonNode old = a.get(field.name());
            JsonNode wanted = b.get(field.name());
            FieldPath at = path.field(field.name());
            switch (field.name()) {
                case "image" ->
                    as(image ? ChangeCategory.IMAGE : ChangeCategory.OTHER, () -> field(field, old, wanted, at));
                case "imagePullPolicy" -> pullPolicy(field, a, b, at, regular);
                case "resources" -> resources(field, old, wanted, at, regular);
                case "resizePolicy" ->
                    as(
                            regular ? ChangeCategory.RESIZE_POLICY : ChangeCategory.OTHER,
                            () -> field(field, old, wanted, at));
                default -> field(field, old, wanted, at);
            }
        }
        unknownFields(type, a, b, path);
    }

    private void as(ChangeCategory other, Runnable walk) {
        ChangeCategory outer = part;
        part = other;
        walk.run();
        part = outer;
    }

    /**
     * An absent imagePullPolicy. For regular containers OpenKruise writes Always (SetDefaultPodSpec, apis/apps/defaults);
     * elsewhere SetDefaults_Container goes by the image's tag. Where neither side says anything, neither does the user.
     */
    private void pullPolicy(Field field, JsonNode a, JsonNode b, FieldPath path, boolean regular) {
        JsonNode old = field.effectiveValue(a.get(field.name()));
        JsonNode wanted = field.effectiveValue(b.get(field.name()));
        if (old != null || wanted != null) {
            boolean always = regular && after.origin() == TemplateOrigin.WORKLOAD;
            field(
                    field,
                    old != null ? old : always ? ALWAYS : byTag(a.path("image").asString("")),
                    wanted != null
                            ? wanted
                            : always ? ALWAYS : byTag(b.path("image").asString("")),
                    path);
        }
    }

    private static JsonNode byTag(String image) {
        String name = image.substring(image.lastIndexOf('/') + 1);
        boolean latest = !name.contains("@") && (!name.contains(":") || name.endsWith(":latest"));
        return latest ? ALWAYS : IF_NOT_PRESENT;
    }

    private void resources(Field field, @Nullable JsonNode a, @Nullable JsonNode b, FieldPath path, boolean regular) {
        JsonNode old = orEmpty(field.effectiveValue(a));
        JsonNode wanted = orEmpty(field.effectiveValue(b));
        if (old.equals(wanted)) {
            return;
        }
        if (!regular || !old.isObject() || !wanted.isObject()) {
            field(field, a, b, path);
            return;
        }
        Type type = field.elementType();
        for (String list : List.of("requests", "limits")) {
            quantities(type.field(list), old.get(list), wanted.get(list), path.field(list), true);
        }
        as(
                ChangeCategory.OTHER_RESOURCE,
                () -> field(type.field("claims"), old.get("claims"), wanted.get("claims"), path.field("claims")));
        unknownFields(type, old, wanted, path);
    }

    private void quantities(Field field, @Nullable JsonNode a, @Nullable JsonNode b, FieldPath path, boolean byPart) {
        JsonNode old = orEmpty(field.effectiveValue(a));
        JsonNode wanted = orEmpty(field.effectiveValue(b));
        if (!old.isObject() || !wanted.isObject()) {
            if (!JsonTree.sameValue(old, wanted)) {
                report(Action.CHANGED, path, old, wanted);
            }
            return;
        }
        for (String resource : names(old, wanted)) {
            JsonNode from = old.get(resource);
            JsonNode to = wanted.get(resource);
            if (from == null || to == null || !sameQuantity(from, to)) {
                ChangeCategory kind = !byPart
                        ? part
                        : CPU_MEMORY.contains(resource) ? ChangeCategory.CPU_MEMORY : ChangeCategory.OTHER_RESOURCE;
                FieldPath at = path.field(resource);
                changes.add(new Change(kind, action(from, to), at, container, resource, from, to, false));
            }
        }
    }

    private static boolean sameQuantity(JsonNode a, JsonNode b) {
        if (a.equals(b)) {
            return true;
        }
        Optional<Quantity> old = Quantity.of(a);
        Optional<Quantity> wanted = Quantity.of(b);
        return old.isPresent() && wanted.isPresent() && old.get().sameAs(wanted.get());
    }

    private static Set<String> names(JsonNode a, JsonNode b) {
        Set<String> names = new TreeSet<>(a.propertyNames());
        names.addAll(b.propertyNames());
        return names;
    }

    private void struct(Type type, JsonNode a, JsonNode b, FieldPath path) {
        if (a.equals(b)) {
            return;
        }
        if (!a.isObject() || !b.isObject()) {
            report(Action.CHANGED, path, a, b);
            return;
        }
        for (Field field : type.fields()) {
            field(field, a.get(field.name()), b.get(field.name()), path.field(field.name()));
        }
        unknownFields(type, a, b, path);
    }

    /** Fields the table does not know: null is absence, all else counts. */
    private void unknownFields(Type type, JsonNode a, JsonNode b, FieldPath path) {
        for (String name : names(a, b)) {
            if (!type.has(name)) {
                opaque(orNothing(a.get(name)), orNothing(b.get(name)), path.field(name));
            }
        }
    }

    private static @Nullable JsonNode orNothing(@Nullable JsonNode node) {
        return node == null || node.isNull() ? null : node;
    }

    private void opaque(@Nullable JsonNode a, @Nullable JsonNode b, FieldPath path) {
        if (a == null || b == null ? a != b : !JsonTree.sameValue(a, b)) {
            report(action(a, b), path, a, b);
        }
    }

    private void field(Field field, @Nullable JsonNode rawA, @Nullable JsonNode rawB, FieldPath path) {
        JsonNode a = field.effectiveValue(rawA);
        JsonNode b = field.effectiveValue(rawB);
        if (a == b || a != null && a.equals(b)) {
            return;
        }
        switch (field.shape()) {
            case STRUCT -> structField(field, a, b, path);
            case LIST -> list(field, a, b, path);
            case STRINGS -> strings(field, orEmpty(a), orEmpty(b), path);
            case QUANTITIES -> quantities(field, a, b, path, false);
            case QUANTITY -> {
                if (a == null || b == null || !sameQuantity(a, b)) {
                    report(action(a, b), path, a, b);
                }
            }
            case STRING, BOOL, INT, OPAQUE -> opaque(a, b, path);
            case IGNORED -> {}
        }
    }

    private static JsonNode orEmpty(@Nullable JsonNode node) {
        return node == null ? JsonTree.EMPTY : node;
    }

    private void structField(Field field, @Nullable JsonNode a, @Nullable JsonNode b, FieldPath path) {
        if (field.pointer() && (a == null || b == null)) {
            report(action(a, b), path, a, b);
        } else {
            struct(field.elementType(), orEmpty(a), orEmpty(b), path);
        }
    }

    private void strings(Field field, JsonNode a, JsonNode b, FieldPath path) {
        if (!a.isObject() || !b.isObject()) {
            report(Action.CHANGED, path, a, b);
            return;
        }
        boolean labels = part == ChangeCategory.TEMPLATE_METADATA
                && (field.name().equals("labels") || field.name().equals("annotations"));
        for (String name : names(a, b)) {
            if (labels && isOpenKruises(name)) {
                continue;
            }
            JsonNode old = a.get(name);
            JsonNode wanted = b.get(name);
            if (old == null || wanted == null || !sameString(old, wanted)) {
                as(
                        labels ? ChangeCategory.TEMPLATE_LABEL : part,
                        () -> report(action(old, wanted), path.field(name), old, wanted));
            }
        }
    }

    private static boolean isOpenKruises(String key) {
        return key.startsWith("apps.kruise.io/") || key.startsWith("kruise.io/");
    }

    /** Go reads null in a map of strings as "": the key is there. */
    private static boolean sameString(JsonNode a, JsonNode b) {
        return a.equals(b) || isEmptyString(a) && isEmptyString(b);
    }

    private static boolean isEmptyString(JsonNode node) {
        return node.isNull() || node.isString() && node.stringValue().isEmpty();
    }

    private void list(Field field, @Nullable JsonNode rawA, @Nullable JsonNode rawB, FieldPath path) {
        JsonNode a = rawA == null ? EMPTY_LIST : rawA;
        JsonNode b = rawB == null ? EMPTY_LIST : rawB;
        if (!a.isArray() || !b.isArray()) {
            report(Action.CHANGED, path, a, b);
            return;
        }
        List<String> keys = field.keys();
        if (field.name().equals("ports") && allNamed(a) && allNamed(b)) {
            keys = List.of("name");
        }
        Map<String, JsonNode> old = keys.isEmpty() ? null : byKey(field, keys, a);
        Map<String, JsonNode> wanted = keys.isEmpty() ? null : byKey(field, keys, b);
        if (old == null || wanted == null) {
            if (!sameElements(field, a, b)) {
                report(action(rawA, rawB), path, a, b);
            }
            return;
        }
        keyed(field, keys.get(0), old, wanted, path);
    }

    private static boolean allNamed(JsonNode list) {
        for (JsonNode element : list) {
            if (element.path("name").asString("").isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** The elements by their key; null where a key is missing or not unique, so that only their place tells them apart. */
    private static @Nullable Map<String, JsonNode> byKey(Field field, List<String> keys, JsonNode list) {
        Map<String, JsonNode> byKey = new LinkedHashMap<>();
        for (JsonNode element : list) {
            if (!element.isObject()) {
                return null;
            }
            StringBuilder key = new StringBuilder();
            for (String name : keys) {
                JsonNode value = field.elementType().field(name).effectiveValue(element.get(name));
                if (value == null || value.isContainer()) {
                    return null;
                }
                key.append(key.isEmpty() ? "" : "\n").append(value.asString());
            }
            if (byKey.put(key.toString(), element) != null) {
                return null;
            }
        }
        return byKey;
    }

    private void keyed(
            Field field, String key, Map<String, JsonNode> old, Map<String, JsonNode> wanted, FieldPath path) {
        if (field.ordered()) {
            order(old, wanted, path);
        }
        old.forEach((value, gone) -> {
            if (!wanted.containsKey(value)) {
                report(Action.REMOVED, element(path, key, gone), gone, null);
            }
        });
        wanted.forEach((value, element) -> {
            JsonNode stored = old.get(value);
            FieldPath at = element(path, key, element);
            if (stored == null) {
                report(Action.ADDED, at, null, element);
            } else {
                compare(field, stored, element, at);
            }
        });
    }

    private static FieldPath element(FieldPath list, String key, JsonNode element) {
        return list.element(key, element.path(key).asString(""));
    }

    private void compare(Field field, JsonNode a, JsonNode b, FieldPath path) {
        if (field.name().equals("volumes")) {
            volume(field.elementType(), a, b, path);
        } else if (field.name().equals("ports")) {
            port(field.elementType(), a, b, path);
        } else {
            struct(field.elementType(), a, b, path);
        }
    }

    /** A volume without a source is an emptyDir (SetDefaults_Volume); an image volume's pullPolicy goes by the tag. */
    private void volume(Type type, JsonNode a, JsonNode b, FieldPath path) {
        if (a.equals(b)) {
            return;
        }
        for (Field field : type.fields()) {
            JsonNode old = a.get(field.name());
            JsonNode wanted = b.get(field.name());
            if (field.name().equals("emptyDir")) {
                old = hasSource(a) ? old : JsonTree.EMPTY;
                wanted = hasSource(b) ? wanted : JsonTree.EMPTY;
            }
            if (field.name().equals("image")) {
                old = withPullPolicy(old);
                wanted = withPullPolicy(wanted);
            }
            field(field, old, wanted, path.field(field.name()));
        }
        unknownFields(type, a, b, path);
    }

    private static boolean hasSource(JsonNode volume) {
        for (String name : volume.propertyNames()) {
            if (!name.equals("name") && !volume.get(name).isNull()) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable JsonNode withPullPolicy(@Nullable JsonNode image) {
        if (image == null
                || !image.isObject()
                || !image.path("pullPolicy").asString("").isEmpty()) {
            return image;
        }
        return image.asObject()
                .deepCopy()
                .set("pullPolicy", byTag(image.path("reference").asString("")));
    }

    /** With hostNetwork the host port is the container port (defaultHostNetworkPorts in Kubernetes and OpenKruise). */
    private void port(Type type, JsonNode a, JsonNode b, FieldPath path) {
        boolean hostNetwork = before.spec().path("hostNetwork").asBoolean(false)
                && after.spec().path("hostNetwork").asBoolean(false);
        for (Field field : type.fields()) {
            JsonNode old = field.effectiveValue(a.get(field.name()));
            JsonNode wanted = field.effectiveValue(b.get(field.name()));
            if (hostNetwork && field.name().equals("hostPort")) {
                old = old == null ? a.get("containerPort") : old;
                wanted = wanted == null ? b.get("containerPort") : wanted;
            }
            field(field, old, wanted, path.field(field.name()));
        }
        unknownFields(type, a, b, path);
    }

    private boolean sameElements(Field field, JsonNode a, JsonNode b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            JsonNode old = a.get(i);
            JsonNode wanted = b.get(i);
            if (field.type() == null || !old.isObject() || !wanted.isObject()) {
                if (!JsonTree.sameValue(old, wanted)) {
                    return false;
                }
            } else if (!isSame(field, old, wanted)) {
                return false;
            }
        }
        return true;
    }

    /** Compares without reporting. */
    private boolean isSame(Field field, JsonNode a, JsonNode b) {
        List<Change> reported = changes;
        changes = new ArrayList<>();
        compare(field, a, b, FieldPath.ROOT);
        boolean same = changes.isEmpty();
        changes = reported;
        return same;
    }

    private static Action action(@Nullable JsonNode a, @Nullable JsonNode b) {
        return a == null ? Action.ADDED : b == null ? Action.REMOVED : Action.CHANGED;
    }

    private void report(Action action, FieldPath path, @Nullable JsonNode a, @Nullable JsonNode b) {
        changes.add(new Change(part, action, path, container, null, a, b, false));
    }
}
