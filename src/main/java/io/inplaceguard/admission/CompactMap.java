package io.inplaceguard.admission;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The members of a JSON object in their order. Most objects have few, which are searched one by one: building such a map costs a
 * third of a LinkedHashMap, and a review has a thousand. Members cannot be removed one by one.
 */
final class CompactMap extends AbstractMap<String, JsonNode> {

    private static final int MAX_SEARCHED = 8;

    private static final int FIRST_CAPACITY = 4;

    /** An empty object must cost little: three bytes of JSON are one. */
    private static final String[] NO_KEYS = {};

    private static final JsonNode[] NO_VALUES = {};

    private String[] keys = NO_KEYS;
    private JsonNode[] values = NO_VALUES;
    private int size;
    /** Indexes by key; null while the keys are searched one by one. */
    private @Nullable Map<String, Integer> indexes;

    @Override
    public int size() {
        return size;
    }

    private int indexOf(@Nullable Object key) {
        if (indexes != null) {
            return indexes.getOrDefault(key, -1);
        }
        int hash = key == null ? 0 : key.hashCode();
        for (int i = 0; i < size; i++) {
            // A string computes its hash once, and the keys of Kubernetes' types are shared strings.
            if (keys[i].hashCode() == hash && keys[i].equals(key)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
        return indexOf(key) >= 0;
    }

    @Override
    public @Nullable JsonNode get(@Nullable Object key) {
        int index = indexOf(key);
        return index < 0 ? null : values[index];
    }

    @Override
    public @Nullable JsonNode put(String key, JsonNode value) {
        int index = indexOf(key);
        if (index >= 0) {
            JsonNode before = values[index];
            values[index] = value;
            return before;
        }
        append(key, value);
        return null;
    }

    /** Adds a member whose key is not there yet. */
    void append(String key, JsonNode value) {
        if (size == keys.length) {
            int capacity = Math.max(FIRST_CAPACITY, 2 * size);
            keys = Arrays.copyOf(keys, capacity);
            values = Arrays.copyOf(values, capacity);
        }
        keys[size] = key;
        values[size] = value;
        if (indexes != null) {
            indexes.put(key, size);
        } else if (size == MAX_SEARCHED) {
            indexes = new HashMap<>(4 * MAX_SEARCHED);
            for (int i = 0; i <= size; i++) {
                indexes.put(keys[i], i);
            }
        }
        size++;
    }

    @Override
    public void clear() {
        keys = NO_KEYS;
        values = NO_VALUES;
        size = 0;
        indexes = null;
    }

    @Override
    public Set<Map.Entry<String, JsonNode>> entrySet() {
        return new Entries();
    }

    private final class Entries extends AbstractSet<Map.Entry<String, JsonNode>> {
        @Override
        public int size() {
            return size;
        }

        @Override
        public Iterator<Map.Entry<String, JsonNode>> iterator() {
            return new Iterator<>() {
                private int next;

                @Override
                public boolean hasNext() {
                    return next < size;
                }

                @Override
                public Map.Entry<String, JsonNode> next() {
                    if (next >= size) {
                        throw new NoSuchElementException();
                    }
                    return new SimpleImmutableEntry<>(keys[next], values[next++]);
                }
            };
        }
    }
}
