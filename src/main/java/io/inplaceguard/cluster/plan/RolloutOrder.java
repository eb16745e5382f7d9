package io.inplaceguard.cluster.plan;

import io.inplaceguard.cluster.Partition;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * How many pods a strategy updates, and how fast.
 *
 * @param total          pods of the workload
 * @param updated        pods the strategy lets go to the new revision
 * @param kept           why the others stay; empty where all are updated
 * @param order          which pods come first; empty where the controller has no order
 * @param maxUnavailable how many may be unavailable at a time, as the object has it: a number or a percentage
 * @param paused         whether the rollout waits until it is resumed
 */
record RolloutOrder(int total, int updated, String kept, String order, String maxUnavailable, boolean paused) {

    /**
     * The order of an object's own strategy.
     *
     * @param object   the object as it would be stored
     * @param liveness pods that exist now
     */
    static RolloutOrder of(JsonNode object, int liveness) {
        JsonNode spec = object.path("spec");
        String kind = object.path("kind").asString("");
        JsonNode rolling = Partition.rolling(object);
        boolean byNode = kind.equals("DaemonSet") || kind.equals("SidecarSet");
        int total = byNode ? liveness : spec.path("replicas").asInt(1);
        boolean paused = Partition.isPaused(object);
        String unavailable = text(rolling.path("maxUnavailable")).orElse(kind.equals("CloneSet") ? "20%" : "1");
        int kept =
                kind.equals("UnitedDeployment") ? manual(spec.path("updateStrategy")) : Partition.kept(object, total);
        String why = kept == 0 ? "" : "partition keeps " + Math.min(kept, total) + " at the old revision";
        return new RolloutOrder(total, Math.max(0, total - kept), why, order(kind, rolling), unavailable, paused);
    }

    /** Source: SortUpdateIndexes of the CloneSet and the rolling update of the advanced StatefulSet in OpenKruise. */
    private static String order(String kind, JsonNode rolling) {
        boolean unordered = rolling.path("unorderedUpdate").isObject();
        JsonNode strategy = unordered ? rolling.path("unorderedUpdate") : rolling;
        boolean priority = strategy.path("priorityStrategy").isObject();
        return switch (kind) {
            case "CloneSet" ->
                priority
                        ? "by its priorityStrategy"
                        : rolling.path("scatterStrategy").isEmpty() ? "not-ready pods first" : "scattered";
            case "StatefulSet" -> !unordered ? "the highest ordinal first" : priority ? "by its priorityStrategy" : "";
            default -> "";
        };
    }

    private static int manual(JsonNode strategy) {
        int kept = 0;
        for (JsonNode partition : strategy.at("/manualUpdate/partitions")) {
            kept += partition.asInt(0);
        }
        return kept;
    }

    private static Optional<String> text(JsonNode value) {
        return value.isString() || value.isNumber() ? Optional.of(value.asString()) : Optional.empty();
    }
}
