package io.inplaceguard.admission;

import io.inplaceguard.admission.JsonCursor.Mark;
import io.inplaceguard.template.JsonTree;
import io.inplaceguard.template.MeasuredObject;
import io.inplaceguard.template.ObjectLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Builds trees of values, within limits. The two objects of a review are almost the same: what stands in the text a second
 * time, byte for byte, is neither walked over nor built again, and both trees share it.
 */
final class SharedTreeReader {

    /** A value is larger than may be built. The message is part of a sentence. */
    static final class LimitExceededException extends RuntimeException {
        LimitExceededException(String what) {
            super(what, null, false, false);
        }
    }

    static final String TOO_MANY_VALUES = "it has more than " + ObjectLimits.MAX_VALUES + " values";
    static final String TOO_LONG = "it has more than " + (ObjectLimits.MAX_JSON_BYTES >> 20) + " MiB of JSON text";

    /** Fields of containers and pods that mostly are the same in both objects, and then of no interest. Any other field may be here. */
    private static final Set<String> READ_LATER = Set.of(
            "affinity",
            "args",
            "command",
            "env",
            "envFrom",
            "lifecycle",
            "livenessProbe",
            "ports",
            "readinessProbe",
            "securityContext",
            "startupProbe",
            "tolerations",
            "topologySpreadConstraints",
            "volumeMounts",
            "volumes");

    private static final int MIN_LATER_BYTES = 16;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final JsonCursor cursor;
    private final byte[] in;
    private int maxValues = Integer.MAX_VALUE;
    private int maxPosition = Integer.MAX_VALUE;
    /** How often something was built that does not keep {@link ObjectLimits}. */
    private int exceeding;

    SharedTreeReader(JsonCursor cursor) {
        this.cursor = cursor;
        this.in = cursor.text();
    }

    /**
     * From here on no tree is built beyond so many values and so many bytes of text; both are counted from the cursor's
     * position, values that are only walked over included.
     */
    void limit(int values, int bytes) {
        maxValues = cursor.values() + values;
        maxPosition = cursor.position() + bytes;
    }

    /** An object that knows where it stood. */
    private static final class SpannedObject extends MeasuredObject {
        private final int from;
        private int to;
        private int values;

        SpannedObject(int from, Map<String, JsonNode> members) {
            super(members);
            this.from = from;
        }

        void ended(int end, int containing, boolean keepsAll) {
            to = end;
            values = containing;
            measured(keepsAll);
        }
    }

    /** An array that knows where it stood. */
    private static final class SpannedArray extends ArrayNode {
        private final int from;
        private int to;
        private int values;
        private boolean keepsLimits;

        SpannedArray(int from, List<JsonNode> elements) {
            super(NODES, elements);
            this.from = from;
        }

        void ended(int end, int containing, boolean keepsAll) {
            to = end;
            values = containing;
            keepsLimits = keepsAll;
        }
    }

    /**
     * Builds the value that comes next. Nesting beyond {@link JsonTree#MAX_LEVELS} becomes {@link JsonTree#tooDeep}.
     *
     * @param like a tree of this text that is probably almost the same; what is equal in it is shared. Null for none
     * @throws LimitExceededException where it is too large; the cursor is then somewhere within the value
     */
    JsonNode read(@Nullable JsonNode like) {
        return value(like, 0);
    }

    private JsonNode value(@Nullable JsonNode like, int level) {
        int c = cursor.peek();
        if (cursor.values() >= maxValues) {
            throw new LimitExceededException(TOO_MANY_VALUES);
        }
        if (cursor.position() >= maxPosition) {
            throw new LimitExceededException(TOO_LONG);
        }
        return switch (c) {
            case '{' -> object(like, level);
            case '[' -> array(like, level);
            case '"' -> NODES.stringNode(cursor.string());
            case 't' -> {
                cursor.literal("true");
                yield NODES.booleanNode(true);
            }
            case 'f' -> {
                cursor.literal("false");
                yield NODES.booleanNode(false);
            }
            case 'n' -> {
                cursor.literal("null");
                yield NODES.nullNode();
            }
            default -> {
                int from = cursor.position();
                cursor.number();
                yield JsonText.number(in, from, cursor.position());
            }
        };
    }

