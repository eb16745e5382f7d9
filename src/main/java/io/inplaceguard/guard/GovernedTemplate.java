package io.inplaceguard.guard;

import io.inplaceguard.guard.WorkloadKind.Template;
import io.inplaceguard.rule.Enforcement;
import io.inplaceguard.template.FieldPath;
import io.inplaceguard.template.JsonTree;
import io.inplaceguard.template.TemplateOrigin;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A pod template of an updated object and the strategy that governs it, before anything of the template is read.
 *
 * @param row         where the template and its strategy are
 * @param origin      what kind of object it is part of
 * @param ownerBefore the stored spec that has the template; an empty object without one
 * @param ownerAfter  the new spec that has the template; an empty object without one
 * @param stored      strategy of the stored object
 * @param wanted      strategy of the new object: the one that counts
 * @param annotated   whether the stored or the new object has the annotation that enforces InPlaceOnly
 * @param finished    whether this is a Pod that has Succeeded or Failed
 */
record GovernedTemplate(
        Template row,
        TemplateOrigin origin,
        JsonNode ownerBefore,
        JsonNode ownerAfter,
        UpdateStrategy stored,
        UpdateStrategy wanted,
        boolean annotated,
        boolean finished) {

    private static final Template POD = new Template("spec", "", Controller.KUBELET, StrategyLayout.CUSTOM, false);
    private static final Template SIDECAR_SET =
            new Template("spec", "", Controller.SIDECAR_SET, StrategyLayout.SIDECAR_SET, false);

    /**
     * The templates of an object, in the order of the kind's table. A child of a UnitedDeployment that arrives or leaves
     * updates no pod and is left out.
     *
     * @throws MalformedObjectException when the new object's strategy cannot be read
     */
    static List<GovernedTemplate> of(WorkloadKind kind, AdmissionAttributes attributes, OwnerStrategies owners) {
        if (kind.isPod()) {
            return List.of(pod(attributes, owners));
        }
        JsonNode after = spec(attributes.object());
        if (!after.isObject()) {
            throw new MalformedObjectException("spec", "The new object has a spec that is not an object. Correct it.");
        }
        if (kind.isSidecarSet()) {
            return List.of(workload(SIDECAR_SET, TemplateOrigin.SIDECARS, attributes, kind));
        }
        List<GovernedTemplate> templates = new ArrayList<>();
        for (Template row : kind.templates()) {
            GovernedTemplate template = workload(row, TemplateOrigin.WORKLOAD, attributes, kind);
            boolean exists = template.ownerAfter.isObject()
                    && (template.ownerBefore.isObject() || attributes.oldObject() == null);
            if (!row.child() || exists) {
                templates.add(template);
            }
        }
        return templates;
    }

    private static GovernedTemplate workload(
            Template row, TemplateOrigin origin, AdmissionAttributes attributes, WorkloadKind kind) {
        JsonNode before = at(spec(attributes.oldObject()), row.owner());
        JsonNode after = at(spec(attributes.object()), row.owner());
        UpdateStrategy wanted = after.isObject()
                ? UpdateStrategyReader.read(row.layout(), row.owner(), after, kind.custom())
                : UpdateStrategy.RECREATE;
        return new GovernedTemplate(
                row,
                origin,
                before,
                after,
                UpdateStrategyReader.readStored(row.layout(), before, kind.custom()),
                wanted,
                isAnnotated(attributes),
                false);
    }

    private static GovernedTemplate pod(AdmissionAttributes attributes, OwnerStrategies owners) {
        UpdateStrategy strategy = isAnnotated(attributes) || isOwnedInPlaceOnly(attributes, owners)
                ? UpdateStrategy.IN_PLACE_ONLY
                : UpdateStrategy.RECREATE;
        return new GovernedTemplate(
                POD,
                attributes.subresource().equals("resize") ? TemplateOrigin.POD_RESIZE : TemplateOrigin.POD,
                spec(attributes.oldObject()),
                spec(attributes.object()),
                strategy,
                strategy,
                false,
                hasFinished(attributes.oldObject()) || hasFinished(attributes.object()));
    }

    /** A Pod is never recreated by an update of itself, so an owner that may recreate enforces nothing on it. */
    private static boolean isOwnedInPlaceOnly(AdmissionAttributes attributes, OwnerStrategies owners) {
        ObjectView pod = Optional.ofNullable(attributes.oldObject()).orElse(attributes.object());
        String controller = pod == null ? null : pod.metadata().controllerUid();
        return controller != null && owners.strategyOf(controller) == UpdateStrategy.IN_PLACE_ONLY;
    }

    /** The stored object counts too: removing the annotation together with a forbidden change does not help. */
    private static boolean isAnnotated(AdmissionAttributes attributes) {
        return isAnnotated(attributes.oldObject()) || isAnnotated(attributes.object());
    }

    private static boolean isAnnotated(@Nullable ObjectView object) {
        return object != null && object.annotation(AnnotationKeys.UPDATE_POLICY).equals("InPlaceOnly");
    }

    private static boolean hasFinished(@Nullable ObjectView pod) {
        String phase = pod == null ? null : pod.status().phase();
        return "Succeeded".equals(phase) || "Failed".equals(phase);
    }

    private static JsonNode spec(@Nullable ObjectView object) {
        return object == null ? JsonTree.EMPTY : object.spec();
    }

    /** The value at a dotted path that begins with {@code spec}. */
    static JsonNode at(JsonNode spec, String path) {
        JsonNode node = spec;
        int from = "spec".length();
        while (from < path.length()) {
            int end = path.indexOf('.', from + 1);
            node = node.path(path.substring(from + 1, end < 0 ? path.length() : end));
            from = end < 0 ? path.length() : end;
        }
        return node;
    }

    /** The strategy that is enforced: an annotation can only tighten the object's own. */
    UpdateStrategy enforced() {
        return annotated ? UpdateStrategy.IN_PLACE_ONLY : wanted;
    }

    /** Why InPlaceOnly is enforced, or would be. */
    Enforcement enforcement() {
        if (origin.isPod()) {
            return Enforcement.POD;
        }
        return annotated && wanted != UpdateStrategy.IN_PLACE_ONLY ? Enforcement.ANNOTATION : Enforcement.STRATEGY;
    }

    /** Whether pods are recreated anyway, so that nothing has to be compared. A Pod is resized whatever its owner's strategy. */
    boolean isRecreatedAnyway() {
        return enforced() == UpdateStrategy.RECREATE && stored != UpdateStrategy.IN_PLACE_ONLY && !origin.isPod();
    }

    /** Whether this is a template of a configured kind. */
    boolean isCustom() {
        return row.layout() == StrategyLayout.CUSTOM && !origin.isPod();
    }

    /** Whether another controller creates an OpenKruise workload from it, whose template gets its defaults only then. */
    boolean isChild() {
        return row.child() || isCustom();
    }

    /** What carries the update out. */
    Controller controller() {
        return row.controller();
    }

    /** Where the template is in the object. */
    FieldPath path() {
        return FieldPath.of(row.path());
    }

    /** The stored value of the template: metadata and spec. */
    JsonNode templateBefore() {
        return template(ownerBefore);
    }

    /** The new value of the template. */
    JsonNode templateAfter() {
        return template(ownerAfter);
    }

    private JsonNode template(JsonNode owner) {
        return row.path().isEmpty()
                ? owner
                : at(owner, "spec" + row.path().substring(row.owner().length()));
    }
}
