package io.inplaceguard.admission;

import java.util.Arrays;

/**
 * Walks over a JSON text byte by byte without building anything. It exists because most of a review is only walked over:
 * a review takes twice as long with a token parser (see {@code make bench}). Structure, literals, control characters and
 * duplicate keys are checked everywhere; the syntax of numbers and of escapes where a value is decoded.
 *
 * <p>An object is read as {@code for (boolean more = cursor.enter('{'); more; more = cursor.next('}'))} with {@link #key()}
 * and one value in the body, an array likewise without keys.
 */
final class JsonCursor {

    private final byte[] in;
    private final int end;
    private int at;
    private final DuplicateKeys keys;
    private final OpenValues open;
    private int values;
    private final StringScanner strings;

    /** Stands before the first value of the first {@code length} bytes. */
    JsonCursor(byte[] in, int length) {
        this.in = in;
        this.end = length;
        this.keys = new DuplicateKeys(in);
        this.open = new OpenValues(keys);
        this.strings = new StringScanner(in, length);
    }

    byte[] text() {
        return in;
    }

    /** Index of the next byte. */
    int position() {
        return at;
    }

    /** How many values have begun so far, those that were only walked over included. */
    int values() {
        return values;
    }

    /** Where a cursor stood. */
    record Mark(int at, int depth, int openObjects) {}

    Mark mark() {
        return new Mark(at, open.depth(), keys.depth());
    }

    /** Goes back to a mark, which must have been set within a value that is still open. */
    void reset(Mark mark) {
        at = mark.at;
        open.reset(mark.depth, mark.openObjects);
    }

    /** The first byte of the next value; the cursor stays before it. */
    int peek() {
        at = pastSpace(at);
        return in[at];
    }

    /** Whether nothing but white space is left. */
    boolean isAtEnd() {
        while (at < end && isSpace(in[at])) {
            at++;
        }
        return at == end;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    /** Enters an object (bracket <code>{</code>) or array ({@code [}); false where it is empty, and then it is left already. */
    boolean enter(char bracket) {
        expect(bracket);
        values++;
        open.push(bracket == '{', at);
        if (peek() == bracket + 2) {
            at++;
            open.pop();
            return false;
        }
        return true;
    }

    /** After a value: whether another one follows; where {@code bracket} follows instead the object or array is left. */
    boolean next(char bracket) {
        int c = peek();
        at++;
        if (c == ',') {
            return true;
        }
        if (c != bracket) {
            throw invalid();
        }
        open.pop();
        return false;
    }

    /** The key of the next member; afterwards the cursor stands before its value. */
    String key() {
        int begin = pastSpace(at);
        at = skipMemberKey(begin);
        return KnownKeys.key(in, begin + 1, strings.keyEnd(), strings.hash());
    }

    /** The string that comes next. */
    String string() {
        expect('"');
        values++;
        int from = at;
        at = strings.end(from);
        return JsonText.string(in, from, at - 1);
    }

    /** Walks over the number that comes next. */
    void number() {
        values++;
        int from = at;
        while (at < end && isNumeric(in[at])) {
            at++;
        }
        if (at == from) {
            throw invalid();
        }
    }

    private static boolean isNumeric(byte b) {
        return (b >= '0' && b <= '9') || b == '-' || b == '+' || b == '.' || b == 'e' || b == 'E';
    }

    /** Walks over one of the words true, false and null. */
    void literal(String word) {
        values++;
        for (int i = 0; i < word.length(); i++) {
            if (at >= end || in[at++] != word.charAt(i)) {
                throw invalid();
            }
        }
    }

    /**
     * Walks over the value that comes next. Half of a review is walked over, so this is one loop whose position is a local
     * variable.
     */
    void skip() {
        int base = open.depth();
        int i = at;
        int count = 0;
        boolean inside = true;
        while (inside) {
            i = pastSpace(i);
            byte c = in[i];
            if (c == '"') {
                count++;
                i = strings.end(i + 1);
            } else if (c == '{' || c == '[') {
                count++;
                i++;
                open.push(c == '{', i);
                i = pastSpace(i);
                if (in[i] != c + 2) {
                    i = c == '{' ? skipMemberKey(i) : i;
                    continue;
                }
                i++;
                open.pop();
            } else {
                at = i;
                scalar(c);
                i = at;
            }
            // A value has ended: leave what ends with it, or go on to the next member.
            boolean more = false;
            while (open.depth() > base && !more) {
                i = pastSpace(i);
                byte next = in[i];
                boolean object = open.isObject();
                more = next == ',';
                if (more) {
                    i = object ? skipMemberKey(pastSpace(i + 1)) : i + 1;
                } else if (next == (object ? '}' : ']')) {
                    i++;
                    open.pop();
                } else {
                    throw InvalidJsonException.at(i + 1);
                }
            }
            inside = more;
        }
        at = i;
        values += count;
    }

    private void scalar(byte first) {
        switch (first) {
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            default -> number();
        }
    }

    /** Walks over a key, which begins at {@code i}, and its colon. */
    private int skipMemberKey(int i) {
        if (in[i] != '"') {
            throw InvalidJsonException.at(i);
        }
        int next = strings.endOfKey(i + 1);
        if (!keys.add(strings.hash(), i + 1, next - 1)) {
            throw new InvalidJsonException("an object has the same key twice", i + 1);
        }
        next = pastSpace(next);
        if (in[next] != ':') {
            throw InvalidJsonException.at(next);
        }
        return next + 1;
    }

    /** The first index from there on that is not white space. */
    private int pastSpace(int from) {
        int i = from;
        while (i < end) {
            byte b = in[i];
            if (b > ' ' || b < 0) {
                return i;
            }
            if (!isSpace(b)) {
                break;
            }
            i++;
        }
        throw InvalidJsonException.at(i);
    }

    /** A piece of the text that is one value, and how many values are in it. */
    record Span(int from, int to, int values) {
        static final Span NONE = new Span(0, 0, 0);
    }

    /** Walks over the value that comes next and returns where it stood; at once where it is the same text as {@code like}. */
    Span skip(Span like) {
        peek();
        int from = at;
        int before = values;
        if (!skipIfSame(like.from, like.to, like.values)) {
            skip();
        }
        return new Span(from, at, values - before);
    }

    /**
     * Walks over the next bytes if they are the same as those, which must be a whole value.
     *
     * @param containing how many values are in it
     * @return false where other bytes follow, and for strings, numbers and literals
     */
    boolean skipIfSame(int from, int to, int containing) {
        int length = to - from;
        boolean same = length > 1
                && (in[from] == '{' || in[from] == '[')
                && at + length <= end
                && Arrays.equals(in, from, to, in, at, at + length);
        if (same) {
            at += length;
            values += containing;
        }
        return same;
    }

    private void expect(char c) {
        if (peek() != c) {
            throw invalid();
        }
        at++;
    }

    private InvalidJsonException invalid() {
        return InvalidJsonException.at(at);
    }
}
