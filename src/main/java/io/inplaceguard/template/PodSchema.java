package io.inplaceguard.template;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is known of the fields of a pod template: how Go holds each, which decides what its absence means, how the
 * elements of a list are told apart, and which defaults are written. Read once from {@code fields.txt}, whose head
 * explains its notation. A field the table does not name is still a field, compared as it stands.
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
     * @param pointer      whether Go holds it by pointer, so that "", false, 0 and {} differ from absence
     * @param type         of the struct, or of the list's elements; null for scalars, maps and lists of scalars
     * @param keys         the fields that tell a list's elements apart; empty where only their place does
     * @param ordered      whether the order of a keyed list means something
     * @param defaultValue what is written where it is absent; null for nothing
     */
    record Field(
            String name,
            Shape shape,
            boolean pointer,
            @Nullable Type type,
            List<String> keys,
            boolean ordered,
            @Nullable JsonNode defaultValue) {

        /** The value as Go would hold it: null where it is absent or says the same as absence. */
        @Nullable
        JsonNode effectiveValue(@Nullable JsonNode raw) {
            return raw == null || raw.isNull() || raw.isMissingNode() || !pointer && isZero(raw) ? defaultValue : raw;
        }

        private boolean isZero(JsonNode raw) {
            return switch (shape) {
                case STRING -> raw.isString() && raw.stringValue().isEmpty();
                case BOOL -> raw.isBoolean() && !raw.booleanValue();
                case INT -> raw.isNumber() && raw.decimalValue().signum() == 0;
                case QUANTITY ->
                    Quantity.of(raw)
                            .filter(quantity -> quantity.number().signum() == 0)
                            .isPresent();
                case LIST -> raw.isArray() && raw.isEmpty();
                case STRINGS, QUANTITIES, STRUCT -> raw.isObject() && raw.isEmpty();
                case OPAQUE, IGNORED -> false;
            };
        }

        /** The type of the struct or of the list's elements. Asked only where the shape has one. */
        Type elementType() {
            return Objects.requireNonNull(type, name);
        }
    }

    /** A struct: its fields by name, in the order of the Go type. */
    static final class Type {
        private final String name;
        private final Map<String, Field> fields = new LinkedHashMap<>();

        private Type(String name) {
            this.name = name;
        }

        /** The fields in the order of the Go type. */
        Iterable<Field> fields() {
            return fields.values();
        }

        boolean has(String field) {
            return fields.containsKey(field);
        }

        Field field(String field) {
            return Objects.requireNonNull(fields.get(field), () -> name + "." + field);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static final JsonMapper JSON = new JsonMapper();
    private static final Map<String, Type> TYPES = load("fields.txt");

    static final Type POD_TEMPLATE = type("PodTemplateSpec");
    static final Type CONTAINER = type("Container");
    static final Type SIDECAR_SET = type("SidecarSetSpec");
    static final Type CLAIM_TEMPLATES = type("VolumeClaimTemplates");

    private PodSchema() {}

    /** The type of that name. A name the table does not hold is a fault of the caller. */
    static Type type(String name) {
        return Objects.requireNonNull(TYPES.get(name), name);
    }

    private static Map<String, Type> load(String resource) {
        Map<String, Type> types = new LinkedHashMap<>();
        Type current = null;
        for (String line : lines(resource)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String text = line.strip();
            if (!line.startsWith(" ")) {
                current = types.computeIfAbsent(text, Type::new);
            } else if (text.startsWith("+ ")) {
                Objects.requireNonNull(current).fields.putAll(types.get(text.substring(2)).fields);
            } else {
                Field field = field(text, types);
                Objects.requireNonNull(current).fields.put(field.name(), field);
            }
        }
        types.values().stream().filter(type -> type.fields.isEmpty()).findAny().ifPresent(type -> {
            throw new IllegalStateException(resource + " names type " + type + " and does not describe it");
        });
        return types;
    }

    /** Reads {@code name *Type by key,key in order = default}. */
    private static Field field(String line, Map<String, Type> types) {
        String[] halves = line.split(" = ", 2);
        String[] words = halves[0].strip().split("\\s+");
        String word = words[1];
        boolean pointer = word.startsWith("*");
        boolean list = word.startsWith("[]");
        String bare = pointer ? word.substring(1) : list ? word.substring(2) : word;
        Optional<Shape> scalar = scalar(bare);
        Shape shape = list ? Shape.LIST : scalar.orElse(Shape.STRUCT);
        Type type = scalar.isPresent() ? null : types.computeIfAbsent(bare, Type::new);
        List<String> keys = new ArrayList<>();
        boolean ordered = false;
        for (int i = 2; i + 1 < words.length; i += 2) {
            switch (words[i]) {
                case "by" -> keys.addAll(List.of(words[i + 1].split(",")));
                case "in" -> ordered = true;
                default -> throw new IllegalStateException(line);
            }
        }
        JsonNode defaultValue = halves.length == 1 ? null : JSON.readTree(halves[1]);
        return new Field(words[0], shape, pointer, type, List.copyOf(keys), ordered, defaultValue);
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
