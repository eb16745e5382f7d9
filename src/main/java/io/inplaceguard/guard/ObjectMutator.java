package io.inplaceguard.guard;

import io.inplaceguard.guard.Mutation.PatchOperation;
import io.inplaceguard.guard.ResizePolicyDefaults.Addition;
import io.inplaceguard.rule.Consequence;
import io.inplaceguard.rule.PodUpdate;
import io.inplaceguard.rule.Rules;
import io.inplaceguard.template.ChangeCategory;
import io.inplaceguard.template.ObjectLimits;
import io.inplaceguard.template.PodTemplate;
import io.inplaceguard.template.TemplateDiff;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Finds what the guard adds to one object. Used once, by one thread. */
final class ObjectMutator {

    private static final String PROPOSED = "Proposed";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Rules rules;
    private final ResizePolicyDefaults defaults;
    private final AdmissionAttributes attributes;
    private final ObjectView object;
    private final OpenKruiseProfile profile;
    private final List<PatchOperation> patch = new ArrayList<>();
    private final List<Warning> warnings = new ArrayList<>();

    /** @param object the new object of the request */
    ObjectMutator(
            Rules rules,
            ResizePolicyDefaults defaults,
            AdmissionAttributes attributes,
            ObjectView object,
            OpenKruiseProfile profile) {
        this.rules = rules;
        this.defaults = defaults;
        this.attributes = attributes;
        this.object = object;
        this.profile = profile;
    }

    /** Defaults of resizePolicy for a new object, and a warning where its strategy is not read. */
    Mutation created(List<GovernedTemplate> templates) {
        for (GovernedTemplate governed : templates) {
            MisplacedStrategy.of(governed).forEach(warnings::add);
            TemplateUpdate update = TemplateUpdate.of(governed);
            if (isComparable(update.after())) {
                defaults.forNew(update.after(), annotation(update), warnings)
                        .forEach(addition -> patch.add(addition.at(update.pointer())));
            }
        }
        return new Mutation(patch, warnings);
    }

    /** Policies that an update omits, and the annotation of a resize. */
    Mutation updated(List<GovernedTemplate> templates, boolean united) {
        boolean resized = false;
        for (GovernedTemplate governed : templates) {
            TemplateUpdate update = restored(TemplateUpdate.of(governed));
            resized |= isResizedInPlace(update) || (united && isSubsetResizedInPlace(update));
        }
        if (resized) {
            annotate();
        }
        return new Mutation(patch, warnings);
    }

    private boolean isSubsetResizedInPlace(TemplateUpdate child) {
        if (!child.governed().wanted().isInPlace()) {
            return false;
        }
        TemplateDiff diff = child.compare(ObjectStage.SUBMITTED, profile).diff();
        return UnitedDeploymentTemplates.subsets(attributes, diff, true, false).patched().stream()
                .anyMatch(subset -> UnitedDeploymentTemplates.patched(child, subset)
                        .filter(this::isResizedInPlace)
                        .isPresent());
    }

    /** The API server refuses every change of a Pod's resizePolicy, so a Pod stays as it is. */
    private TemplateUpdate restored(TemplateUpdate update) {
        if (update.governed().origin().isPod() || !isComparable(update.after()) || !isComparable(update.before())) {
            return update;
        }
        Map<Integer, JsonNode> policies = new HashMap<>();
        for (Addition addition : defaults.forUpdate(update.before(), update.after(), annotation(update), warnings)) {
            patch.add(addition.at(update.pointer()));
            // An appended entry is for a new container, whose policies are compared with nothing.
            if (!addition.appended()) {
                policies.put(addition.container(), addition.policies());
            }
        }
        return update.with(update.after().withResizePolicies(policies));
    }

    private static boolean isComparable(PodTemplate template) {
        return template.containers().size() <= ObjectLimits.MAX_CONTAINERS;
    }

    private String annotation(TemplateUpdate update) {
        return update.governed().origin().isPod()
                ? object.annotation(AnnotationKeys.RESIZE_POLICY)
                : update.after().annotation(AnnotationKeys.RESIZE_POLICY);
    }

    /** Whether cpu or memory really changes and nothing stands in the way of doing it in place. */
    private boolean isResizedInPlace(TemplateUpdate update) {
        GovernedTemplate governed = update.governed();
        boolean inPlace = governed.origin().isPod() || governed.wanted().isInPlace();
        if (!inPlace || MaxSurge.recreates(governed)) {
            return false;
        }
        PodUpdate pods = update.compare(ObjectStage.SUBMITTED, profile);
        if (!pods.diff().touches(ChangeCategory.CPU_MEMORY)
                || pods.resizes().findAny().isEmpty()) {
            return false;
        }
        boolean enforced = governed.enforced() == UpdateStrategy.IN_PLACE_ONLY
                || governed.origin().isPod();
        return rules.check(pods).stream()
                .noneMatch(violation -> enforced || violation.consequence() != Consequence.POLICY);
    }

    private void annotate() {
        if (object.annotation(AnnotationKeys.RESIZE).equals(PROPOSED)) {
            return;
        }
        if (object.metadata().annotated()) {
            patch.add(new PatchOperation(
                    "/metadata/annotations/" + Mutation.escaped(AnnotationKeys.RESIZE), NODES.stringNode(PROPOSED)));
        } else {
            ObjectNode annotations = NODES.objectNode().put(AnnotationKeys.RESIZE, PROPOSED);
            patch.add(new PatchOperation("/metadata/annotations", annotations));
        }
    }
}
