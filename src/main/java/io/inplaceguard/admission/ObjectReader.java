package io.inplaceguard.admission;

import io.inplaceguard.admission.JsonCursor.Mark;
import io.inplaceguard.admission.JsonCursor.Span;
import io.inplaceguard.admission.SharedTreeReader.LimitExceededException;
import io.inplaceguard.guard.AnnotationKeys;
import io.inplaceguard.guard.ObjectView;
import io.inplaceguard.guard.StrategyFields;
import io.inplaceguard.template.JsonTree;
import io.inplaceguard.template.ObjectLimits;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the objects of a review, one after the other. Built are a few fields of metadata and status, and the spec; of the
 * second spec only what differs from the first. managedFields and everything else are walked over.
 *
 * <p>An object beyond the limits costs no more than one within them: of its spec only the fields that lead to the update
 * strategy are read then.
 */
final class ObjectReader {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Limits of one field of metadata or status; all annotations together have at most 256 KiB. */
    private static final int MAX_FIELD_VALUES = 10_000;

    private static final int MAX_FIELD_BYTES = 256 << 10;

    /** Levels at which a strategy may be found, values that may lead to it, and its length; real ones need 6, 10 and 17. */
    private static final int MAX_STRATEGY_DEPTH = 12;

    private static final int MAX_STRATEGY_VALUES = 1_000;
    private static final int MAX_STRATEGY_BYTES = 1_000;

    private final JsonCursor cursor;
    private final SharedTreeReader trees;
    private final StrategyFields strategy;

    /** Of the object that is being read: where it begins, and how many values have been before it. */
    private int begin;

    private int valuesBefore;
    private @Nullable String exceededLimit;

    private Span specSpan = Span.NONE;
    private JsonNode spec = JsonTree.EMPTY;
    private @Nullable String specExceededLimit;
    private Span managedFields = Span.NONE;
    private Span containerStatuses = Span.NONE;
    private Span conditions = Span.NONE;

    private int strategyValues;

    ObjectReader(JsonCursor cursor, StrategyFields strategy) {
        this.cursor = cursor;
        this.trees = new SharedTreeReader(cursor);
        this.strategy = strategy;
    }

    /** The object that comes next; null where it is null. Anything that is not an object is taken for its spec. */
    @Nullable
    ObjectView read() {
        exceededLimit = null;
        int c = cursor.peek();
        if (c == 'n') {
            cursor.skip();
            return null;
        }
        begin = cursor.position();
        valuesBefore = cursor.values();
        JsonNode object = c == '{' ? object() : field("text");
        if (exceededLimit == null && remainingBytes() < 0) {
            exceededLimit = SharedTreeReader.TOO_LONG;
        }
        if (exceededLimit == null && remainingValues() < 0) {
            exceededLimit = SharedTreeReader.TOO_MANY_VALUES;
        }
        return ObjectView.of(object, exceededLimit);
    }

    private int remainingBytes() {
        return ObjectLimits.MAX_JSON_BYTES - (cursor.position() - begin);
    }

    private int remainingValues() {
        return ObjectLimits.MAX_VALUES - (cursor.values() - valuesBefore);
    }

    private ObjectNode object() {
        ObjectNode object = NODES.objectNode();
        for (boolean more = cursor.enter('{'); more; more = cursor.next('}')) {
            switch (cursor.key()) {
                case "metadata" -> object.set("metadata", cursor.peek() == '{' ? metadata() : skipped());
                case "status" -> object.set("status", cursor.peek() == '{' ? status() : skipped());
                case "spec" -> object.set("spec", spec());
                default -> cursor.skip();
            }
        }
        return object;
    }

    private JsonNode skipped() {
        cursor.skip();
        return MissingNode.getInstance();
    }

