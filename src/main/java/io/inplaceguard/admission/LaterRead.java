package io.inplaceguard.admission;

import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What is in an object or array that has only been walked over, and that is built when somebody asks for it: of most fields of
 * a container both objects of a review have the same text, and nothing else of them is of interest. Its text is known to be
 * valid, so building it cannot fail.
 */
final class LaterRead {

    private final byte[] in;
    private final int from;
    private final int to;
    private @Nullable JsonNode value;

    /** The value between those indexes, which is neither <code>{}</code> nor {@code []}. */
    LaterRead(byte[] in, int from, int to) {
        this.in = in;
        this.from = from;
        this.to = to;
    }

    private JsonNode value() {
        JsonNode read = value;
        if (read == null) {
            read = new SharedTreeReader(new JsonCursor(in, from, to)).read(null);
            value = read;
        }
        return read;
    }

    List<JsonNode> elements() {
        return new Elements();
    }

    Map<String, JsonNode> members() {
        return new Members();
    }

    private final class Elements extends AbstractList<JsonNode> {
        @Override
        public int size() {
            return value().size();
        }

        @Override
        public boolean isEmpty() {
            return false;
        }

        @Override
        public JsonNode get(int index) {
            return value().get(index);
        }
    }

    private final class Members extends AbstractMap<String, JsonNode> {
        @Override
        public int size() {
            return value().size();
        }

        @Override
        public boolean isEmpty() {
            return false;
        }

        @Override
        public boolean containsKey(@Nullable Object key) {
            return get(key) != null;
        }

        @Override
        public @Nullable JsonNode get(@Nullable Object key) {
            return key instanceof String name ? value().get(name) : null;
        }

        @Override
        public Set<Map.Entry<String, JsonNode>> entrySet() {
            return value().properties();
        }
    }
}
