package io.inplaceguard.cluster;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The parts of an update strategy that keep pods at the old revision, wherever a version of a kind has them. */
public final class Partition {

    private Partition() {}

    /** Where partition, paused and maxUnavailable are: CloneSet v1alpha1 and SidecarSet have them one level higher. */
    public static JsonNode rolling(JsonNode object) {
        JsonNode strategy = object.at("/spec/updateStrategy");
        return strategy.path("rollingUpdate").isObject() ? strategy.path("rollingUpdate") : strategy;
    }

    /** Whether the rollout waits until it is resumed. */
    public static boolean isPaused(JsonNode object) {
        return rolling(object).path("paused").asBoolean(false)
                || object.at("/spec/updateStrategy/paused").asBoolean(false);
    }

    /**
     * How many pods the partition keeps at the old revision.
     *
     * @param total pods of the workload
     */
    public static int kept(JsonNode object, int total) {
        JsonNode value = rolling(object).path("partition");
        if (value.isNumber()) {
            // Of a StatefulSet the partition is the first ordinal that is updated: as many pods are below it.
            return Math.max(0, Math.min(value.asInt(0), total));
        }
        Optional<BigDecimal> share = percent(value);
        if (share.isEmpty()) {
            return 0;
        }
        int kept = share.get()
                .multiply(BigDecimal.valueOf(total))
                .setScale(0, RoundingMode.UP)
                .intValue();
        // OpenKruise updates at least one pod below 100 % (CalculatePartitionReplicas).
        return object.path("kind").asString("").equals("CloneSet")
                        && kept == total
                        && total > 1
                        && share.get().compareTo(BigDecimal.ONE) < 0
                ? total - 1
                : Math.max(0, Math.min(kept, total));
    }

    private static Optional<BigDecimal> percent(JsonNode value) {
        String text = value.isString() ? value.stringValue() : "";
        return text.matches("\\d{1,3}%")
                ? Optional.of(new BigDecimal(text.substring(0, text.length() - 1)).movePointLeft(2))
                : Optional.empty();
    }
}
