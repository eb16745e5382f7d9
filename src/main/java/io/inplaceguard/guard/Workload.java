package io.inplaceguard.guard;

import io.inplaceguard.template.JsonTree;
import io.inplaceguard.template.Path;
import io.inplaceguard.template.PodTemplate;
import io.inplaceguard.template.PodTemplate.Home;
import io.inplaceguard.template.TemplateUpdate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The kinds the guard knows, one row each: where the strategy and the pod templates live.
 * Source: RULES of OpenKruise's types in apis/apps/v1alpha1 and v1beta1.
 */
enum Workload {
    POD("", Set.of("v1"), "Pod") {
        @Override
        List<Rollout> rollouts(Subject subject, Owners owners) {
            Home home = subject.subresource().equals("resize") ? Home.POD_RESIZE : Home.POD;
            Strategy strategy = podStrategy(subject, owners);
            return List.of(new Rollout(
                    "",
                    strategy,
                    strategy,
                    new PodTemplate(home, Path.ROOT, null, spec(subject.before())),
                    new PodTemplate(home, Path.ROOT, null, spec(subject.after())),
                    hasFinished(subject.before()) || hasFinished(subject.after()),
                    false,
                    false));
        }
    },
    CLONE_SET("apps.kruise.io", Set.of("v1alpha1", "v1beta1"), "CloneSet") {
        @Override
        List<Rollout> rollouts(Subject subject, Owners owners) {
            return List.of(template(subject, cloneSetPolicy(subject.version())));
        }
    },
    STATEFUL_SET("apps.kruise.io", Set.of("v1alpha1", "v1beta1"), "StatefulSet") {
        @Override
        List<Rollout> rollouts(Subject subject, Owners owners) {
            return List.of(template(subject, Workload::podUpdatePolicy));
        }
    },
    DAEMON_SET("apps.kruise.io", Set.of("v1alpha1", "v1beta1"), "DaemonSet") {
        @Override
        List<Rollout> rollouts(Subject subject, Owners owners) {
            return List.of(template(subject, Workload::rollingUpdateType));
        }
    },
    SIDECAR_SET("apps.kruise.io", Set.of("v1alpha1", "v1beta1"), "SidecarSet") {
        @Override
        List<Rollout> rollouts(Subject subject, Owners owners) {
            return List.of(new Rollout(
                    "",
                    storedStrategy(subject, Workload::sidecarStrategy),
                    sidecarStrategy(spec(subject.after())),
                    new PodTemplate(Home.SIDECARS, Path.ROOT, null, spec(subject.before())),
                    new PodTemplate(Home.SIDECARS, Path.ROOT, null, spec(subject.after())),
                    false,
                    false,
                    false));
        }

        @Override
        boolean takesResizePolicy() {
            return false;
        }
    },
    UNITED_DEPLOYMENT("apps.kruise.io", Set.of("v1alpha1", "v1beta1"), "UnitedDeployment") {
        @Override
        List<Rollout> rollouts(Subject subject, Owners owners) {
            List<Rollout> rollouts = new ArrayList<>();
            child(subject, "cloneSetTemplate", Workload::anyCloneSetPolicy).ifPresent(rollouts::add);
            child(subject, "advancedStatefulSetTemplate", Workload::podUpdatePolicy).ifPresent(rollouts::add);
            for (Rollout child : List.copyOf(rollouts)) {
                rollouts.addAll(subsets(subject, child));
            }
            return rollouts;
        }
    };

    private final String group;
    private final Set<String> versions;
    private final String kind;

    Workload(String group, Set<String> versions, String kind) {
        this.group = group;
        this.versions = versions;
        this.kind = kind;
    }

