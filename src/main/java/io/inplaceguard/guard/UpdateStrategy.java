package io.inplaceguard.guard;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** How a workload brings a changed template to its pods. */
public enum UpdateStrategy {
    /** Pods are recreated, or nothing is rolled out: no rule is enforced. */
    RECREATE,
    /** In place where that is possible, recreated otherwise. */
    IN_PLACE_IF_POSSIBLE,
    /** In place and never otherwise: what cannot be done in place is retried forever. */
    IN_PLACE_ONLY,
    /** A SidecarSet: images in place, existing pods are skipped for anything else. */
    SIDECAR_IMAGES;

    /** Whether changes may reach running pods in place. */
    boolean isInPlace() {
        return this == IN_PLACE_ONLY || this == IN_PLACE_IF_POSSIBLE;
    }

    /**
     * The strategy that a stored workload enforces on its pods: InPlaceOnly by its annotation, else that of its spec;
     * RECREATE, the default, where that cannot be read and for kinds that have no InPlaceOnly of their own.
     *
     * @param version      of {@code apps.kruise.io}
     * @param updatePolicy its annotation {@code inplace-guard.io/update-policy}; null without one
     */
    public static UpdateStrategy ofOwner(String kind, String version, JsonNode spec, @Nullable String updatePolicy) {
        if ("InPlaceOnly".equals(updatePolicy)) {
            return IN_PLACE_ONLY;
        }
        return switch (kind) {
            case "CloneSet" ->
                UpdateStrategyReader.readStored(
                        version.equals("v1alpha1") ? StrategyLayout.TYPE : StrategyLayout.POD_UPDATE_POLICY,
                        spec,
                        null);
            case "StatefulSet" -> UpdateStrategyReader.readStored(StrategyLayout.POD_UPDATE_POLICY, spec, null);
            case "DaemonSet" -> UpdateStrategyReader.readStored(StrategyLayout.ROLLING_UPDATE_TYPE, spec, null);
            default -> RECREATE;
        };
    }

    /** The same for a workload of a configured kind, whose policy is where the configuration has it. */
    public static UpdateStrategy ofOwner(CustomKind kind, JsonNode spec, @Nullable String updatePolicy) {
        return "InPlaceOnly".equals(updatePolicy)
                ? IN_PLACE_ONLY
                : UpdateStrategyReader.readStored(StrategyLayout.CUSTOM, spec, kind);
    }

    /** The strategy of that name in CloneSet and advanced StatefulSet; RECREATE, the default, for any other. */
    static UpdateStrategy named(String word) {
        return switch (word) {
            case "InPlaceOnly" -> IN_PLACE_ONLY;
            case "InPlaceIfPossible" -> IN_PLACE_IF_POSSIBLE;
            default -> RECREATE;
        };
    }
}
