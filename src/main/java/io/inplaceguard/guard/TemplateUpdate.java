package io.inplaceguard.guard;

import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import io.inplaceguard.rule.PodUpdate;
import io.inplaceguard.rule.ResizeSupport;
import io.inplaceguard.template.ClaimTemplateChanges;
import io.inplaceguard.template.Defaulting;
import io.inplaceguard.template.FieldPath;
import io.inplaceguard.template.JsonTree;
import io.inplaceguard.template.PodTemplate;
import io.inplaceguard.template.TemplateDiff;
import tools.jackson.databind.JsonNode;

/**
 * Two pod templates to compare, and what governs them.
 *
 * @param governed where the template comes from, and its strategy
 * @param before   the stored template
 * @param after    the new template
 * @param subset   whether both have the patch of a UnitedDeployment's subset applied and are stored nowhere
 */
record TemplateUpdate(GovernedTemplate governed, PodTemplate before, PodTemplate after, boolean subset) {

    private static final String CLAIMS = "volumeClaimTemplates";

    /** Reads the templates. */
    static TemplateUpdate of(GovernedTemplate governed) {
        return new TemplateUpdate(
                governed,
                template(governed, governed.templateBefore()),
                template(governed, governed.templateAfter()),
                false);
    }

    private static PodTemplate template(GovernedTemplate governed, JsonNode value) {
        if (governed.row().path().isEmpty()) {
            return new PodTemplate(governed.origin(), FieldPath.ROOT, null, value);
        }
        // A custom kind may have fields of its own beside metadata and spec; its pods never see them.
        return governed.isCustom() && value.isObject()
                ? new PodTemplate(governed.origin(), governed.path(), value.get("metadata"), value.get("spec"))
                : PodTemplate.ofWorkload(governed.path(), value);
    }

    /** The same update with another new template. */
    TemplateUpdate with(PodTemplate template) {
        return new TemplateUpdate(governed, before, template, subset);
    }

    /** JSON pointer of the template's value; empty for a Pod. */
    String pointer() {
        return governed.row().path().isEmpty()
                ? ""
                : "/" + governed.row().path().replace('.', '/');
    }

    /** The difference, and what the rules need beside it. */
    PodUpdate compare(ObjectStage stage, OpenKruiseProfile profile) {
        boolean claims = !subset && !governed.row().path().isEmpty();
        boolean inside = governed.isCustom() && governed.templateAfter().has(CLAIMS);
        FieldPath owner = inside ? governed.path() : FieldPath.of(governed.row().owner());
        return new PodUpdate(
                TemplateDiff.between(before, after, defaulting(stage, profile), governed.finished()),
                governed.enforcement(),
                resizeSupport(profile),
                claims ? claimChanges(governed) : ClaimTemplateChanges.between(JsonTree.EMPTY, JsonTree.EMPTY),
                owner.field(CLAIMS),
                governed.controller() == Controller.STATEFUL_SET);
    }

    /** What changed in the claim templates, which are beside the pod template, or inside of a custom kind's. */
    static ClaimTemplateChanges claimChanges(GovernedTemplate governed) {
        boolean inside = governed.isCustom() && governed.templateAfter().has(CLAIMS);
        JsonNode before = inside ? governed.templateBefore() : governed.ownerBefore();
        JsonNode after = inside ? governed.templateAfter() : governed.ownerAfter();
        return ClaimTemplateChanges.between(before.path(CLAIMS), after.path(CLAIMS));
    }

    /**
     * OpenKruise's controllers compare what is stored. Only the children of other controllers get their defaults later, and
     * what was submitted gets them before it is stored.
     */
    private Defaulting defaulting(ObjectStage stage, OpenKruiseProfile profile) {
        boolean addedLater = stage == ObjectStage.SUBMITTED || governed.isChild();
        return profile.templateDefaults() && addedLater ? governed.controller().defaulting() : Defaulting.NONE;
    }

    private ResizeSupport resizeSupport(OpenKruiseProfile profile) {
        if (governed.controller() == Controller.KUBELET) {
            return ResizeSupport.SUPPORTED;
        }
        if (governed.isChild() && governed.wanted() == UpdateStrategy.IN_PLACE_ONLY) {
            if (governed.controller() == Controller.STATEFUL_SET) {
                return ResizeSupport.STATEFUL_SET_REFUSED;
            }
            // Before 1.9 the child is a CloneSet v1alpha1, whose webhook has the check that v1beta1 lacks.
            if (profile.verticalScaling() == VerticalScaling.REFUSED) {
                return ResizeSupport.CLONE_SET_REFUSED;
            }
        }
        return switch (profile.verticalScaling()) {
            case ENABLED, UNKNOWN -> ResizeSupport.SUPPORTED;
            case DISABLED -> ResizeSupport.GATE_DISABLED;
            case REFUSED -> ResizeSupport.REFUSED;
        };
    }
}
