package io.inplaceguard.template;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A Kubernetes quantity as a number, rounded up to milli as the API server stores it.
 * Source: ParseQuantity and Quantity.UnmarshalJSON (k8s.io/apimachinery/pkg/api/resource), SetDefaults_ResourceList
 * (pkg/apis/core/v1/defaults.go). Written by hand because the Quantity of fabric8 reads neither JSON numbers nor null, does
 * not round, does not bound exponents and does not write Go's text.
 *
 * @param text   as the user wrote it, to be shown
 * @param number cores, or bytes; scale 3
 */
public record Quantity(String text, BigDecimal number) implements Comparable<Quantity> {

    /** Digits of a decimal number that every double keeps, so that Go writes the same ones back. */
    private static final int DOUBLE_DIGITS = 15;

    /** Quantities that were read before, by their text; any may be replaced at any time. Most objects have the same few. */
    private static final Quantity[] PARSED = new Quantity[512];

    private static final int MAX_CACHED = 16;

    private static final BigDecimal GO_PLAIN_FROM = new BigDecimal("1e-6");
    private static final BigDecimal GO_PLAIN_BELOW = new BigDecimal("1e21");

    /**
     * The quantity of a JSON value: a string, a number, or null, which Go reads as zero.
     *
     * @return empty where it is not a quantity
     */
    public static Optional<Quantity> of(JsonNode value) {
        return value.isString()
                ? parse(value.stringValue())
                : read(value).map(quantity -> new Quantity(shown(value), milli(quantity)));
    }

    /**
     * Reads a quantity such as {@code 500m}, {@code 1.5Gi} or {@code 2e9}.
     *
     * @return empty where the text is not a quantity
     */
    public static Optional<Quantity> parse(String text) {
        int slot = text.hashCode() & (PARSED.length - 1);
        Quantity known = PARSED[slot];
        if (known != null && known.text.equals(text)) {
            return Optional.of(known);
        }
        String trimmed = trimmed(text);
        Optional<Quantity> parsed = GoQuantity.parse(trimmed).map(quantity -> new Quantity(trimmed, milli(quantity)));
        if (parsed.isPresent() && trimmed.length() <= MAX_CACHED) {
            PARSED[trimmed.hashCode() & (PARSED.length - 1)] = parsed.get();
        }
        return parsed;
    }

    private static BigDecimal milli(GoQuantity quantity) {
        return quantity.amount().setScale(3, RoundingMode.UP);
    }

    /**
     * The text that Go writes for a JSON value, which is what OpenKruise compares.
     *
     * @param rounded whether SetDefaults_ResourceList rounds it up to milli before
     * @return empty where the value is not a quantity
     */
    static Optional<String> canonical(JsonNode value, boolean rounded) {
        return read(value).map(quantity -> (rounded ? quantity.roundedToMilli() : quantity).canonical());
    }

    private static Optional<GoQuantity> read(JsonNode value) {
        if (value.isNull()) {
            return GoQuantity.parse("0");
        }
        return value.isString() || value.isNumber() ? GoQuantity.parse(shown(value)) : Optional.empty();
    }

    private static String shown(JsonNode value) {
        return value.isString() ? trimmed(value.stringValue()) : value.isNumber() ? number(value) : "0";
    }

    /** A JSON number as the API server stores it: an integer of 64 bits, else a double as Go writes it. */
    private static String number(JsonNode value) {
        if (value.canConvertToLong() && value.isIntegralNumber()) {
            return Long.toString(value.longValue());
        }
        BigDecimal decimal = value.decimalValue().stripTrailingZeros();
        if (decimal.precision() > DOUBLE_DIGITS) {
            double nearest = decimal.doubleValue();
            if (Double.isInfinite(nearest)) {
                return decimal.toString();
            }
            decimal = new BigDecimal(Double.toString(nearest)).stripTrailingZeros();
        }
        BigDecimal size = decimal.abs();
        return size.signum() == 0 || (size.compareTo(GO_PLAIN_FROM) >= 0 && size.compareTo(GO_PLAIN_BELOW) < 0)
                ? decimal.toPlainString()
                : scientific(decimal);
    }

    private static String scientific(BigDecimal decimal) {
        String digits = decimal.unscaledValue().abs().toString();
        int exponent = digits.length() - 1 - decimal.scale();
        String sign = decimal.signum() < 0 ? "-" : "";
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        return sign + digits.charAt(0) + fraction + (exponent < 0 ? "e" : "e+") + exponent;
    }

    /** Without what Go's strings.TrimSpace removes, which is more than String.strip does. */
    private static String trimmed(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isSpace(char c) {
        return (c <= '\r' && c >= '\t') || c == '\u0085' || Character.isSpaceChar(c);
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
