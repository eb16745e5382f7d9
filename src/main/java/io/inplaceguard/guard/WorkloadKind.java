package io.inplaceguard.guard;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A kind that the guard governs: where its pod templates and its update strategy are.
 * Source: the types in apis/apps/v1alpha1 and v1beta1 of OpenKruise.
 *
 * @param group     API group; empty for core
 * @param kind      such as {@code CloneSet}
 * @param versions  API versions
 * @param templates its pod templates; empty for a Pod and for a SidecarSet, whose spec is read as a whole
 * @param mutated   whether defaults of resizePolicy and the annotation of a resize are written
 * @param custom    the configuration of a custom kind; null for built-in kinds
 */
record WorkloadKind(
        String group,
        String kind,
        Set<String> versions,
        List<Template> templates,
        boolean mutated,
        @Nullable CustomKind custom) {

    /**
     * Where a pod template is.
     *
     * @param owner      dotted path of the spec that has the strategy and volumeClaimTemplates
     * @param path       dotted path of the template
     * @param controller what carries its updates out
     * @param layout     where {@code owner} has the strategy
     * @param child      whether this is the child of a UnitedDeployment, which exists only where {@code owner} does
     */
    record Template(String owner, String path, Controller controller, StrategyLayout layout, boolean child) {}

    private static final String OPENKRUISE = "apps.kruise.io";
    private static final Set<String> BOTH = Set.of("v1alpha1", "v1beta1");

    static final WorkloadKind POD = new WorkloadKind("", "Pod", Set.of("v1"), List.of(), true, null);
    static final WorkloadKind SIDECAR_SET = new WorkloadKind(OPENKRUISE, "SidecarSet", BOTH, List.of(), false, null);
    static final WorkloadKind UNITED_DEPLOYMENT = new WorkloadKind(
            OPENKRUISE,
            "UnitedDeployment",
            BOTH,
            List.of(
                    child("cloneSetTemplate", Controller.CLONE_SET, StrategyLayout.TYPE_OR_POD_UPDATE_POLICY),
                    child("advancedStatefulSetTemplate", Controller.STATEFUL_SET, StrategyLayout.POD_UPDATE_POLICY)),
            true,
            null);

    /** The built-in kinds. CloneSet has a row for each version, because its strategy moved. */
    static final List<WorkloadKind> BUILT_IN = List.of(
            POD,
            workload("CloneSet", Set.of("v1alpha1"), Controller.CLONE_SET, StrategyLayout.TYPE),
            workload("CloneSet", Set.of("v1beta1"), Controller.CLONE_SET, StrategyLayout.POD_UPDATE_POLICY),
            workload("StatefulSet", BOTH, Controller.STATEFUL_SET, StrategyLayout.POD_UPDATE_POLICY),
            workload("DaemonSet", BOTH, Controller.DAEMON_SET, StrategyLayout.ROLLING_UPDATE_TYPE),
            SIDECAR_SET,
            UNITED_DEPLOYMENT);

    private static WorkloadKind workload(
            String kind, Set<String> versions, Controller controller, StrategyLayout layout) {
        Template template = new Template("spec", "spec.template", controller, layout, false);
        return new WorkloadKind(OPENKRUISE, kind, versions, List.of(template), true, null);
    }

    private static Template child(String name, Controller controller, StrategyLayout layout) {
        String owner = "spec.template." + name + ".spec";
        return new Template(owner, owner + ".template", controller, layout, true);
    }

    /** The row of a configured kind, whose templates are compared as those of an advanced StatefulSet. */
    static WorkloadKind of(CustomKind custom) {
        List<Template> templates = custom.templates().stream()
                .map(path -> new Template("spec", path, Controller.STATEFUL_SET, StrategyLayout.CUSTOM, false))
                .toList();
        return new WorkloadKind(custom.group(), custom.kind(), Set.copyOf(custom.versions()), templates, false, custom);
    }

    boolean isPod() {
        return group.isEmpty();
    }

    boolean isSidecarSet() {
        return custom == null && kind.equals("SidecarSet");
    }

    boolean isUnitedDeployment() {
        return custom == null && kind.equals("UnitedDeployment");
    }

    /**
     * Whether the object, or its subresource, is of this kind. {@code status} and {@code scale} cannot change a template;
     * {@code pods/resize} is the one subresource that can.
     */
    boolean matches(AdmissionAttributes attributes) {
        return kind.equals(attributes.kind())
                && group.equals(attributes.group())
                && versions.contains(attributes.version())
                && (attributes.subresource().isEmpty()
                        || (isPod() && attributes.subresource().equals("resize")));
    }
}
