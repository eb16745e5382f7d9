package io.inplaceguard.admission;

import io.inplaceguard.template.JsonTree;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Walks over JSON text byte by byte, building nothing but what is asked for. It is here because most of a review is
 * walked over only, and because its two objects are almost the same: what stands in the text a second time, byte for byte,
 * is neither walked over nor built again. With a token parser a review takes twice as long (see {@code make bench}).
 * Structure, literals, control characters and duplicate keys are checked everywhere; the syntax of numbers and of escapes
 * where a value is read.
 *
 * <p>An object is read as {@code for (boolean more = scanner.enter('{'); more; more = scanner.next('}'))} with
 * {@link #key()} and one value in the body, an array likewise without keys.
 */
final class JsonScanner {

    /** The text is not JSON, or none that is accepted. The message is a sentence's end, without values. */
    static final class Invalid extends RuntimeException {
        private Invalid(String what, int at) {
            super(what + " at byte " + at, null, false, false);
        }
    }

    /** The API server itself refuses JSON nested deeper than this (Go's encoding/json). */
    static final int DEEPEST = 10_000;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** For single strings and numbers, of any length the body has room for. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private static final int FEW_KEYS = 24;

    /** Keys read before, by hash: most are fields of Kubernetes' types. Only speeds up; may hold anything at any time. */
    private static final String[] KNOWN_KEYS = new String[2048];

    private static final int LONGEST_KNOWN_KEY = 64;

    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH = 0x80 * ONES;
    private static final long QUOTES = '"' * ONES;
    private static final long ESCAPES = '\\' * ONES;
    private static final long BLANKS = ' ' * ONES;
    private static final long PRIME = 0x9FB21C651E98DF25L;

    private final byte[] in;
    private final int end;
    private int at;
    private int depth;
    /** For each open value the number of its object; 0 for an array. */
    private int[] open = new int[32];

    private int objects;
    /** Hashes of (object, key) of large objects, open addressing, 0 for none. 64 bits: what collides by accident is never seen. */
    private long[] keys = {};

    private int keyCount;
    /** Hashes of the keys of all open objects, and for each open value where its own begin. */
    private long[] openKeys = new long[64];

    private int openKeyCount;
    private int[] firstKeys = new int[32];
    /** Of the string read last, if it has no escapes. */
    private long hash;

    JsonScanner(byte[] in, int length) {
        this.in = in;
        this.end = length;
    }

    /** Where the next value or its following punctuation begins. */
    int position() {
        return at;
    }

    /** The first byte of the next value; the scanner stays before it. */
    int peek() {
        return space();
    }

    /** Whether nothing but white space is left. */
    boolean isAtEnd() {
        while (at < end && isSpace(in[at])) {
            at++;
        }
        return at == end;
    }

    /** Enters an object ({@code '{'}) or array ({@code '['}); false where it is empty, and then it is left already. */
    boolean enter(char bracket) {
        expect(bracket);
        push(bracket == '{');
        if (space() == bracket + 2) {
            at++;
            pop();
            return false;
        }
        return true;
    }

    /** After a value: whether another one follows; where {@code bracket} follows instead the object or array is left. */
    boolean next(char bracket) {
        int c = space();
        at++;
        if (c == ',') {
            return true;
        }
        if (c != bracket) {
            throw invalid();
        }
        pop();
        return false;
    }

    /** The key of the next member; afterwards the scanner stands before its value. */
    String key() {
        int from = keyFrom();
        String key = known(from, at - 1);
        expect(':');
        return key;
    }

    private String known(int from, int to) {
        int slot = (int) (hash >>> 40) & KNOWN_KEYS.length - 1;
        String known = KNOWN_KEYS[slot];
        if (known != null && isText(known, from, to)) {
            return known;
        }
        String key = text(from, to);
        if (to - from <= LONGEST_KNOWN_KEY) {
            KNOWN_KEYS[slot] = key;
        }
        return key;
    }

    private boolean isText(String known, int from, int to) {
        if (known.length() != to - from) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (in[i] != known.charAt(i - from) || in[i] == '\\') {
                return false;
            }
        }
        return true;
    }

    /** The string that comes next. */
    String string() {
        expect('"');
        int from = at;
        string(from);
        return text(from, at - 1);
    }

    /** Walks over the value that comes next. */
    void skip() {
        int base = depth;
        do {
            int c = space();
            switch (c) {
                case '{', '[' -> {
                    boolean object = c == '{';
                    at++;
                    push(object);
                    if (space() == c + 2) {
                        at++;
                        pop();
                    } else {
                        if (object) {
                            keyFrom();
                            expect(':');
                        }
                        continue;
                    }
                }
                case '"' -> {
                    at++;
                    string(at);
                }
                case 't' -> literal("true");
                case 'f' -> literal("false");
                case 'n' -> literal("null");
                default -> number();
            }
            // A value has ended: leave whatever ends with it, or go on to the next member.
            while (depth > base) {
                boolean object = open[depth] != 0;
                c = space();
                at++;
                if (c == ',') {
                    if (object) {
                        keyFrom();
                        expect(':');
                    }
                    break;
                }
                if (c != (object ? '}' : ']')) {
                    throw invalid();
                }
                pop();
            }
        } while (depth > base);
    }

    /** A stretch of the text. */
    record Span(int from, int to) {
        static final Span NONE = new Span(0, 0);
    }

    /** Walks over the value that comes next and says where it stood; at once where it is the same text as {@code like}. */
    Span skip(Span like) {
        space();
        int from = at;
        if (repeats(like.from, like.to)) {
            at += like.to - like.from;
        } else {
            skip();
        }
        return new Span(from, at);
    }

    /** Whether the same bytes come next. Only for whole objects and arrays, whose end is part of them. */
    private boolean repeats(int from, int to) {
        int length = to - from;
        return length > 1
                && (in[from] == '{' || in[from] == '[')
                && at + length <= end
                && Arrays.equals(in, from, to, in, at, at + length);
    }

    /** An object of the tree that knows where it stood. */
    private static final class SpannedObject extends ObjectNode {
        private final int from;
        private int to;

        SpannedObject(int from) {
            super(NODES);
            this.from = from;
        }
    }

    /** An array of the tree that knows where it stood. */
    private static final class SpannedArray extends ArrayNode {
        private final int from;
        private int to;

        SpannedArray(int from) {
            super(NODES);
            this.from = from;
        }
    }

    /**
     * Builds the value that comes next. Nesting beyond {@link JsonTree#MAX_LEVELS} becomes {@link JsonTree#TOO_DEEP}.
     *
     * @param like a tree of this text that is probably much the same; what is equal in it is shared
     */
    JsonNode tree(@Nullable JsonNode like) {
        return tree(like, 0);
    }

    private JsonNode tree(@Nullable JsonNode like, int level) {
        int c = space();
        return switch (c) {
            case '{' -> {
                if (like instanceof SpannedObject there && repeats(there.from, there.to)) {
                    at += there.to - there.from;
                    yield there;
                }
                yield level >= JsonTree.MAX_LEVELS ? tooDeep() : object(like, level);
            }
            case '[' -> {
                if (like instanceof SpannedArray there && repeats(there.from, there.to)) {
                    at += there.to - there.from;
                    yield there;
                }
                yield level >= JsonTree.MAX_LEVELS ? tooDeep() : array(like, level);
            }
            case '"' -> {
                at++;
                int from = at;
                string(from);
                yield NODES.stringNode(text(from, at - 1));
            }
            case 't' -> {
                literal("true");
                yield NODES.booleanNode(true);
            }
            case 'f' -> {
                literal("false");
                yield NODES.booleanNode(false);
            }
            case 'n' -> {
                literal("null");
                yield NODES.nullNode();
            }
            default -> numeric();
        };
    }

    private JsonNode tooDeep() {
        skip();
        return JsonTree.TOO_DEEP;
    }

    private JsonNode object(@Nullable JsonNode like, int level) {
        SpannedObject object = new SpannedObject(at);
        for (boolean more = enter('{'); more; more = next('}')) {
            String key = key();
            boolean hinted = like != null && (space() == '{' || in[at] == '[');
            object.set(key, tree(hinted ? like.get(key) : null, level + 1));
        }
        object.to = at;
        return object;
    }

    private JsonNode array(@Nullable JsonNode like, int level) {
        SpannedArray array = new SpannedArray(at);
        for (boolean more = enter('['); more; more = next(']')) {
            array.add(tree(like == null ? null : like.get(array.size()), level + 1));
        }
        array.to = at;
        return array;
    }

    private JsonNode numeric() {
        int from = at;
        number();
        boolean plain = at - from <= 9 && in[from] != '0';
        int value = 0;
        for (int i = from; i < at && plain; i++) {
            plain = in[i] >= '0' && in[i] <= '9';
            value = 10 * value + in[i] - '0';
        }
        return plain ? NODES.numberNode(value) : parsed(from, at);
    }

    /** Reads over a key with its quotes, remembers it, and says where it began. */
    private int keyFrom() {
        expect('"');
        int from = at;
        boolean escaped = string(from);
        remember(escaped ? plainHash(from) : hash, from);
        return from;
    }

    /** The hash a key would have had, had it been written without escapes. */
    private long plainHash(int from) {
        byte[] plain = (text(from, at - 1) + '"').getBytes(StandardCharsets.UTF_8);
        JsonScanner scanner = new JsonScanner(plain, plain.length);
        // A quote, a backslash or a control character may be part of a decoded key.
        for (int i = 0; i < plain.length - 1; i++) {
            if (plain[i] == '"' || plain[i] == '\\' || plain[i] >= 0 && plain[i] < ' ') {
                return Arrays.hashCode(plain);
            }
        }
        scanner.string(0);
        return scanner.hash;
    }

    /** Objects have few keys, which are compared one by one; the keys of a large one go into a table. */
    private void remember(long key, int from) {
        int first = firstKeys[depth];
        int count = openKeyCount - first;
        if (count < FEW_KEYS) {
            for (int i = first; i < openKeyCount; i++) {
                if (openKeys[i] == key) {
                    throw new Invalid("an object has the same key twice", from);
                }
            }
        } else {
            for (int i = first; count == FEW_KEYS && i < openKeyCount; i++) {
                insert(openKeys[i], from);
            }
            insert(key, from);
        }
        if (openKeyCount == openKeys.length) {
            openKeys = Arrays.copyOf(openKeys, 2 * openKeyCount);
        }
        openKeys[openKeyCount++] = key;
    }

    private void insert(long key, int from) {
        if (2 * ++keyCount > keys.length) {
            grow();
        }
        long mixed = (key ^ open[depth] * 0x9E3779B97F4A7C15L) * 0xD6E8FEB86659FD93L;
        long entry = mixed == 0 ? 1 : mixed;
        int slot = (int) (entry >>> 32) & keys.length - 1;
        while (keys[slot] != 0) {
            if (keys[slot] == entry) {
                throw new Invalid("an object has the same key twice", from);
            }
            slot = slot + 1 & keys.length - 1;
        }
        keys[slot] = entry;
    }

    private void grow() {
        long[] old = keys;
        keys = new long[Math.max(128, old.length * 4)];
        for (long hash : old) {
            if (hash != 0) {
                int slot = (int) (hash >>> 32) & keys.length - 1;
                while (keys[slot] != 0) {
                    slot = slot + 1 & keys.length - 1;
                }
                keys[slot] = hash;
            }
        }
    }

    private void push(boolean object) {
        if (++depth >= DEEPEST) {
            throw new Invalid("it is nested more than " + DEEPEST + " levels deep", at);
        }
        if (depth == open.length) {
            open = Arrays.copyOf(open, 2 * depth);
            firstKeys = Arrays.copyOf(firstKeys, 2 * depth);
        }
        firstKeys[depth] = openKeyCount;
        open[depth] = object ? ++objects : 0;
    }

    private void pop() {
        openKeyCount = firstKeys[depth--];
    }

    /** Reads to behind the closing quote of the string that begins there; says whether it has escapes. Eight bytes a step. */
    private boolean string(int from) {
        boolean escaped = false;
        long sum = 0;
        int i = from;
        while (i < end) {
            long word = word(i);
            long quotes = word ^ QUOTES;
            long escapes = word ^ ESCAPES;
            // The lowest bit set is that of the first such byte; above it there may be false ones.
            long stops = ((quotes - ONES) & ~quotes | (escapes - ONES) & ~escapes | (word - BLANKS) & ~word) & HIGH;
            if (stops == 0) {
                sum = (sum ^ word) * PRIME;
                i += Long.BYTES;
                continue;
            }
            int bits = Long.numberOfTrailingZeros(stops) & ~7;
            i += bits >>> 3;
            byte stop = i < end ? in[i] : 0;
            if (stop == '"') {
                hash = (sum ^ word & (1L << bits) - 1) * PRIME ^ i - from;
                at = i + 1;
                return escaped;
            }
            if (stop != '\\') {
                break;
            }
            escaped = true;
            i += 2;
        }
        at = Math.min(i, end);
        throw invalid();
    }

    /** The next eight bytes; behind the end there are zeros, which stop every string. */
    private long word(int from) {
        if (from + Long.BYTES <= in.length) {
            return (long) WORDS.get(in, from);
        }
        long word = 0;
        for (int i = in.length - 1; i >= from; i--) {
            word = word << 8 | in[i] & 0xFF;
        }
        return word;
    }

    private String text(int from, int to) {
        for (int i = from; i < to; i++) {
            if (in[i] == '\\' || in[i] < 0) {
                return decoded(from, to);
            }
        }
        return new String(in, from, to - from, StandardCharsets.ISO_8859_1);
    }

    /** Escapes and UTF-8 are left to those who know all about them. */
    private String decoded(int from, int to) {
        return parsed(from - 1, to + 1).stringValue();
    }

    private JsonNode parsed(int from, int to) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), in, from, to - from)) {
            parser.nextToken();
            JsonNode value = JsonTree.read(parser);
            if (parser.nextToken() == null) {
                return value;
            }
        } catch (JacksonException e) {
            // Said below, without the parser's words, which quote the text.
        }
        throw new Invalid("it is not valid JSON", from);
    }

    private void literal(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (at >= end || in[at++] != word.charAt(i)) {
                throw invalid();
            }
        }
    }

    private void number() {
        int from = at;
        while (at < end && isNumeric(in[at])) {
            at++;
        }
        if (at == from) {
            throw invalid();
        }
    }

    private static boolean isNumeric(byte b) {
        return b >= '0' && b <= '9' || b == '-' || b == '+' || b == '.' || b == 'e' || b == 'E';
    }

    private void expect(char c) {
        if (space() != c) {
            throw invalid();
        }
        at++;
    }

    /** Walks over white space and says which byte follows. */
    private int space() {
        while (at < end) {
            byte b = in[at];
            if (b > ' ' || b < 0) {
                return b;
            }
            if (!isSpace(b)) {
                throw invalid();
            }
            at++;
        }
        throw invalid();
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    private Invalid invalid() {
        return new Invalid("it is not valid JSON, or ends too early,", at);
    }
}