    private ObjectNode metadata() {
        ObjectNode metadata = NODES.objectNode();
        for (boolean more = cursor.enter('{'); more; more = cursor.next('}')) {
            String field = cursor.key();
            if (field.equals("managedFields")) {
                managedFields = cursor.skip(managedFields);
            } else if (!ObjectView.METADATA_FIELDS.contains(field)) {
                cursor.skip();
            } else if (field.equals("annotations") && cursor.peek() == '{') {
                metadata.set(field, annotations());
            } else {
                metadata.set(field, field(field));
            }
        }
        return metadata;
    }

    /** Only the guard's own: last-applied-configuration alone is as large as the object. */
    private ObjectNode annotations() {
        ObjectNode annotations = NODES.objectNode();
        for (boolean more = cursor.enter('{'); more; more = cursor.next('}')) {
            String key = cursor.key();
            if (AnnotationKeys.READ.contains(key)) {
                annotations.set(key, field(key));
            } else {
                cursor.skip();
            }
        }
        return annotations;
    }

    private ObjectNode status() {
        ObjectNode status = NODES.objectNode();
        for (boolean more = cursor.enter('{'); more; more = cursor.next('}')) {
            String field = cursor.key();
            if (field.equals("containerStatuses")) {
                containerStatuses = cursor.skip(containerStatuses);
            } else if (field.equals("conditions")) {
                conditions = cursor.skip(conditions);
            } else if (ObjectView.STATUS_FIELDS.contains(field)) {
                status.set(field, field(field));
            } else {
                cursor.skip();
            }
        }
        return status;
    }

    /**
     * A field of metadata or status. Its limits are its own, so that it is read whatever stands before it: annotations
     * decide what is enforced. A missing node where it exceeds them.
     */
    private JsonNode field(String name) {
        Mark mark = cursor.mark();
        trees.limit(MAX_FIELD_VALUES, MAX_FIELD_BYTES);
        try {
            return trees.read(null);
        } catch (LimitExceededException e) {
            exceededLimit = "its " + name + " is too large to be read";
            cursor.reset(mark);
            return skipped();
        }
    }

    private JsonNode spec() {
        cursor.peek();
        int from = cursor.position();
        int before = cursor.values();
        if (cursor.skipIfSame(specSpan.from(), specSpan.to(), specSpan.values())) {
            if (specExceededLimit != null) {
                exceededLimit = specExceededLimit;
            }
            return spec;
        }
        Mark mark = cursor.mark();
        specExceededLimit = null;
        trees.limit(remainingValues(), remainingBytes());
        try {
            spec = trees.read(spec);
        } catch (LimitExceededException e) {
            specExceededLimit = e.getMessage();
            exceededLimit = specExceededLimit;
            cursor.reset(mark);
            strategyValues = 0;
            spec = strategy(0);
        }
        specSpan = new Span(from, cursor.position(), cursor.values() - before);
        return spec;
    }

    /** Of the value that comes next the fields that lead to the strategy, and those of the strategy itself. */
    private JsonNode strategy(int level) {
        if (cursor.peek() != '{' || level > MAX_STRATEGY_DEPTH || ++strategyValues > MAX_STRATEGY_VALUES) {
            return scalar();
        }
        ObjectNode object = NODES.objectNode();
        for (boolean more = cursor.enter('{'); more; more = cursor.next('}')) {
            String field = cursor.key();
            if (strategy.names().contains(field)) {
                object.set(field, strategy(level + 1));
            } else {
                cursor.skip();
            }
        }
        return object;
    }

    /** A short string, number or literal; anything else becomes what no strategy can be read from. */
    private JsonNode scalar() {
        Mark mark = cursor.mark();
        int c = cursor.peek();
        cursor.skip();
        if (c == '{' || c == '[' || cursor.position() - mark.at() > MAX_STRATEGY_BYTES) {
            return JsonTree.tooDeep();
        }
        cursor.reset(mark);
        trees.limit(1, MAX_STRATEGY_BYTES);
        return trees.read(null);
    }
}
