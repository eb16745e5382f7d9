package io.inplaceguard.cluster.plan;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import tools.jackson.databind.JsonNode;

/**
 * An amount of the two resources that can be resized.
 *
 * @param cpu    in cores
 * @param memory in bytes
 */
record Amount(BigDecimal cpu, BigDecimal memory) {

    static final Amount ZERO = new Amount(BigDecimal.ZERO, BigDecimal.ZERO);

    private static final int MAX_SCALE = 60;
    private static final BigDecimal KIBI = BigDecimal.valueOf(1024);

    /** The cpu and memory of a resource list such as {@code resources.requests}; what is absent or unreadable is 0. */
    static Amount of(JsonNode resources) {
        return new Amount(number(resources.path("cpu")), number(resources.path("memory")));
    }

    private static BigDecimal number(JsonNode value) {
        if (!value.isString() && !value.isNumber()) {
            return BigDecimal.ZERO;
        }
        try {
            BigDecimal amount = Quantity.getAmountInBytes(Quantity.parse(value.asString()));
            // The template of a custom resource is not validated; an exponent of a million digits would fill the
            // memory.
            return Math.abs(amount.scale()) > MAX_SCALE ? BigDecimal.ZERO : amount;
        } catch (IllegalArgumentException | ArithmeticException e) {
            return BigDecimal.ZERO;
        }
    }

    Amount plus(Amount other) {
        return new Amount(cpu.add(other.cpu), memory.add(other.memory));
    }

    Amount minus(Amount other) {
        return new Amount(cpu.subtract(other.cpu), memory.subtract(other.memory));
    }

    /** Whether both are the same amount, however it is written. */
    boolean same(Amount other) {
        return cpu.compareTo(other.cpu) == 0 && memory.compareTo(other.memory) == 0;
    }

    /** The larger one of each resource. */
    Amount max(Amount other) {
        return new Amount(cpu.max(other.cpu), memory.max(other.memory));
    }

    /** Whether neither resource is below zero. */
    boolean isCovered() {
        return cpu.signum() >= 0 && memory.signum() >= 0;
    }

    /** The same for what is left after a request: a resource that is not requested needs no room, even on a full node. */
    boolean isCoveredFor(Amount requested) {
        return (cpu.signum() >= 0 || requested.cpu.signum() == 0)
                && (memory.signum() >= 0 || requested.memory.signum() == 0);
    }

    /** What is missing in an amount that {@link #isCovered is not covered}, such as {@code 200m cpu and 64Mi memory}. */
    String missing() {
        String cores = cpu.signum() < 0 ? cpuText(cpu.negate()) + " cpu" : "";
        String bytes = memory.signum() < 0 ? memoryText(memory.negate()) + " memory" : "";
        return cores.isEmpty() || bytes.isEmpty() ? cores + bytes : cores + " and " + bytes;
    }

    private static String cpuText(BigDecimal cores) {
        BigDecimal milli = cores.movePointRight(3).setScale(0, RoundingMode.UP);
        return milli.remainder(BigDecimal.valueOf(1000)).signum() == 0
                ? milli.movePointLeft(3).toBigInteger().toString()
                : milli.toBigInteger() + "m";
    }

    private static String memoryText(BigDecimal bytes) {
        BigDecimal value = bytes.setScale(0, RoundingMode.UP);
        for (String unit : new String[] {"", "Ki", "Mi"}) {
            if (value.remainder(KIBI).signum() != 0 || value.compareTo(KIBI) < 0) {
                return value.toBigInteger() + unit;
            }
            value = value.divide(KIBI, 0, RoundingMode.UNNECESSARY);
        }
        return value.toBigInteger() + "Gi";
    }
}
