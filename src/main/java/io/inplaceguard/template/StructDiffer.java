package io.inplaceguard.template;

import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.PodSchema.Field;
import io.inplaceguard.template.Scope.Changes;
import io.inplaceguard.template.Scope.Defaults;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Compares two structs field by field as the table of fields describes, and reports what differs once Go has decoded and
 * encoded both. Driven by {@link PodSchema}. Where two subtrees are equal as they are the comparison ends and nothing is
 * allocated.
 * Source: defaultCalculateInPlaceUpdateSpec (pkg/util/inplaceupdate of OpenKruise), a JSON diff of two revisions.
 */
final class StructDiffer {

    private static final Set<String> CPU_MEMORY = Set.of("cpu", "memory");

    private StructDiffer() {}

    /** What differs between two templates, in the order of the Go types. */
    static List<Change> changes(PodTemplate before, PodTemplate after, Defaulting defaulting) {
        Changes changes = new Changes(false);
        boolean pod = after.origin().isPod();
        Defaults defaults =
                pod ? Defaults.IGNORED : defaulting == Defaulting.NONE ? Defaults.FLAGGED : Defaults.APPLIED;
        Scope scope = new Scope(after.path(), ChangeCategory.OTHER, null, defaults, false, changes);
        Field metadata = PodSchema.POD_TEMPLATE.field("metadata");
        Field spec = PodSchema.POD_TEMPLATE.field("spec");
        switch (after.origin()) {
            case SIDECARS -> {
                StructType type = PodSchema.SIDECAR_SET;
                fields(type, type.members(before.spec(), after.spec()), before.spec(), after.spec(), scope.field(spec));
            }
            case POD, POD_RESIZE -> struct(spec.elementType(), before.spec(), after.spec(), scope.field(spec));
            case WORKLOAD -> {
                struct(metadata.elementType(), before.metadata(), after.metadata(), scope.field(metadata));
                struct(spec.elementType(), before.spec(), after.spec(), scope.field(spec));
                unknownFields(PodSchema.POD_TEMPLATE, before.tree(), after.tree(), scope);
            }
        }
        return List.copyOf(changes.found());
    }

    /** Whether two structs mean the same, with OpenKruise's defaults in both. */
    static boolean isSame(StructType type, JsonNode before, JsonNode after) {
        Scope probe = new Scope(FieldPath.ROOT, ChangeCategory.OTHER, null, Defaults.APPLIED, false, new Changes(true));
        struct(type, before, after, probe);
        return !probe.hasChanges();
    }

    static void struct(StructType type, JsonNode a, JsonNode b, Scope scope) {
        if (a.equals(b)) {
            return;
        }
        if (!a.isObject() || !b.isObject()) {
            scope.report(Action.CHANGED, a, b);
            return;
        }
        long members = type.members(a, b);
        fields(type, members, a, b, scope);
        if (StructType.hasUnknown(members)) {
            unknownFields(type, a, b, scope);
        }
    }

    /** What neither object has differs only where its default follows from another field. */
    private static void fields(StructType type, long members, JsonNode a, JsonNode b, Scope scope) {
        long left = scope.isApplied() ? members | type.computed() : members;
        for (Field field = type.first(left); field != null && !scope.isDecided(); field = type.first(left)) {
            field(field, a, b, scope);
            left &= left - 1;
        }
    }

    /** Fields that the table does not have: null is absence, everything else counts. */
    private static void unknownFields(StructType type, JsonNode a, JsonNode b, Scope scope) {
        for (String name : differing(a, b, name -> !type.has(name), StructDiffer::sameUnknown)) {
            scope.key(name).report(Scope.action(a.get(name), b.get(name)), a.get(name), b.get(name));
        }
    }

    private static boolean sameUnknown(@Nullable JsonNode a, @Nullable JsonNode b) {
        if (a == null || a.isNull()) {
            return b == null || b.isNull();
        }
        return b != null && !b.isNull() && JsonTree.sameValue(a, b);
    }

