package io.inplaceguard.template;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The fields of a pod template: how Go holds each, which decides what its absence means, how paths name the elements of a
 * list, which category a change has and which defaults OpenKruise writes. Read once from {@code fields.txt}, whose head
 * explains its notation. A field that the table does not have is still a field, compared as it is.
 */
final class PodSchema {

    /** How a field's value is compared. */
    enum Shape {
        STRING,
        BOOL,
        INT,
        QUANTITY,
        STRUCT,
        LIST,
        STRINGS,
        QUANTITIES,
        OPAQUE,
        IGNORED
    }

    /**
     * One field.
     *
     * @param pointer      whether Go writes it even where it is "", false, 0, [] or {}, so that these differ from absence
     * @param type         of the struct, or of the list's elements; null for scalars, maps and lists of scalars
     * @param keys         the fields that name a list's elements in paths, as alternatives; empty where only their index does
     * @param mergeKey     by which a strategic merge patch merges the list; empty where it replaces it
     * @param category     of changes in it; null for that of what surrounds it
     * @param rounded      whether OpenKruise rounds its quantities up to milli
     * @param undefaulted  whether OpenKruise writes no defaults inside of it
     * @param ownKeys      whether keys of OpenKruise are left out
     * @param defaultValue what OpenKruise writes where it is absent; null for nothing
     * @param computed     the rule for what OpenKruise writes where it is absent; null for none
     */
    record Field(
            String name,
            Shape shape,
            boolean pointer,
            @Nullable StructType type,
            List<List<String>> keys,
            String mergeKey,
            @Nullable ChangeCategory category,
            boolean rounded,
            boolean undefaulted,
            boolean ownKeys,
            @Nullable JsonNode defaultValue,
            @Nullable ApiDefaults computed) {

        /**
         * The value as Go holds it: null where it is absent or means the same as absence.
         *
         * @param object    the object that has the field
         * @param defaulted whether the default that OpenKruise writes is put in its place
         */
        @Nullable
        JsonNode effectiveValue(JsonNode object, boolean defaulted) {
            JsonNode raw = object.get(name);
            if (raw != null && !raw.isNull() && (pointer || !isZero(raw))) {
                return raw;
            }
            if (!defaulted) {
                return null;
            }
            return computed == null ? defaultValue : computed.value(object);
        }

        /** Whether OpenKruise writes something where it is absent. */
        boolean hasDefault() {
            return defaultValue != null || computed != null;
        }

        private boolean isZero(JsonNode raw) {
            return switch (shape) {
                case STRING -> raw.isString() && raw.stringValue().isEmpty();
                case BOOL -> raw.isBoolean() && !raw.booleanValue();
                case INT -> raw.isNumber() && raw.decimalValue().signum() == 0;
                case QUANTITY ->
                    Quantity.canonical(raw, false).filter("0"::equals).isPresent();
                case LIST -> raw.isArray() && raw.isEmpty();
                case STRINGS, QUANTITIES, STRUCT -> raw.isObject() && raw.isEmpty();
                case OPAQUE, IGNORED -> false;
            };
        }

        /** The type of the struct or of the list's elements. Only for a shape that has one. */
        StructType elementType() {
            return Objects.requireNonNull(type, name);
        }
    }

    private static final JsonMapper JSON = new JsonMapper();
    private static final Map<String, StructType> TYPES = load("fields.txt");

    static final StructType POD_TEMPLATE = type("PodTemplateSpec");
    static final StructType SIDECAR_SET = type("SidecarSetSpec");
    static final StructType CLAIM_TEMPLATE = type("ClaimTemplate");

    private PodSchema() {}

    /** The type of that name. A name that the table does not have is a fault of the caller. */
    static StructType type(String name) {
        return Objects.requireNonNull(TYPES.get(name), name);
    }

    private static Map<String, StructType> load(String resource) {
        Map<String, StructType> types = new LinkedHashMap<>();
        StructType current = null;
        for (String line : lines(resource)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String text = line.strip();
            if (!line.startsWith(" ")) {
                current = header(text, types);
            } else if (text.startsWith("+ ")) {
                StructType included = Objects.requireNonNull(types.get(text.substring(2)), text);
                Objects.requireNonNull(current).include(included);
            } else {
                Field field = field(text, types);
                Objects.requireNonNull(current).add(field);
            }
        }
        types.values().forEach(StructType::complete);
        return types;
    }

    private static StructType header(String line, Map<String, StructType> types) {
        List<String> words = List.of(line.split("\\s+"));
        StructType type = types.computeIfAbsent(words.get(0), StructType::new);
        type.describe(words.contains("container"), words.contains("named"));
        return type;
    }

    /** Reads a line such as {@code name []Type by key of category = default}. */
    private static Field field(String line, Map<String, StructType> types) {
        String[] halves = line.split(" = ", 2);
        List<String> words = List.of(halves[0].strip().split("\\s+"));
        String word = words.get(1);
        boolean pointer = word.startsWith("*");
        String held = pointer ? word.substring(1) : word;
        boolean list = held.startsWith("[]");
        String bare = list ? held.substring(2) : held;
        Optional<Shape> scalar = scalar(bare);
        StructType type = scalar.isPresent() ? null : types.computeIfAbsent(bare, StructType::new);
        String keys = after("by", words);
        String category = after("of", words);
        Optional<ApiDefaults> computed = halves.length == 1 ? Optional.empty() : ApiDefaults.named(halves[1]);
        return new Field(
                words.get(0),
                list ? Shape.LIST : scalar.orElse(Shape.STRUCT),
                pointer,
                type,
                keys.isEmpty()
                        ? List.of()
                        : Stream.of(keys.split("\\|"))
                                .map(alternative -> List.of(alternative.split(",")))
                                .toList(),
                after("merged-by", words),
                category.isEmpty()
                        ? null
                        : ChangeCategory.valueOf(category.replace('-', '_').toUpperCase(Locale.ROOT)),
                words.contains("rounded"),
                words.contains("undefaulted"),
                words.contains("own-keys"),
                halves.length == 1 || computed.isPresent() ? null : JSON.readTree(halves[1]),
                computed.orElse(null));
    }

    private static String after(String word, List<String> words) {
        int at = words.indexOf(word);
        return at < 0 ? "" : words.get(at + 1);
    }

    private static Optional<Shape> scalar(String word) {
        return switch (word) {
            case "string" -> Optional.of(Shape.STRING);
            case "bool" -> Optional.of(Shape.BOOL);
            case "int" -> Optional.of(Shape.INT);
            case "quantity" -> Optional.of(Shape.QUANTITY);
            case "strings" -> Optional.of(Shape.STRINGS);
            case "quantities" -> Optional.of(Shape.QUANTITIES);
            case "opaque" -> Optional.of(Shape.OPAQUE);
            case "ignored" -> Optional.of(Shape.IGNORED);
            default -> Optional.empty();
        };
    }

    private static List<String> lines(String resource) {
        try (InputStream stream = Objects.requireNonNull(PodSchema.class.getResourceAsStream(resource), resource);
                BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
