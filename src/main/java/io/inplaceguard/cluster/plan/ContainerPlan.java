package io.inplaceguard.cluster.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import tools.jackson.databind.JsonNode;

/**
 * What happens to one container of a pod that is updated in place.
 *
 * @param name    the container
 * @param effect  what happens to it
 * @param changes what changes; values of images and resources only
 */
record ContainerPlan(String name, Effect effect, List<String> changes) {

    /** What an update in place does to a container. */
    enum Effect {
        UNCHANGED("unchanged"),
        RESIZED("resized without a restart"),
        RESTARTED("restarted"),
        /** Added, removed, or changed in a field that cannot change in place. */
        RECREATED("needs a new pod");

        private final String words;

        Effect(String words) {
            this.words = words;
        }

        /** As it is printed. */
        String words() {
            return words;
        }
    }

    private static final Set<String> IN_PLACE = Set.of("image", "resources", "resizePolicy", "name");
    private static final String LABELS = "metadata.labels['";
    private static final String ANNOTATIONS = "metadata.annotations['";

    ContainerPlan {
        changes = List.copyOf(changes);
    }

    /**
     * The containers of a pod template, in the order of the new one.
     *
     * @param before holds metadata and spec, as stored
     * @param after  the same, as it would be stored
     */
    static List<ContainerPlan> of(JsonNode before, JsonNode after) {
        return of(before, after, (container, field) -> true);
    }

    /**
     * The same where {@code after} was not stored, and so lacks what the cluster's webhooks would add.
     *
     * @param reported whether a field of a container that seems to differ is known to differ
     */
    static List<ContainerPlan> of(JsonNode before, JsonNode after, BiPredicate<String, String> reported) {
        Map<String, JsonNode> old = containers(before);
        Map<String, JsonNode> wanted = containers(after);
        Set<String> metadata = changedMetadata(before, after);
        List<ContainerPlan> plans = new ArrayList<>();
        wanted.forEach((name, container) -> {
            JsonNode stored = old.get(name);
            plans.add(
                    stored == null
                            ? new ContainerPlan(name, Effect.RECREATED, List.of("added"))
                            : changed(name, stored, container, metadata, reported));
        });
        old.keySet().stream()
                .filter(name -> !wanted.containsKey(name))
                .forEach(name -> plans.add(new ContainerPlan(name, Effect.RECREATED, List.of("removed"))));
        return plans;
    }

    private static Map<String, JsonNode> containers(JsonNode template) {
        Map<String, JsonNode> found = new LinkedHashMap<>();
        for (JsonNode container : template.at("/spec/containers")) {
            found.put(container.path("name").asString(""), container);
        }
        return found;
    }

    private static ContainerPlan changed(
            String name, JsonNode before, JsonNode after, Set<String> metadata, BiPredicate<String, String> reported) {
        List<String> changes = new ArrayList<>();
        Effect effect = Effect.UNCHANGED;
        if (!before.path("image").equals(after.path("image"))) {
            changes.add("image " + shown(before.path("image")) + " -> " + shown(after.path("image")));
            effect = Effect.RESTARTED;
        }
        for (String list : new String[] {"requests", "limits"}) {
            for (String resource : new String[] {"cpu", "memory"}) {
                JsonNode old = before.path("resources").path(list).path(resource);
                JsonNode wanted = after.path("resources").path(list).path(resource);
                if (!Quantities.same(old, wanted)) {
                    changes.add(resource + " " + list.substring(0, list.length() - 1) + " " + shown(old) + " -> "
                            + shown(wanted));
                    effect = max(effect, restarts(after, resource) ? Effect.RESTARTED : Effect.RESIZED);
                }
            }
        }
        for (String reference : read(after)) {
            if (metadata.contains(reference)) {
                changes.add("its env reads a label or annotation that changes");
                effect = max(effect, Effect.RESTARTED);
                break;
            }
        }
        List<String> others = others(before, after).stream()
                .filter(field -> reported.test(name, field))
                .toList();
        if (!others.isEmpty()) {
            changes.add(String.join(", ", others));
            effect = Effect.RECREATED;
        }
        return new ContainerPlan(name, effect, changes);
    }

    private static Effect max(Effect one, Effect other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private static boolean restarts(JsonNode container, String resource) {
        for (JsonNode policy : container.path("resizePolicy")) {
            if (policy.path("resourceName").asString("").equals(resource)) {
                return policy.path("restartPolicy").asString("").equals("RestartContainer");
            }
        }
        return false;
    }

    /** Names of fields that change and cannot change in place; never their values. */
    private static List<String> others(JsonNode before, JsonNode after) {
        Set<String> names = new TreeSet<>(before.propertyNames());
        names.addAll(after.propertyNames());
        return names.stream()
                .filter(name -> !IN_PLACE.contains(name))
                .filter(name -> !isSame(before.path(name), after.path(name)))
                .toList();
    }

    /** Absent, null and empty are the same to OpenKruise. */
    private static boolean isSame(JsonNode before, JsonNode after) {
        return before.equals(after) || (isEmpty(before) && isEmpty(after));
    }

    private static boolean isEmpty(JsonNode value) {
        return value.isMissingNode() || value.isNull() || (value.isContainer() && value.isEmpty());
    }

    private static Set<String> changedMetadata(JsonNode before, JsonNode after) {
        Set<String> changed = new TreeSet<>();
        for (String map : new String[] {"labels", "annotations"}) {
            JsonNode old = before.path("metadata").path(map);
            JsonNode wanted = after.path("metadata").path(map);
            Set<String> keys = new TreeSet<>(old.propertyNames());
            keys.addAll(wanted.propertyNames());
            keys.stream()
                    .filter(key -> !old.path(key).equals(wanted.path(key)))
                    .forEach(key -> changed.add((map.equals("labels") ? LABELS : ANNOTATIONS) + key + "']"));
        }
        return changed;
    }

    private static List<String> read(JsonNode container) {
        List<String> paths = new ArrayList<>();
        for (JsonNode env : container.path("env")) {
            paths.add(env.at("/valueFrom/fieldRef/fieldPath").asString(""));
        }
        return paths;
    }

    private static String shown(JsonNode value) {
        return value.isMissingNode() || value.isNull()
                ? "none"
                : value.asString("not a scalar").replaceAll("\\p{Cntrl}", " ");
    }
}
