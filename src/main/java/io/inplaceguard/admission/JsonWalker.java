package io.inplaceguard.admission;

/**
 * Walks over a JSON text byte by byte without building anything. It exists because most of a review is only walked over: a
 * review takes twice as long with a token parser (see {@code make bench}). Structure, literals, control characters and
 * duplicate keys are checked everywhere; the syntax of numbers and of escapes where a value is decoded.
 *
 * <p>Each method begins at an index and returns the index behind what it walked over.
 */
final class JsonWalker {

    private final byte[] in;
    private final int end;
    private final OpenValues open;
    private final StringScanner strings;
    private int values;
    private boolean smallNumbers;

    /** Walks over the first {@code end} bytes. */
    JsonWalker(byte[] in, int end) {
        this.in = in;
        this.end = end;
        this.open = new OpenValues(in);
        this.strings = new StringScanner(in, end);
    }

    /** The objects and arrays that have begun and not ended. */
    OpenValues open() {
        return open;
    }

    /** How many values have begun so far. */
    int values() {
        return values;
    }

    /** Goes back to where so many values had begun. */
    void setValues(int begun) {
        values = begun;
    }

    /**
     * A whole value. This is one loop whose position is a local variable, and white space, which an API server does not
     * write, is looked for only where nothing else fits: that is a fifth of its time.
     */
    int skip(int from) {
        int base = open.depth();
        int i = from;
        int count = 0;
        while (true) {
            byte c = byteAt(i);
            if (c == '"') {
                i = strings.end(i + 1);
                count++;
            } else if (c == '{') {
                i++;
                count++;
                open.push(true, i);
                if (byteAt(i) != '"') {
                    i = pastSpace(i);
                }
                if (in[i] != '}') {
                    i = skipKey(i);
                    continue;
                }
                i++;
                open.pop();
            } else if (c == '[') {
                i = pastSpace(i + 1);
                count++;
                open.push(false, i);
                if (in[i] != ']') {
                    continue;
                }
                i++;
                open.pop();
            } else if (c <= ' ' && c >= 0) {
                i = pastSpace(i);
                continue;
            } else {
                i = skipScalar(i);
            }
            // A value has ended: leave what ends with it, or go on to the next member.
            while (true) {
                if (open.depth() == base) {
                    values += count;
                    return i;
                }
                byte next = byteAt(i);
                boolean object = open.isObject();
                if (next == ',') {
                    i = object ? skipKey(i + 1) : i + 1;
                    break;
                }
                if (next == (object ? '}' : ']')) {
                    i++;
                    open.pop();
                } else {
                    int other = pastSpace(i);
                    if (other == i) {
                        throw InvalidJsonException.at(i + 1);
                    }
                    i = other;
                }
            }
        }
    }

    /**
     * A whole value.
     *
     * @see #levelsOfPlain
     */
    int skipNoting(int from) {
        strings.expectPlain();
        open.expectDepth();
        smallNumbers = true;
        return skip(from);
    }

    /**
     * The most levels in the value that {@link #skipNoting} walked over, if its strings and numbers can be decoded for
     * certain; -1 if that is not known.
     */
    int levelsOfPlain() {
        return strings.isPlain() && smallNumbers ? open.deepest() - open.depth() : -1;
    }

    private int skipScalar(int from) {
        return switch (byteAt(from)) {
            case 't' -> skipWord(from, "true");
            case 'f' -> skipWord(from, "false");
            case 'n' -> skipWord(from, "null");
            default -> skipNumber(from);
        };
    }

    /** An object or array begins: its bracket. */
    int enter(int from) {
        values++;
        open.push(in[from] == '{', from + 1);
        return from + 1;
    }

    /** The rest of a string, behind its opening quote. */
    int skipString(int from) {
        values++;
        return strings.end(from);
    }

    /** A number. */
    int skipNumber(int from) {
        values++;
        int i = from;
        while (i < end && isNumeric(in[i])) {
            i++;
        }
        if (i == from) {
            throw InvalidJsonException.at(i);
        }
        smallNumbers &= JsonText.isSmall(in, from, i);
        return i;
    }

    private static boolean isNumeric(byte b) {
        return (b >= '0' && b <= '9') || b == '-' || b == '+' || b == '.' || b == 'e' || b == 'E';
    }

    /** One of the words true, false and null. */
    int skipWord(int from, String word) {
        values++;
        for (int i = 0; i < word.length(); i++) {
            if (byteAt(from + i) != word.charAt(i)) {
                throw InvalidJsonException.at(Math.min(from + i + 1, end));
            }
        }
        return from + word.length();
    }

    /** White space, the key of a member, and its colon. */
    int skipKey(int from) {
        int begin = byteAt(from) == '"' ? from : pastSpace(from);
        if (in[begin] != '"') {
            throw InvalidJsonException.at(begin);
        }
        int next = strings.endOfKey(begin + 1);
        if (!open.add(strings.hash(), begin + 1, next - 1)) {
            throw new InvalidJsonException("an object has the same key twice", begin + 1);
        }
        int colon = byteAt(next) == ':' ? next : pastSpace(next);
        if (in[colon] != ':') {
            throw InvalidJsonException.at(colon);
        }
        return colon + 1;
    }

    /** The key that {@link #skipKey} walked over last. */
    String key() {
        return KnownKeys.key(in, strings.keyBegin(), strings.keyEnd(), strings.hash());
    }

    /** White space; what comes then is not the end of the text. */
    int pastSpace(int from) {
        int i = from;
        while (isSpace(byteAt(i))) {
            i++;
        }
        byte b = byteAt(i);
        if (b >= 0 && b <= ' ') {
            throw InvalidJsonException.at(i);
        }
        return i;
    }

    static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    /** The byte at an index, 0 at the end, where nothing fits. */
    byte byteAt(int i) {
        return i < end ? in[i] : 0;
    }
}
