package io.inplaceguard.admission;

import java.util.Arrays;

/**
 * A place in a JSON text, moved by reading or walking over values; what is checked is said at {@link JsonWalker}.
 *
 * <p>An object is read as {@code for (boolean more = cursor.enter('{'); more; more = cursor.next('}'))} with {@link #key()}
 * and one value in the body, an array likewise without keys.
 */
final class JsonCursor {

    private final byte[] in;
    private final int end;
    private final JsonWalker walker;
    private int at;

    /** Stands before the first value of the first {@code length} bytes. */
    JsonCursor(byte[] in, int length) {
        this(in, 0, length);
    }

    /** Stands before the value that begins at {@code from} and ends before {@code to} or earlier. */
    JsonCursor(byte[] in, int from, int to) {
        this.in = in;
        this.end = to;
        this.at = from;
        this.walker = new JsonWalker(in, to);
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
        return walker.values();
    }

    /** Where a cursor stood. */
    record Mark(int at, int depth, int values) {}

    Mark mark() {
        return new Mark(at, walker.open().depth(), values());
    }

    /** Goes back to a mark, which must have been set within a value that is still open. */
    void reset(Mark mark) {
        at = mark.at;
        walker.setValues(mark.values);
        walker.open().popTo(mark.depth);
    }

    /** The first byte of the next value; the cursor stays before it. */
    int peek() {
        byte b = walker.byteAt(at);
        if (b <= ' ' && b >= 0) {
            at = walker.pastSpace(at);
            b = in[at];
        }
        return b;
    }

    /** Whether nothing but white space is left. */
    boolean isAtEnd() {
        while (at < end && JsonWalker.isSpace(in[at])) {
            at++;
        }
        return at == end;
    }

    /** Enters an object (bracket <code>{</code>) or array ({@code [}); false where it is empty, and then it is left already. */
    boolean enter(char bracket) {
        require(bracket);
        at = walker.enter(at);
        if (peek() == bracket + 2) {
            at++;
            walker.open().pop();
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
            throw InvalidJsonException.at(at);
        }
        walker.open().pop();
        return false;
    }

    /** The key of the next member; afterwards the cursor stands before its value. */
    String key() {
        at = walker.skipKey(at);
        return walker.key();
    }

    /** The string that comes next. */
    String string() {
        require('"');
        int from = at + 1;
        at = walker.skipString(from);
        return JsonText.string(in, from, at - 1);
    }

    /** Walks over the number that comes next. */
    void number() {
        at = walker.skipNumber(at);
    }

    /** Walks over one of the words true, false and null. */
    void literal(String word) {
        at = walker.skipWord(at, word);
    }

    /** Walks over the value that comes next. */
    void skip() {
        at = walker.skip(at);
    }

    /**
     * Walks over the value that comes next.
     *
     * @return the most levels within it, if its strings and numbers can be decoded for certain; -1 if that is not known
     */
    int skipPlain() {
        at = walker.skipNoting(at);
        return walker.levelsOfPlain();
    }

    /** A piece of the text that is one value, and how many values are in it. */
    record Span(int from, int to, int values) {
        static final Span NONE = new Span(0, 0, 0);
    }

    /** Walks over the value that comes next and returns where it stood; at once where it is the same text as {@code like}. */
    Span skip(Span like) {
        peek();
        int from = at;
        int before = values();
        if (!skipIfSame(like.from, like.to, like.values)) {
            skip();
        }
        return new Span(from, at, values() - before);
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
            walker.setValues(values() + containing);
        }
        return same;
    }

    private void require(char c) {
        if (peek() != c) {
            throw InvalidJsonException.at(at);
        }
    }
}
