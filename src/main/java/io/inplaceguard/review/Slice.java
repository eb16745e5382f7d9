package io.inplaceguard.review;

import io.inplaceguard.template.JsonTree;
import java.util.Arrays;
import java.util.function.Supplier;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JsonNode;

/**
 * A JSON value left where it lies in the body until somebody needs its tree. Slices of the same bytes are equal, so equal
 * specs are never built.
 */
final class Slice implements Supplier<JsonNode> {

    private final byte[] body;
    private final int from;
    private final int to;

    Slice(byte[] body, int from, int to) {
        this.body = body;
        this.from = from;
        this.to = to;
    }

    @Override
    public JsonNode get() {
        try (JsonParser parser = ReviewReader.parser(body, from, to - from)) {
            parser.nextToken();
            return JsonTree.read(parser);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Slice slice && Arrays.equals(body, from, to, slice.body, slice.from, slice.to);
    }

    @Override
    public int hashCode() {
        return to - from;
    }
}