    private static void field(Field field, JsonNode objectA, JsonNode objectB, Scope scope) {
        JsonNode a = field.effectiveValue(objectA, scope.isApplied());
        JsonNode b = field.effectiveValue(objectB, scope.isApplied());
        if (Objects.equals(a, b)) {
            return;
        }
        Scope inner = scope.field(field);
        if (inner.isFlagged() && field.hasDefault() && (a == null || b == null)) {
            Scope probe = scope.probe(Defaults.APPLIED);
            field(field, objectA, objectB, probe);
            inner = inner.written(!probe.hasChanges());
        }
        switch (field.shape()) {
            case STRUCT -> {
                if (field.pointer() && (a == null || b == null)) {
                    inner.report(Scope.action(a, b), a, b);
                } else {
                    struct(field.elementType(), orEmpty(a), orEmpty(b), inner);
                }
            }
            case LIST -> ListDiffer.list(field, a, b, inner);
            case STRINGS -> strings(field, orEmpty(a), orEmpty(b), inner);
            case QUANTITIES -> quantities(field, orEmpty(a), orEmpty(b), inner);
            case QUANTITY -> quantity(field, a, b, inner.category(), null, inner);
            case STRING, BOOL, INT, OPAQUE -> {
                if (a == null || b == null || !JsonTree.sameValue(a, b)) {
                    inner.report(Scope.action(a, b), a, b);
                }
            }
            case IGNORED -> {}
        }
    }

    private static JsonNode orEmpty(@Nullable JsonNode node) {
        return node == null ? JsonTree.EMPTY : node;
    }

    private static void strings(Field field, JsonNode a, JsonNode b, Scope scope) {
        if (!a.isObject() || !b.isObject()) {
            scope.report(Action.CHANGED, a, b);
            return;
        }
        for (String name :
                differing(a, b, name -> !field.ownKeys() || !isOpenKruises(name), StructDiffer::sameString)) {
            scope.key(name).report(Scope.action(a.get(name), b.get(name)), a.get(name), b.get(name));
        }
    }

    private static boolean isOpenKruises(String key) {
        return key.startsWith("apps.kruise.io/") || key.startsWith("kruise.io/");
    }

    /** Go reads null in a map of strings as "": the key is there. */
    private static boolean sameString(@Nullable JsonNode a, @Nullable JsonNode b) {
        return a != null && b != null && (a.equals(b) || (isEmptyString(a) && isEmptyString(b)));
    }

    private static boolean isEmptyString(JsonNode node) {
        return node.isNull() || (node.isString() && node.stringValue().isEmpty());
    }

    private static void quantities(Field field, JsonNode a, JsonNode b, Scope scope) {
        if (!a.isObject() || !b.isObject()) {
            scope.report(Action.CHANGED, a, b);
            return;
        }
        for (String resource : differing(a, b, name -> true, (x, y) -> x != null && x.equals(y))) {
            boolean other = scope.category() == ChangeCategory.CPU_MEMORY && !CPU_MEMORY.contains(resource);
            ChangeCategory category = other ? ChangeCategory.OTHER_RESOURCE : scope.category();
            quantity(field, a.get(resource), b.get(resource), category, resource, scope.key(resource));
        }
    }

    private static void quantity(
            Field field,
            @Nullable JsonNode a,
            @Nullable JsonNode b,
            ChangeCategory category,
            @Nullable String resource,
            Scope scope) {
        if (a == null || b == null) {
            scope.report(Scope.action(a, b), category, resource, a, b);
        } else if (!sameText(a, b, field.rounded() && scope.isApplied())) {
            boolean rounding = scope.isFlagged() && field.rounded() && sameText(a, b, true);
            Action action = isSameAmount(a, b) ? Action.RESPELLED : Action.CHANGED;
            scope.written(rounding).report(action, category, resource, a, b);
        }
    }

    private static boolean sameText(JsonNode a, JsonNode b, boolean rounded) {
        Optional<String> text = Quantity.canonical(a, rounded);
        return text.isPresent()
                ? text.equals(Quantity.canonical(b, rounded))
                : Quantity.of(b).isEmpty() && JsonTree.sameValue(a, b);
    }

    private static boolean isSameAmount(JsonNode a, JsonNode b) {
        Optional<Quantity> old = Quantity.of(a);
        Optional<Quantity> wanted = Quantity.of(b);
        return old.isPresent() && wanted.isPresent() && old.get().sameAs(wanted.get());
    }

    /** The names that are compared and under which two objects differ, in alphabetical order. */
    private static Iterable<String> differing(
            JsonNode a,
            JsonNode b,
            Predicate<String> isCompared,
            BiPredicate<@Nullable JsonNode, @Nullable JsonNode> same) {
        List<String> names = new ArrayList<>();
        for (var member : a.properties()) {
            String name = member.getKey();
            if (isCompared.test(name) && !same.test(member.getValue(), b.get(name))) {
                names.add(name);
            }
        }
        for (var member : b.properties()) {
            String name = member.getKey();
            if (isCompared.test(name) && !a.has(name) && !same.test(null, member.getValue())) {
                names.add(name);
            }
        }
        return names.size() < 2 ? names : new TreeSet<>(names);
    }
}
