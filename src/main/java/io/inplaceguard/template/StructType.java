package io.inplaceguard.template;

import io.inplaceguard.template.PodSchema.Field;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A struct of {@link PodSchema}: its fields by name, in the order of the Go type. */
final class StructType {

    /** The bit of members that the table does not have. */
    private static final long UNKNOWN = 1L << 63;

    private final String name;
    private final Map<String, Field> fields = new LinkedHashMap<>();
    private final Map<String, Long> bits = new HashMap<>();
    private List<Field> ordered = List.of();
    private long computed;
    private boolean container;
    private boolean named;

    StructType(String name) {
        this.name = name;
    }

    void describe(boolean isContainer, boolean isNamed) {
        container = isContainer;
        named = isNamed;
    }

    void add(Field field) {
        fields.put(field.name(), field);
    }

    /** Adds the fields of another type, as Go embeds a struct. */
    void include(StructType other) {
        fields.putAll(other.fields);
    }

    /** Called once all fields are there. */
    void complete() {
        ordered = List.copyOf(fields.values());
        if (ordered.isEmpty() || ordered.size() >= Long.SIZE) {
            throw new IllegalStateException("fields.txt describes " + ordered.size() + " fields of type " + name);
        }
        for (int i = 0; i < ordered.size(); i++) {
            long bit = 1L << i;
            bits.put(ordered.get(i).name(), bit);
            computed |= ordered.get(i).computed() == null ? 0 : bit;
        }
    }

    /**
     * A set of bits: one for each field that either object has, in the order of the Go type, and one for all members that are not
     * fields. Most types have far more fields than an object has members.
     */
    long members(JsonNode a, JsonNode b) {
        return members(a) | members(b);
    }

    private long members(JsonNode object) {
        long members = 0;
        for (var member : object.properties()) {
            members |= bits.getOrDefault(member.getKey(), UNKNOWN);
        }
        return members;
    }

    /** Whether any of {@link #members} is not a field. */
    static boolean hasUnknown(long members) {
        return (members & UNKNOWN) != 0;
    }

    /** The fields whose defaults follow from other fields, as in {@link #members}. */
    long computed() {
        return computed;
    }

    /** The first field of {@link #members}; null where only others are left. */
    @Nullable
    Field first(long members) {
        int place = Long.numberOfTrailingZeros(members);
        return place < ordered.size() ? ordered.get(place) : null;
    }

    boolean has(String field) {
        return fields.containsKey(field);
    }

    /** The field of that name; null where the table does not have it. */
    @Nullable
    Field find(String field) {
        return fields.get(field);
    }

    Field field(String field) {
        return Objects.requireNonNull(fields.get(field), () -> name + "." + field);
    }

    /** Whether this is a container of a pod, found by its name. */
    boolean isContainer() {
        return container;
    }

    /** Whether changes inside of it belong to the container of its name. */
    boolean isNamed() {
        return named;
    }

    @Override
    public String toString() {
        return name;
    }
}
