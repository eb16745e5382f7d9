package io.inplaceguard.guard;

import io.inplaceguard.template.ChangeCategory;
import io.inplaceguard.template.FieldPath;
import io.inplaceguard.template.JsonTree;
import io.inplaceguard.template.ObjectLimits;
import io.inplaceguard.template.PodTemplate;
import io.inplaceguard.template.TemplateDiff;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The templates of a UnitedDeployment's subsets: a child's template with the subset's patch.
 * Source: ApplySubsetTemplate (pkg/controller/uniteddeployment/adapter) of OpenKruise.
 */
final class UnitedDeploymentTemplates {

    private static final FieldPath SUBSETS = FieldPath.of("spec.topology.subsets");

    /** Values of a changed template times the subsets that it is compared for: about a second of CPU. */
    private static final long MAX_COMPARED_VALUES = 3_000_000;

    /**
     * Changes of a template times the subsets that it is compared for: about 100 ms of CPU. A change that differs costs far more
     * than a value that is shared.
     */
    private static final long MAX_COMPARED_CHANGES = 50_000;

    /** So few that the values of a template need not be counted: those of one object are bounded too. */
    private static final int FEW_SUBSETS = 20;

    /**
     * A subset that is there before and after, with a patch in at least one of them.
     *
     * @param name   its name
     * @param before the stored patch; an empty object for none
     * @param after  the new patch; an empty object for none
     */
    record Subset(String name, JsonNode before, JsonNode after) {

        /** Where the patch is. */
        FieldPath path() {
            return SUBSETS.element("name", name).field("patch");
        }
    }

    /**
     * The subsets to compare.
     *
     * @param patched those whose pods may change in another way than the child's own template
     * @param all     whether these are all subsets that are there before and after, so that no pod has the child's own template
     */
    record Subsets(List<Subset> patched, boolean all) {}

    private UnitedDeploymentTemplates() {}

    /**
     * The subsets whose pods an update may change in another way than those of the child's own template. Nothing is merged
     * yet.
     *
     * @param child    what differs in the child's template
     * @param allowed  whether the child's template breaks no rule by itself
     * @param enforced whether InPlaceOnly is enforced for the child
     * @return none where there are too many to compare and InPlaceOnly is not enforced
     * @throws MalformedObjectException when there are too many to compare and it is
     */
    static Subsets subsets(AdmissionAttributes attributes, TemplateDiff child, boolean allowed, boolean enforced) {
        JsonNode wanted = subsets(attributes.object());
        JsonNode stored = subsets(attributes.oldObject());
        if (Math.max(wanted.size(), stored.size()) > ObjectLimits.MAX_SUBSETS) {
            return tooMany(enforced, "The object has more than " + ObjectLimits.MAX_SUBSETS + " subsets");
        }
        // The same patch on two templates that differ in images leaves two templates that differ in images.
        boolean imagesAlone =
                allowed && child.changes().stream().allMatch(change -> change.category() == ChangeCategory.IMAGE);
        Map<String, JsonNode> patches = new HashMap<>();
        stored.forEach(subset -> patches.putIfAbsent(name(subset), patch(subset)));
        List<Subset> found = new ArrayList<>();
        int kept = 0;
        for (JsonNode subset : wanted) {
            JsonNode before = patches.get(name(subset));
            JsonNode after = patch(subset);
            kept += before == null ? 0 : 1;
            if (before != null && !isLike(child, before, after, imagesAlone)) {
                found.add(new Subset(name(subset), before, after));
            }
        }
        // Where the child's template is unchanged, comparing it again costs next to nothing.
        if (found.size() > FEW_SUBSETS && !child.isEmpty()) {
            String subsets = " for " + found.size() + " patched subsets";
            if ((long) found.size() * child.changes().size() > MAX_COMPARED_CHANGES) {
                return tooMany(enforced, "The pod template changes in too many fields" + subsets);
            }
            if ((long) found.size() * values(child.after().spec()) > MAX_COMPARED_VALUES) {
                return tooMany(enforced, "The changed pod template is too large" + subsets);
            }
        }
        return new Subsets(found, kept > 0 && found.size() == kept);
    }

    /** Whether the pods of a subset change as those of the child's own template. */
    private static boolean isLike(TemplateDiff child, JsonNode before, JsonNode after, boolean imagesAlone) {
        return before.equals(after) && (isNothing(after) || imagesAlone || PlacementPatch.keeps(child, after));
    }

    private static Subsets tooMany(boolean enforced, String problem) {
        if (enforced) {
            throw new MalformedObjectException(
                    SUBSETS.toString(), problem + " and cannot be compared. Use fewer subsets.");
        }
        return new Subsets(List.of(), false);
    }

    private static int values(JsonNode node) {
        int values = 1;
        for (JsonNode child : node) {
            values += child.isContainer() ? values(child) : 1;
        }
        return values;
    }

    private static JsonNode subsets(@Nullable ObjectView object) {
        return object == null ? JsonTree.EMPTY : object.spec().path("topology").path("subsets");
    }

    private static String name(JsonNode subset) {
        return subset.path("name").asString("");
    }

    private static JsonNode patch(JsonNode subset) {
        JsonNode patch = subset.path("patch");
        return patch.isNull() || patch.isMissingNode() ? JsonTree.EMPTY : patch;
    }

    private static boolean isNothing(JsonNode patch) {
        return patch.isObject() && patch.isEmpty();
    }

    /**
     * The child's update once more with the patch of a subset.
     *
     * @return empty where the new patch cannot be applied and InPlaceOnly is not enforced, or the patch did not change
     * @throws MalformedObjectException when a changed patch cannot be applied and InPlaceOnly is enforced
     */
    static Optional<TemplateUpdate> patched(TemplateUpdate child, Subset subset) {
        PodTemplate stored;
        try {
            stored = child.before().patched(subset.path(), subset.before());
        } catch (IllegalArgumentException e) {
            // A stored patch that cannot be applied has never reached a pod.
            stored = child.before();
        }
        try {
            PodTemplate wanted = child.after().patched(subset.path(), subset.after());
            return Optional.of(new TemplateUpdate(child.governed(), stored, wanted, true));
        } catch (IllegalArgumentException e) {
            if (child.governed().enforced() != UpdateStrategy.IN_PLACE_ONLY
                    || subset.before().equals(subset.after())) {
                return Optional.empty();
            }
            throw new MalformedObjectException(
                    subset.path().toString(),
                    "The patch of subset " + FieldPath.printable(subset.name())
                            + " cannot be applied to the pod template: " + e.getMessage() + ". Correct it.");
        }
    }
}
