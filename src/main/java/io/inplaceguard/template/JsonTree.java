package io.inplaceguard.template;

import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.POJONode;

/**
 * Builds trees that are safe to walk: nesting beyond {@link #MAX_LEVELS} becomes one marker, so that no recursion over a tree
 * can run out of stack, and what lies beyond is known to be unknown.
 */
public final class JsonTree {

    /** Levels of nesting that are kept; a pod template needs about 15. */
    public static final int MAX_LEVELS = 200;

    /** An empty object that cannot be changed: every attempt throws UnsupportedOperationException. */
    public static final JsonNode EMPTY = new ObjectNode(JsonNodeFactory.instance, Map.of());

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Unequal to everything, as NaN is: what two markers hide may differ. */
    private static final class TooDeep extends POJONode {
        private TooDeep() {
            super("nested too deeply");
        }

        @Override
        public boolean equals(Object other) {
            return false;
        }

        @Override
        public int hashCode() {
            return 0;
        }
    }

    private JsonTree() {}

    /** A marker for what is nested too deeply to be compared. Equal to nothing, not even to another marker. */
    public static JsonNode tooDeep() {
        return new TooDeep();
    }

    /** Whether a node is such a marker. */
    static boolean isTooDeepMarker(JsonNode node) {
        return node instanceof TooDeep;
    }

    /** A copy of an object with another value of one field. The values are shared, not copied. */
    static ObjectNode with(JsonNode object, String field, JsonNode value) {
        ObjectNode copy = NODES.objectNode();
        object.properties().forEach(member -> copy.set(member.getKey(), member.getValue()));
        return copy.set(field, value).asObject();
    }

    /** A copy of an object without one field. The values are shared, not copied. */
    static ObjectNode without(JsonNode object, String field) {
        ObjectNode copy = NODES.objectNode();
        object.properties().forEach(member -> {
            if (!member.getKey().equals(field)) {
                copy.set(member.getKey(), member.getValue());
            }
        });
        return copy;
    }

    /**
     * The value that begins at the parser's current token; afterwards its last token is the current one.
     *
     * @throws tools.jackson.core.JacksonException when the text is not JSON
     */
    public static JsonNode read(JsonParser parser) {
        return read(parser, parser.currentToken(), 0);
    }

    private static JsonNode read(JsonParser parser, JsonToken token, int depth) {
        return switch (token) {
            case START_OBJECT -> depth >= MAX_LEVELS ? skip(parser) : object(parser, depth);
            case START_ARRAY -> depth >= MAX_LEVELS ? skip(parser) : array(parser, depth);
            case VALUE_STRING -> NODES.stringNode(parser.getString());
            case VALUE_NUMBER_INT -> number(parser);
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDecimalValue());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            default -> NODES.nullNode();
        };
    }

    private static JsonNode object(JsonParser parser, int depth) {
        ObjectNode object = NODES.objectNode();
        String name;
        while ((name = parser.nextName()) != null) {
            object.set(name, read(parser, parser.nextToken(), depth + 1));
        }
        return object;
    }

    private static JsonNode array(JsonParser parser, int depth) {
        ArrayNode array = NODES.arrayNode();
        JsonToken token;
        while ((token = parser.nextToken()) != JsonToken.END_ARRAY) {
            array.add(read(parser, token, depth + 1));
        }
        return array;
    }

    private static JsonNode number(JsonParser parser) {
        return switch (parser.getNumberType()) {
            case INT -> NODES.numberNode(parser.getIntValue());
            case LONG -> NODES.numberNode(parser.getLongValue());
            default -> NODES.numberNode(parser.getBigIntegerValue());
        };
    }

    private static JsonNode skip(JsonParser parser) {
        parser.skipChildren();
        return tooDeep();
    }

    /** Whether anything in the tree was nested too deeply to be kept. */
    public static boolean isTooDeep(JsonNode tree) {
        if (tree instanceof TooDeep) {
            return true;
        }
        for (JsonNode child : tree) {
            if ((child.isContainer() || child instanceof TooDeep) && isTooDeep(child)) {
                return true;
            }
        }
        return false;
    }

    /** Whether two values mean the same: numbers by value, null as absence in objects, all else as it is. Linear. */
    @SuppressWarnings("ReferenceEquality") // Shared nodes are equal; comparing them by value costs a walk.
    static boolean sameValue(JsonNode a, JsonNode b) {
        if (a == b) {
            return true;
        }
        if (a.isArray() && b.isArray()) {
            return sameElements(a, b);
        }
        if (a.isObject() && b.isObject()) {
            return sameMembers(a, b);
        }
        return (a.isNumber() && b.isNumber()) ? a.decimalValue().compareTo(b.decimalValue()) == 0 : a.equals(b);
    }

    private static boolean sameElements(JsonNode a, JsonNode b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!sameValue(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameMembers(JsonNode a, JsonNode b) {
        for (var member : a.properties()) {
            JsonNode other = b.get(member.getKey());
            if (other == null ? !member.getValue().isNull() : !sameValue(member.getValue(), other)) {
                return false;
            }
        }
        for (var member : b.properties()) {
            if (!member.getValue().isNull() && !a.has(member.getKey())) {
                return false;
            }
        }
        return true;
    }
}