    /** The row of that kind; empty for kinds the guard does not know, whose changes are none of its business. */
    static Optional<Workload> of(Subject subject) {
        for (Workload row : values()) {
            if (row.kind.equals(subject.kind())
                    && row.group.equals(subject.group())
                    && row.versions.contains(subject.version())) {
                return row.answersFor(subject.subresource()) ? Optional.of(row) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** {@code status} and {@code scale} cannot touch a template; {@code pods/resize} is the one subresource that can. */
    private boolean answersFor(String subresource) {
        return subresource.isEmpty() || this == POD && subresource.equals("resize");
    }

    /** The word for metrics: the kind itself. */
    String word() {
        return kind;
    }

    /** Whether defaults for resizePolicy belong into its templates. */
    boolean takesResizePolicy() {
        return true;
    }

    /**
     * The templates of an object that has both states.
     *
     * @throws Unreadable when the wanted object's strategy cannot be read
     */
    abstract List<Rollout> rollouts(Subject subject, Owners owners);

    private static JsonNode spec(@Nullable Manifest manifest) {
        return manifest == null ? JsonTree.EMPTY : manifest.spec();
    }

    private static boolean hasFinished(@Nullable Manifest pod) {
        String phase = pod == null ? null : pod.status().phase();
        return "Succeeded".equals(phase) || "Failed".equals(phase);
    }

    /** The Pod's own word, on either state, goes before its owner's. */
    private static Strategy podStrategy(Subject subject, Owners owners) {
        if (isHeld(subject.before()) || isHeld(subject.after())) {
            return Strategy.IN_PLACE_ONLY;
        }
        Manifest pod = subject.before() == null ? subject.after() : subject.before();
        String controller = pod == null ? null : pod.metadata().controllerUid();
        // A Pod is never recreated by an update of itself, so an owner that may recreate asks nothing of it.
        return controller != null && owners.strategyOf(controller) == Strategy.IN_PLACE_ONLY
                ? Strategy.IN_PLACE_ONLY
                : Strategy.RECREATE;
    }

    private static boolean isHeld(@Nullable Manifest pod) {
        return pod != null && pod.annotation(Names.UPDATE_POLICY).equals("InPlaceOnly");
    }

    private static Rollout template(Subject subject, Function<JsonNode, Strategy> strategy) {
        JsonNode before = spec(subject.before());
        JsonNode after = spec(subject.after());
        if (!after.isObject()) {
            throw new Unreadable("spec", "The new object has a spec that is not an object. Correct it.");
        }
        return rollout(
                "spec", storedStrategy(subject, strategy), strategy.apply(after), before.path("template"), after.path("template"),
                before.path("volumeClaimTemplates"), after.path("volumeClaimTemplates"));
    }

    private static Rollout rollout(
            String owner,
            Strategy stored,
            Strategy wanted,
            JsonNode before,
            JsonNode after,
            JsonNode claimsBefore,
            JsonNode claimsAfter) {
        Path path = Path.of(owner).field("template");
        return new Rollout(
                "/" + owner.replace('.', '/') + "/template",
                stored,
                wanted,
                PodTemplate.ofWorkload(path, before),
                PodTemplate.ofWorkload(path, after),
                false,
                !TemplateUpdate.sameClaimTemplates(claimsBefore, claimsAfter),
                false);
    }

    /** The child of a UnitedDeployment, where both states have one; a child that comes or goes updates no pod. */
    private static Optional<Rollout> child(Subject subject, String child, Function<JsonNode, Strategy> strategy) {
        JsonNode before = spec(subject.before()).path("template").path(child).path("spec");
        JsonNode after = spec(subject.after()).path("template").path(child).path("spec");
        if (!after.isObject()) {
            return Optional.empty();
        }
        Strategy stored = lenient(strategy, before);
        return Optional.of(rollout(
                "spec.template." + child + ".spec", stored, strategy.apply(after), before.path("template"), after.path("template"),
                before.path("volumeClaimTemplates"), after.path("volumeClaimTemplates")));
    }

    /**
     * The child's template once more for each subset that is there before and after and patches it.
     * Source: ApplySubsetTemplate (pkg/controller/uniteddeployment/adapter).
     */
    private static List<Rollout> subsets(Subject subject, Rollout child) {
        List<Rollout> rollouts = new ArrayList<>();
        JsonNode stored = spec(subject.before()).path("topology").path("subsets");
        for (JsonNode wanted : spec(subject.after()).path("topology").path("subsets")) {
            String name = wanted.path("name").asString("");
            for (JsonNode before : stored) {
                if (before.path("name").asString("").equals(name)) {
                    subset(child, name, patch(before), patch(wanted)).ifPresent(rollouts::add);
                    break;
                }
            }
        }
        return rollouts;
    }

    private static JsonNode patch(JsonNode subset) {
        JsonNode patch = subset.path("patch");
        return patch.isNull() || patch.isMissingNode() ? JsonTree.EMPTY : patch;
    }

    private static Optional<Rollout> subset(Rollout child, String name, JsonNode before, JsonNode after) {
        if (before.isEmpty() && after.isEmpty() && before.isObject() && after.isObject()) {
            return Optional.empty();
        }
        Path path = Path.of("spec.topology").field("subsets").element("name", name).field("patch");
        PodTemplate stored;
        try {
            stored = child.before().patched(path, before);
        } catch (IllegalArgumentException e) {
            // What is stored is past mending; so is its rollout until the patch is replaced.
            stored = child.before();
        }
        try {
            PodTemplate wanted = child.after().patched(path, after);
            return Optional.of(new Rollout("", child.stored(), child.wanted(), stored, wanted, false, false, true));
        } catch (IllegalArgumentException e) {
            if (child.wanted() != Strategy.IN_PLACE_ONLY || before.equals(after)) {
                return Optional.empty();
            }
            throw new Unreadable(
                    path.toString(),
                    "The patch of subset " + Path.printable(name) + " cannot be applied to the pod template: " + e.getMessage()
                            + ". Correct it.");
        }
    }

    static Strategy strategyOf(String kind, String version, JsonNode spec) {
        return switch (kind) {
            case "CloneSet" -> lenient(cloneSetPolicy(version), spec);
            case "StatefulSet" -> lenient(Workload::podUpdatePolicy, spec);
            default -> Strategy.RECREATE;
        };
    }

    private static Function<JsonNode, Strategy> cloneSetPolicy(String version) {
        return version.equals("v1alpha1") ? Workload::flatPolicy : Workload::podUpdatePolicy;
    }

    private static Strategy storedStrategy(Subject subject, Function<JsonNode, Strategy> strategy) {
        return lenient(strategy, spec(subject.before()));
    }

    /** What is stored is past mending: where its strategy cannot be read it is the default. */
    private static Strategy lenient(Function<JsonNode, Strategy> strategy, JsonNode spec) {
        try {
            return strategy.apply(spec);
        } catch (Unreadable e) {
            return Strategy.RECREATE;
        }
    }

    /** CloneSet v1alpha1. */
    private static Strategy flatPolicy(JsonNode spec) {
        return Strategy.named(word(spec, "updateStrategy", "type"));
    }

    /** CloneSet v1beta1 and the advanced StatefulSet. With OnDelete nothing is rolled, so nothing gets stuck. */
    private static Strategy podUpdatePolicy(JsonNode spec) {
        return isOnDelete(spec)
                ? Strategy.RECREATE
                : Strategy.named(word(spec, "updateStrategy", "rollingUpdate", "podUpdatePolicy"));
    }

    /** The CloneSet child of a UnitedDeployment: both layouts occur in both versions. */
    private static Strategy anyCloneSetPolicy(JsonNode spec) {
        Strategy flat = flatPolicy(spec);
        return flat == Strategy.RECREATE && !word(spec, "updateStrategy", "type").equals("ReCreate")
                ? podUpdatePolicy(spec)
                : flat;
    }

    /** The advanced DaemonSet has no InPlaceOnly. */
    private static Strategy rollingUpdateType(JsonNode spec) {
        boolean inPlace = !isOnDelete(spec)
                && word(spec, "updateStrategy", "rollingUpdate", "rollingUpdateType").equals("InPlaceIfPossible");
        return inPlace ? Strategy.IN_PLACE_IF_POSSIBLE : Strategy.RECREATE;
    }

    private static Strategy sidecarStrategy(JsonNode spec) {
        return word(spec, "updateStrategy", "type").equals("NotUpdate") ? Strategy.RECREATE : Strategy.SIDECAR_IMAGES;
    }

    private static boolean isOnDelete(JsonNode spec) {
        return word(spec, "updateStrategy", "type").equals("OnDelete");
    }

    /** A word deep in the spec; empty where it or anything on the way is absent or null. */
    private static String word(JsonNode spec, String... fields) {
        JsonNode node = spec;
        StringBuilder path = new StringBuilder("spec");
        for (String field : fields) {
            if (!node.isObject()) {
                throw new Unreadable(path.toString(), "The new object has a " + path + " that is not an object. Correct it.");
            }
            path.append('.').append(field);
            node = node.path(field);
            if (node.isMissingNode() || node.isNull()) {
                return "";
            }
        }
        if (!node.isString()) {
            throw new Unreadable(path.toString(), "The new object has a " + path + " that is not a string. Correct it.");
        }
        return node.stringValue();
    }
}
