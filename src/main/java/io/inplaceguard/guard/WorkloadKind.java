package io.inplaceguard.guard;

import io.inplaceguard.template.ClaimTemplateChanges;
import io.inplaceguard.template.FieldPath;
import io.inplaceguard.template.JsonTree;
import io.inplaceguard.template.PodTemplate;
import io.inplaceguard.template.TemplateOrigin;
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
enum WorkloadKind {
    POD("", Set.of("v1"), "Pod") {
        @Override
        List<TemplateUpdate> rollouts(AdmissionAttributes subject, OwnerStrategies owners) {
            TemplateOrigin origin =
                    subject.subresource().equals("resize") ? TemplateOrigin.POD_RESIZE : TemplateOrigin.POD;
            UpdateStrategy strategy = podStrategy(subject, owners);
            return List.of(new TemplateUpdate(
                    "",
                    strategy,
                    strategy,
                    new PodTemplate(origin, FieldPath.ROOT, null, spec(subject.oldObject())),
                    new PodTemplate(origin, FieldPath.ROOT, null, spec(subject.object())),
                    hasFinished(subject.oldObject()) || hasFinished(subject.object()),
                    false,
                    false));
        }
    },
    CLONE_SET("apps.kruise.io", Set.of("v1alpha1", "v1beta1"), "CloneSet") {
        @Override
        List<TemplateUpdate> rollouts(AdmissionAttributes subject, OwnerStrategies owners) {
            return List.of(template(subject, cloneSetPolicy(subject.version())));
        }
    },
    STATEFUL_SET("apps.kruise.io", Set.of("v1alpha1", "v1beta1"), "StatefulSet") {
        @Override
        List<TemplateUpdate> rollouts(AdmissionAttributes subject, OwnerStrategies owners) {
            return List.of(template(subject, WorkloadKind::podUpdatePolicy));
        }
    },
    DAEMON_SET("apps.kruise.io", Set.of("v1alpha1", "v1beta1"), "DaemonSet") {
        @Override
        List<TemplateUpdate> rollouts(AdmissionAttributes subject, OwnerStrategies owners) {
            return List.of(template(subject, WorkloadKind::rollingUpdateType));
        }
    },
    SIDECAR_SET("apps.kruise.io", Set.of("v1alpha1", "v1beta1"), "SidecarSet") {
        @Override
        List<TemplateUpdate> rollouts(AdmissionAttributes subject, OwnerStrategies owners) {
            return List.of(new TemplateUpdate(
                    "",
                    storedStrategy(subject, WorkloadKind::sidecarStrategy),
                    sidecarStrategy(spec(subject.object())),
                    new PodTemplate(TemplateOrigin.SIDECARS, FieldPath.ROOT, null, spec(subject.oldObject())),
                    new PodTemplate(TemplateOrigin.SIDECARS, FieldPath.ROOT, null, spec(subject.object())),
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
        List<TemplateUpdate> rollouts(AdmissionAttributes subject, OwnerStrategies owners) {
            List<TemplateUpdate> rollouts = new ArrayList<>();
            child(subject, "cloneSetTemplate", WorkloadKind::anyCloneSetPolicy).ifPresent(rollouts::add);
            child(subject, "advancedStatefulSetTemplate", WorkloadKind::podUpdatePolicy)
                    .ifPresent(rollouts::add);
            for (TemplateUpdate child : List.copyOf(rollouts)) {
                rollouts.addAll(subsets(subject, child));
            }
            return rollouts;
        }
    };

    private final String group;
    private final Set<String> versions;
    private final String kind;

    WorkloadKind(String group, Set<String> versions, String kind) {
        this.group = group;
        this.versions = versions;
        this.kind = kind;
    }

    /** The row of that kind; empty for kinds the guard does not know, whose changes are none of its business. */
    static Optional<WorkloadKind> of(AdmissionAttributes subject) {
        for (WorkloadKind row : values()) {
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
     * @throws MalformedObjectException when the wanted object's strategy cannot be read
     */
    abstract List<TemplateUpdate> rollouts(AdmissionAttributes subject, OwnerStrategies owners);

    private static JsonNode spec(@Nullable ObjectView manifest) {
        return manifest == null ? JsonTree.EMPTY : manifest.spec();
    }

    private static boolean hasFinished(@Nullable ObjectView pod) {
        String phase = pod == null ? null : pod.status().phase();
        return "Succeeded".equals(phase) || "Failed".equals(phase);
    }

    /** The Pod's own word, on either state, goes before its owner's. */
    private static UpdateStrategy podStrategy(AdmissionAttributes subject, OwnerStrategies owners) {
        if (isHeld(subject.oldObject()) || isHeld(subject.object())) {
            return UpdateStrategy.IN_PLACE_ONLY;
        }
        ObjectView pod = subject.oldObject() == null ? subject.object() : subject.oldObject();
        String controller = pod == null ? null : pod.metadata().controllerUid();
        // A Pod is never recreated by an update of itself, so an owner that may recreate asks nothing of it.
        return controller != null && owners.strategyOf(controller) == UpdateStrategy.IN_PLACE_ONLY
                ? UpdateStrategy.IN_PLACE_ONLY
                : UpdateStrategy.RECREATE;
    }

    private static boolean isHeld(@Nullable ObjectView pod) {
        return pod != null && pod.annotation(AnnotationKeys.UPDATE_POLICY).equals("InPlaceOnly");
    }

    private static TemplateUpdate template(AdmissionAttributes subject, Function<JsonNode, UpdateStrategy> strategy) {
        JsonNode before = spec(subject.oldObject());
        JsonNode after = spec(subject.object());
        if (!after.isObject()) {
            throw new MalformedObjectException("spec", "The new object has a spec that is not an object. Correct it.");
        }
        return rollout(
                "spec",
                storedStrategy(subject, strategy),
                strategy.apply(after),
                before.path("template"),
                after.path("template"),
                before.path("volumeClaimTemplates"),
                after.path("volumeClaimTemplates"));
    }

    private static TemplateUpdate rollout(
            String owner,
            UpdateStrategy stored,
            UpdateStrategy wanted,
            JsonNode before,
            JsonNode after,
            JsonNode claimsBefore,
            JsonNode claimsAfter) {
        FieldPath path = FieldPath.of(owner).field("template");
        return new TemplateUpdate(
                "/" + owner.replace('.', '/') + "/template",
                stored,
                wanted,
                PodTemplate.ofWorkload(path, before),
                PodTemplate.ofWorkload(path, after),
                false,
                !ClaimTemplateChanges.between(claimsBefore, claimsAfter).isEmpty(),
                false);
    }

    /** The child of a UnitedDeployment, where both states have one; a child that comes or goes updates no pod. */
    private static Optional<TemplateUpdate> child(
            AdmissionAttributes subject, String child, Function<JsonNode, UpdateStrategy> strategy) {
        JsonNode before = spec(subject.oldObject()).path("template").path(child).path("spec");
        JsonNode after = spec(subject.object()).path("template").path(child).path("spec");
        if (!after.isObject()) {
            return Optional.empty();
        }
        UpdateStrategy stored = lenient(strategy, before);
        return Optional.of(rollout(
                "spec.template." + child + ".spec",
                stored,
                strategy.apply(after),
                before.path("template"),
                after.path("template"),
                before.path("volumeClaimTemplates"),
                after.path("volumeClaimTemplates")));
    }

    /**
     * The child's template once more for each subset that is there before and after and patches it.
     * Source: ApplySubsetTemplate (pkg/controller/uniteddeployment/adapter).
     */
    private static List<TemplateUpdate> subsets(AdmissionAttributes subject, TemplateUpdate child) {
        List<TemplateUpdate> rollouts = new ArrayList<>();
        JsonNode stored = spec(subject.oldObject()).path("topology").path("subsets");
        for (JsonNode wanted : spec(subject.object()).path("topology").path("subsets")) {
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

    private static Optional<TemplateUpdate> subset(TemplateUpdate child, String name, JsonNode before, JsonNode after) {
        if (before.isEmpty() && after.isEmpty() && before.isObject() && after.isObject()) {
            return Optional.empty();
        }
        FieldPath path = FieldPath.of("spec.topology")
                .field("subsets")
                .element("name", name)
                .field("patch");
        PodTemplate stored;
        try {
            stored = child.before().patched(path, before);
        } catch (IllegalArgumentException e) {
            // What is stored is past mending; so is its rollout until the patch is replaced.
            stored = child.before();
        }
        try {
            PodTemplate wanted = child.after().patched(path, after);
            return Optional.of(
                    new TemplateUpdate("", child.stored(), child.wanted(), stored, wanted, false, false, true));
        } catch (IllegalArgumentException e) {
            if (child.wanted() != UpdateStrategy.IN_PLACE_ONLY || before.equals(after)) {
                return Optional.empty();
            }
            throw new MalformedObjectException(
                    path.toString(),
                    "The patch of subset " + FieldPath.printable(name) + " cannot be applied to the pod template: "
                            + e.getMessage() + ". Correct it.");
        }
    }

    static UpdateStrategy strategyOf(String kind, String version, JsonNode spec) {
        return switch (kind) {
            case "CloneSet" -> lenient(cloneSetPolicy(version), spec);
            case "StatefulSet" -> lenient(WorkloadKind::podUpdatePolicy, spec);
            default -> UpdateStrategy.RECREATE;
        };
    }

    private static Function<JsonNode, UpdateStrategy> cloneSetPolicy(String version) {
        return version.equals("v1alpha1") ? WorkloadKind::flatPolicy : WorkloadKind::podUpdatePolicy;
    }

    private static UpdateStrategy storedStrategy(
            AdmissionAttributes subject, Function<JsonNode, UpdateStrategy> strategy) {
        return lenient(strategy, spec(subject.oldObject()));
    }

    /** What is stored is past mending: where its strategy cannot be read it is the default. */
    private static UpdateStrategy lenient(Function<JsonNode, UpdateStrategy> strategy, JsonNode spec) {
        try {
            return strategy.apply(spec);
        } catch (MalformedObjectException e) {
            return UpdateStrategy.RECREATE;
        }
    }

    /** CloneSet v1alpha1. */
    private static UpdateStrategy flatPolicy(JsonNode spec) {
        return UpdateStrategy.named(word(spec, "updateStrategy", "type"));
    }

    /** CloneSet v1beta1 and the advanced StatefulSet. With OnDelete nothing is rolled, so nothing gets stuck. */
    private static UpdateStrategy podUpdatePolicy(JsonNode spec) {
        return isOnDelete(spec)
                ? UpdateStrategy.RECREATE
                : UpdateStrategy.named(word(spec, "updateStrategy", "rollingUpdate", "podUpdatePolicy"));
    }

    /** The CloneSet child of a UnitedDeployment: both layouts occur in both versions. */
    private static UpdateStrategy anyCloneSetPolicy(JsonNode spec) {
        UpdateStrategy flat = flatPolicy(spec);
        return flat == UpdateStrategy.RECREATE
                        && !word(spec, "updateStrategy", "type").equals("ReCreate")
                ? podUpdatePolicy(spec)
                : flat;
    }

    /** The advanced DaemonSet has no InPlaceOnly. */
    private static UpdateStrategy rollingUpdateType(JsonNode spec) {
        boolean inPlace = !isOnDelete(spec)
                && word(spec, "updateStrategy", "rollingUpdate", "rollingUpdateType")
                        .equals("InPlaceIfPossible");
        return inPlace ? UpdateStrategy.IN_PLACE_IF_POSSIBLE : UpdateStrategy.RECREATE;
    }

    private static UpdateStrategy sidecarStrategy(JsonNode spec) {
        return word(spec, "updateStrategy", "type").equals("NotUpdate")
                ? UpdateStrategy.RECREATE
                : UpdateStrategy.SIDECAR_IMAGES;
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
