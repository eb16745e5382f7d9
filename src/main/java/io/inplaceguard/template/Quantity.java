package io.inplaceguard.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * A Kubernetes quantity as a number, rounded up to milli as the API server stores it.
 * Source: ParseQuantity and Quantity.UnmarshalJSON (k8s.io/apimachinery/pkg/api/resource), SetDefaults_ResourceList
 * (pkg/apis/core/v1/defaults.go).
 *
 * @param text   as the user wrote it, to be shown
 * @param number cores, or bytes; scale 3
 */
public record Quantity(String text, BigDecimal number) implements Comparable<Quantity> {

    private static final Pattern EXPONENT = Pattern.compile("[eE][+-]?[0-9]{1,4}");
    private static final Map<String, BigDecimal> FACTORS = Map.ofEntries(
            Map.entry("n", BigDecimal.ONE.movePointLeft(9)),
            Map.entry("u", BigDecimal.ONE.movePointLeft(6)),
            Map.entry("m", BigDecimal.ONE.movePointLeft(3)),
            Map.entry("k", BigDecimal.TEN.pow(3)),
            Map.entry("M", BigDecimal.TEN.pow(6)),
            Map.entry("G", BigDecimal.TEN.pow(9)),
            Map.entry("T", BigDecimal.TEN.pow(12)),
            Map.entry("P", BigDecimal.TEN.pow(15)),
            Map.entry("E", BigDecimal.TEN.pow(18)),
            Map.entry("Ki", binary(10)),
            Map.entry("Mi", binary(20)),
            Map.entry("Gi", binary(30)),
            Map.entry("Ti", binary(40)),
            Map.entry("Pi", binary(50)),
            Map.entry("Ei", binary(60)));

    private static BigDecimal binary(int exponent) {
        return new BigDecimal(BigInteger.ONE.shiftLeft(exponent));
    }

    /** Nobody means a number of more digits; and 1e999999999 must not become a billion of them. */
    private static final int MOST_DIGITS = 64;

    /**
     * The quantity a JSON value stands for: a string, a number, or null, which Go reads as zero.
     *
     * @return empty where it is none
     */
    public static Optional<Quantity> of(JsonNode value) {
        if (value.isNull()) {
            return Optional.of(new Quantity("0", BigDecimal.ZERO));
        }
        if (value.isString()) {
            return parse(value.stringValue());
        }
        return value.isNumber() ? parse(value.asString()) : Optional.empty();
    }

    /**
     * Reads a quantity such as {@code 500m}, {@code 1.5Gi} or {@code 2e9}.
     *
     * @return empty where the text is none
     */
    public static Optional<Quantity> parse(String text) {
        String trimmed = text.strip();
        if (trimmed.isEmpty() || trimmed.length() > MOST_DIGITS) {
            return Optional.empty();
        }
        boolean negative = trimmed.charAt(0) == '-';
        int start = negative || trimmed.charAt(0) == '+' ? 1 : 0;
        int end = start;
        int points = 0;
        while (end < trimmed.length() && (isDigit(trimmed.charAt(end)) || trimmed.charAt(end) == '.')) {
            points += trimmed.charAt(end++) == '.' ? 1 : 0;
        }
        if (points > 1 || end - start == points) {
            return Optional.empty();
        }
        BigDecimal number = new BigDecimal(trimmed.substring(start, end));
        return scaled(number, trimmed.substring(end))
                .map(scaled -> scaled.setScale(3, RoundingMode.CEILING))
                .map(rounded -> new Quantity(trimmed, negative ? rounded.negate() : rounded));
    }

    /** A number with its suffix: nothing, a decimal exponent, or a word such as {@code Mi}. */
    private static Optional<BigDecimal> scaled(BigDecimal number, String suffix) {
        if (suffix.isEmpty()) {
            return Optional.of(number);
        }
        BigDecimal factor = FACTORS.get(suffix);
        if (factor != null) {
            return Optional.of(number.multiply(factor));
        }
        if (!EXPONENT.matcher(suffix).matches()) {
            return Optional.empty();
        }
        int exponent = Integer.parseInt(suffix.substring(1));
        return Math.abs(exponent) > MOST_DIGITS ? Optional.empty() : Optional.of(number.scaleByPowerOfTen(exponent));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** Whether this is more than nothing. The API server leaves zero quantities out of the QoS class. */
    public boolean isPositive() {
        return number.signum() > 0;
    }

    /** Whether the two are the same number: {@code 1000m} and {@code 1} are. */
    public boolean sameAs(Quantity other) {
        return number.compareTo(other.number) == 0;
    }

    @Override
    public int compareTo(Quantity other) {
        return number.compareTo(other.number);
    }

    /** As the user wrote it. */
    @Override
    public String toString() {
        return text;
    }
}
