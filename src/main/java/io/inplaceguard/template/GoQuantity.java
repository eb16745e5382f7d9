package io.inplaceguard.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A quantity as Go holds it: an exact amount, the format it was written in and, where Go takes the text for canonical
 * already, that text. Two quantities are the same to OpenKruise where Go writes the same text for them.
 * Source: ParseQuantity, CanonicalizeBytes and RoundUp (k8s.io/apimachinery/pkg/api/resource, 0.32). Libraries for Java
 * compare amounts and do not write Go's text.
 *
 * @param amount cores, bytes or a plain number
 * @param format what it is written in
 * @param kept   the text that Go writes back unchanged; null where Go makes a new one
 */
record GoQuantity(
        BigDecimal amount, Format format, @Nullable String kept) {

    enum Format {
        DECIMAL_EXPONENT,
        BINARY_SI,
        DECIMAL_SI
    }

    /** Suffix and power of ten or two of one format. */
    private record Suffix(int base, int exponent, Format format) {}

    /** Longer texts and larger exponents are refused, though Go reads them: the work per value must be bounded. */
    private static final int MAX_DIGITS = 64;

    /** Digits that Go parses without big numbers; only such texts are kept. */
    private static final int FAST_DIGITS = 18;

    private static final Pattern EXPONENT = Pattern.compile("[eE][+-]?[0-9]{1,4}");
    private static final BigDecimal MAX_BINARY = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final BigInteger KIBI = BigInteger.valueOf(1024);
    private static final String[] DECIMAL_SUFFIXES = {"n", "u", "m", "", "k", "M", "G", "T", "P", "E"};
    private static final String[] BINARY_SUFFIXES = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};

    private static final Map<String, Suffix> SUFFIXES = Map.ofEntries(
            Map.entry("", new Suffix(10, 0, Format.DECIMAL_SI)),
            Map.entry("n", new Suffix(10, -9, Format.DECIMAL_SI)),
            Map.entry("u", new Suffix(10, -6, Format.DECIMAL_SI)),
            Map.entry("m", new Suffix(10, -3, Format.DECIMAL_SI)),
            Map.entry("k", new Suffix(10, 3, Format.DECIMAL_SI)),
            Map.entry("M", new Suffix(10, 6, Format.DECIMAL_SI)),
            Map.entry("G", new Suffix(10, 9, Format.DECIMAL_SI)),
            Map.entry("T", new Suffix(10, 12, Format.DECIMAL_SI)),
            Map.entry("P", new Suffix(10, 15, Format.DECIMAL_SI)),
            Map.entry("E", new Suffix(10, 18, Format.DECIMAL_SI)),
            Map.entry("Ki", new Suffix(2, 10, Format.BINARY_SI)),
            Map.entry("Mi", new Suffix(2, 20, Format.BINARY_SI)),
            Map.entry("Gi", new Suffix(2, 30, Format.BINARY_SI)),
            Map.entry("Ti", new Suffix(2, 40, Format.BINARY_SI)),
            Map.entry("Pi", new Suffix(2, 50, Format.BINARY_SI)),
            Map.entry("Ei", new Suffix(2, 60, Format.BINARY_SI)));

    /**
     * Reads a quantity. As Go does, it reads a text without digits, such as {@code Mi} or {@code +}, as zero.
     *
     * @param text without surrounding white space
     * @return empty where Go reads no quantity, and where the text is too long
     */
    static Optional<GoQuantity> parse(String text) {
        if (text.isEmpty() || text.length() > MAX_DIGITS) {
            return Optional.empty();
        }
        boolean negative = text.charAt(0) == '-';
        int sign = negative || text.charAt(0) == '+' ? 1 : 0;
        int start = sign;
        while (start < text.length() && text.charAt(start) == '0') {
            start++;
        }
        int point = digitsEnd(text, start);
        boolean hasPoint = point < text.length() && text.charAt(point) == '.';
        int end = hasPoint ? digitsEnd(text, point + 1) : point;
        String whole = text.substring(start, point);
        String fraction = hasPoint ? text.substring(point + 1, end) : "";
        Suffix suffix = suffix(text.substring(end));
        if (suffix == null) {
            return Optional.empty();
        }
        // Go strips all leading zeros and counts the empty rest as one digit.
        String digits = (whole.isEmpty() ? "0" : whole) + fraction;
        GoQuantity fast = fast(text, negative, digits, fraction.length(), suffix);
        if (fast != null) {
            return Optional.of(fast);
        }
        boolean hasDigits = start > sign || !whole.isEmpty() || !fraction.isEmpty();
        return hasDigits ? Optional.of(exact(negative, digits, fraction.length(), suffix)) : Optional.empty();
    }

    private static int digitsEnd(String text, int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    private static @Nullable Suffix suffix(String text) {
        Suffix known = SUFFIXES.get(text);
        if (known != null || !EXPONENT.matcher(text).matches()) {
            return known;
        }
        int exponent = Integer.parseInt(text.substring(1));
        return Math.abs(exponent) > MAX_DIGITS ? null : new Suffix(10, exponent, Format.DECIMAL_EXPONENT);
    }

    /** The amount where Go needs no big numbers for it; null where it does. */
    private static @Nullable GoQuantity fast(
            String text, boolean negative, String digits, int fractionDigits, Suffix suffix) {
        boolean binary = suffix.format() == Format.BINARY_SI;
        int scale = binary ? 0 : suffix.exponent() - fractionDigits;
        int precision = binary ? 14 - digits.length() - suffix.exponent() * 3 / 10 : FAST_DIGITS - digits.length();
        if (precision < 0 || (binary && fractionDigits > 0) || scale < -9) {
            return null;
        }
        BigInteger value = new BigInteger(digits);
        BigInteger scaled = binary ? value.shiftLeft(suffix.exponent()) : value;
        if (scaled.bitLength() > 63) {
            return null;
        }
        boolean kept = binary
                ? value.testBit(0) || value.testBit(1) || value.testBit(2)
                : scale % 3 == 0 && !digits.endsWith("000") && digits.charAt(0) != '0';
        BigDecimal amount = new BigDecimal(negative ? scaled.negate() : scaled, -scale);
        return new GoQuantity(amount, suffix.format(), kept ? text : null);
    }

    /** The amount rounded up to nano and, in binary, capped. */
    private static GoQuantity exact(boolean negative, String digits, int fractionDigits, Suffix suffix) {
        BigDecimal number = new BigDecimal(new BigInteger(digits), fractionDigits);
        BigDecimal amount = suffix.base() == 10
                ? number.scaleByPowerOfTen(suffix.exponent())
                : number.multiply(new BigDecimal(BigInteger.ONE.shiftLeft(suffix.exponent())));
        if (amount.scale() > 9) {
            amount = amount.setScale(9, RoundingMode.UP);
        }
        Format format = suffix.format();
        if (format == Format.BINARY_SI) {
            amount = amount.min(MAX_BINARY);
            if (amount.signum() > 0 && amount.compareTo(BigDecimal.ONE) < 0) {
                format = Format.DECIMAL_SI;
            }
        }
        return new GoQuantity(negative ? amount.negate() : amount, format, null);
    }

    /** The text that Go writes for it. */
    String canonical() {
        if (kept != null) {
            return kept;
        }
        if (amount.signum() == 0) {
            return "0";
        }
        boolean binary = format == Format.BINARY_SI
                && amount.abs().compareTo(new BigDecimal(KIBI)) >= 0
                && amount.stripTrailingZeros().scale() <= 0;
        return binary ? binary() : decimal();
    }

    private String binary() {
        BigInteger mantissa = amount.toBigIntegerExact();
        int power = 0;
        BigInteger[] division = mantissa.divideAndRemainder(KIBI);
        while (division[1].signum() == 0) {
            mantissa = division[0];
            power++;
            division = mantissa.divideAndRemainder(KIBI);
        }
        return mantissa + BINARY_SUFFIXES[power];
    }

    private String decimal() {
        BigDecimal stripped = amount.stripTrailingZeros();
        int exponent = Math.floorDiv(-stripped.scale(), 3) * 3;
        BigInteger mantissa = stripped.movePointLeft(exponent).toBigIntegerExact();
        if (format == Format.DECIMAL_EXPONENT) {
            return exponent == 0 ? mantissa.toString() : mantissa + "e" + exponent;
        }
        int suffix = exponent / 3 + 3;
        // Beyond E Go has no suffix and writes the mantissa alone.
        return mantissa + (suffix >= 0 && suffix < DECIMAL_SUFFIXES.length ? DECIMAL_SUFFIXES[suffix] : "");
    }

    /** The same rounded up to milli, away from zero, as SetDefaults_ResourceList does. */
    GoQuantity roundedToMilli() {
        return amount.scale() <= 3 ? this : new GoQuantity(amount.setScale(3, RoundingMode.UP), format, null);
    }
}
