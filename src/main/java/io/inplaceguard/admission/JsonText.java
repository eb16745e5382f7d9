package io.inplaceguard.admission;

import io.inplaceguard.template.JsonTree;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Single strings and numbers of a JSON text. Everything but plain ASCII and small integers is decoded by Jackson. */
final class JsonText {

    /** Strings may be as long as the body. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private static final int MAX_DIGITS = 9;

    private JsonText() {}

    /** The string whose text, without its quotes, stands there. */
    static String string(byte[] in, int from, int to) {
        for (int i = from; i < to; i++) {
            if (in[i] == '\\' || in[i] < 0) {
                return parse(in, from - 1, to + 1).stringValue();
            }
        }
        return new String(in, from, to - from, StandardCharsets.ISO_8859_1);
    }

    /** Whether the two strings whose texts, without their quotes, stand there are the same, however they are escaped. */
    static boolean isSame(byte[] in, int from, int to, int otherFrom, int otherTo) {
        return Arrays.equals(in, from, to, in, otherFrom, otherTo)
                || ((isEscaped(in, from, to) || isEscaped(in, otherFrom, otherTo))
                        && string(in, from, to).equals(string(in, otherFrom, otherTo)));
    }

    private static boolean isEscaped(byte[] in, int from, int to) {
        for (int i = from; i < to; i++) {
            if (in[i] == '\\') {
                return true;
            }
        }
        return false;
    }

    /** The number whose text stands there. */
    static JsonNode number(byte[] in, int from, int to) {
        if (!isSmall(in, from, to)) {
            return parse(in, from, to);
        }
        int value = 0;
        for (int i = from; i < to; i++) {
            value = 10 * value + in[i] - '0';
        }
        return JsonNodeFactory.instance.numberNode(value);
    }

    /** Whether a number's text is a few digits and nothing else, so that it is valid. */
    static boolean isSmall(byte[] in, int from, int to) {
        boolean isSmall = to - from <= MAX_DIGITS && (in[from] != '0' || to - from == 1);
        for (int i = from; i < to && isSmall; i++) {
            isSmall = in[i] >= '0' && in[i] <= '9';
        }
        return isSmall;
    }

    private static JsonNode parse(byte[] in, int from, int to) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), in, from, to - from)) {
            parser.nextToken();
            JsonNode value = JsonTree.read(parser);
            if (parser.nextToken() == null) {
                return value;
            }
        } catch (JacksonException e) {
            // Reported below, without Jackson's message, which quotes the text.
        }
        throw new InvalidJsonException("it is not valid JSON", from);
    }
}
