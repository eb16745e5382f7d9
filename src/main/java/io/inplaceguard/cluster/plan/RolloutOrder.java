package io.inplaceguard.cluster.plan;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * How many pods a strategy updates, and how fast.
 *
 * @param total          pods of the workload
 * @param updated        pods the strategy lets go to the new revision
 * @param kept           why the others stay; empty where all are updated
 * @param maxUnavailable how many may be unavailable at a time, as the object has it: a number or a percentage
 * @param paused         whether the rollout waits until it is resumed
 */
record RolloutOrder(int total, int updated, String kept, String maxUnavailable, boolean paused) {

    /**
     * The order of an object's own strategy.
     *
     * @param object   the object as it would be stored
     * @param liveness pods that exist now
     */
    static RolloutOrder of(JsonNode object, int liveness) {
        JsonNode spec = object.path("spec");
        String kind = object.path("kind").asString("");
        JsonNode strategy = spec.path("updateStrategy");
        // CloneSet v1alpha1 and SidecarSet have no rollingUpdate; both have the same words one level higher.
        JsonNode rolling = strategy.path("rollingUpdate").isObject() ? strategy.path("rollingUpdate") : strategy;
        boolean byNode = kind.equals("DaemonSet") || kind.equals("SidecarSet");
        int total = byNode ? liveness : spec.path("replicas").asInt(1);
        boolean paused = rolling.path("paused").asBoolean(false);
        String unavailable = text(rolling.path("maxUnavailable")).orElse(kind.equals("CloneSet") ? "20%" : "1");
        int kept = kind.equals("UnitedDeployment") ? manual(strategy) : kept(kind, rolling, total);
        String why = kept == 0 ? "" : "partition keeps " + Math.min(kept, total) + " at the old revision";
        return new RolloutOrder(total, Math.max(0, total - kept), why, unavailable, paused);
    }

    private static int kept(String kind, JsonNode rolling, int total) {
        Optional<String> partition = text(rolling.path("partition"));
        if (partition.isEmpty()) {
            return 0;
        }
        if (!partition.get().endsWith("%")) {
            // Of a StatefulSet the partition is the first ordinal that is updated: as many pods are below it.
            return Math.min(rolling.path("partition").asInt(0), total);
        }
        BigDecimal share = percent(partition.get());
        int kept = share.multiply(BigDecimal.valueOf(total))
                .setScale(0, RoundingMode.UP)
                .intValue();
        // OpenKruise updates at least one pod below 100 % (CalculatePartitionReplicas).
        return kind.equals("CloneSet") && kept == total && total > 1 && share.compareTo(BigDecimal.ONE) < 0
                ? total - 1
                : Math.min(kept, total);
    }

    private static int manual(JsonNode strategy) {
        int kept = 0;
        for (JsonNode partition : strategy.at("/manualUpdate/partitions")) {
            kept += partition.asInt(0);
        }
        return kept;
    }

    private static BigDecimal percent(String text) {
        try {
            return new BigDecimal(text.substring(0, text.length() - 1)).movePointLeft(2);
        } catch (NumberFormatException e) {
            return BigDecimal.ZERO;
        }
    }

    private static Optional<String> text(JsonNode value) {
        return value.isString() || value.isNumber() ? Optional.of(value.asString()) : Optional.empty();
    }
}
