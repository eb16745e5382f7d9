package io.inplaceguard.guard;

import tools.jackson.databind.JsonNode;

/** How a workload brings a changed template to its pods. */
public enum UpdateStrategy {
    /** Pods are recreated, or nothing is rolled out: nothing to hold to the rules. */
    RECREATE,
    /** In place where that is possible, recreated otherwise. */
    IN_PLACE_IF_POSSIBLE,
    /** In place and never otherwise: what cannot be done in place is retried for ever. */
    IN_PLACE_ONLY,
    /** A SidecarSet: images in place, existing pods skipped for anything else. */
    SIDECAR_IMAGES;

    /** Whether changes may reach running pods in place. */
    boolean isInPlace() {
        return this == IN_PLACE_ONLY || this == IN_PLACE_IF_POSSIBLE;
    }

    /**
     * The strategy a stored CloneSet or advanced StatefulSet has; RECREATE, the default, where it cannot be read.
     *
     * @param version of {@code apps.kruise.io}
     */
    public static UpdateStrategy of(String kind, String version, JsonNode spec) {
        return WorkloadKind.strategyOf(kind, version, spec);
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