    private JsonNode tooDeep() {
        exceeding++;
        cursor.skip();
        return JsonTree.tooDeep();
    }

    private JsonNode object(@Nullable JsonNode like, int level) {
        if (like instanceof SpannedObject same && cursor.skipIfSame(same.from, same.to, same.values)) {
            exceeding += same.keepsLimits() ? 0 : 1;
            return same;
        }
        if (level >= JsonTree.MAX_LEVELS) {
            return tooDeep();
        }
        CompactMap members = new CompactMap();
        SpannedObject object = new SpannedObject(cursor.position(), members);
        int before = cursor.values();
        int exceedingBefore = exceeding;
        for (boolean more = cursor.enter('{'); more; more = cursor.next('}')) {
            if (members.size() == ObjectLimits.MAX_ENTRIES) {
                throw new LimitExceededException("it has a map of more than " + ObjectLimits.MAX_ENTRIES + " entries");
            }
            String key = cursor.key();
            int c = cursor.peek();
            // Only objects and arrays are shared, so nothing is looked up for the many others.
            boolean isShareable = c == '{' || c == '[';
            JsonNode alike = like != null && isShareable ? like.get(key) : null;
            JsonNode later = isShareable && alike == null && READ_LATER.contains(key) ? later(c, level + 1) : null;
            JsonNode value = later == null ? value(alike, level + 1) : later;
            int most = ObjectLimits.maxEntries(key);
            // Larger ones than any may be have been refused already. To ask for the size would build what is built
            // later.
            exceeding += most < ObjectLimits.MAX_ENTRIES && value.size() > most ? 1 : 0;
            // The cursor has seen to it that the key is new.
            members.append(key, value);
        }
        object.ended(cursor.position(), cursor.values() - before, exceeding == exceedingBefore);
        return object;
    }

    /** The object or array that comes next, to be built when it is asked for; null where it must be built now, or is small. */
    private @Nullable JsonNode later(int bracket, int level) {
        Mark mark = cursor.mark();
        int levels = cursor.skipPlain();
        int from = mark.at();
        int to = cursor.position();
        int values = cursor.values() - mark.values();
        // With so few values it keeps each limit.
        boolean keepsLimits = levels >= 0
                && level + levels < JsonTree.MAX_LEVELS
                && values <= ObjectLimits.MAX_CONTAINERS
                && cursor.values() < maxValues
                && to < maxPosition;
        if (!keepsLimits || to - from < MIN_LATER_BYTES) {
            cursor.reset(mark);
            return null;
        }
        LaterRead later = new LaterRead(in, from, to);
        if (bracket == '{') {
            SpannedObject object = new SpannedObject(from, later.members());
            object.ended(to, values, true);
            return object;
        }
        SpannedArray array = new SpannedArray(from, later.elements());
        array.ended(to, values, true);
        return array;
    }

    private JsonNode array(@Nullable JsonNode like, int level) {
        if (like instanceof SpannedArray same && cursor.skipIfSame(same.from, same.to, same.values)) {
            exceeding += same.keepsLimits ? 0 : 1;
            return same;
        }
        if (level >= JsonTree.MAX_LEVELS) {
            return tooDeep();
        }
        SpannedArray array = new SpannedArray(cursor.position(), new ArrayList<>());
        int before = cursor.values();
        int exceedingBefore = exceeding;
        for (boolean more = cursor.enter('['); more; more = cursor.next(']')) {
            if (array.size() == ObjectLimits.MAX_ENTRIES) {
                throw new LimitExceededException("it has a list of more than " + ObjectLimits.MAX_ENTRIES + " entries");
            }
            array.add(value(like == null ? null : like.get(array.size()), level + 1));
        }
        array.ended(cursor.position(), cursor.values() - before, exceeding == exceedingBefore);
        return array;
    }
}
