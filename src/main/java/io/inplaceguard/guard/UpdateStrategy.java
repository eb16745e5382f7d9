package io.inplaceguard.guard;

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
     * The strategy of a stored CloneSet, advanced StatefulSet or advanced DaemonSet; RECREATE, the default, where it cannot be read
     * and for every other kind.
     *
     * @param version of {@code apps.kruise.io}
     */
    public static UpdateStrategy of(String kind, String version, JsonNode spec) {
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

    /** The strategy of that name in CloneSet and advanced StatefulSet; RECREATE, the default, for any other. */
    static UpdateStrategy named(String word) {
        return switch (word) {
            case "InPlaceOnly" -> IN_PLACE_ONLY;
            case "InPlaceIfPossible" -> IN_PLACE_IF_POSSIBLE;
            default -> RECREATE;
        };
    }
}
