package io.inplaceguard.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inplaceguard.admission.SharedTreeReader.LimitExceededException;
import io.inplaceguard.template.FieldPath;
import io.inplaceguard.template.JsonTree;
import io.inplaceguard.template.MeasuredObject;
import io.inplaceguard.template.ObjectLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/** The cursor and the trees read with it, compared with Jackson. */
class SharedTreeReaderTest {

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static JsonCursor cursor(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new JsonCursor(bytes, bytes.length);
    }

    /** The trees of values that stand one after the other, each read with the one before it as its likeness. */
    private static List<JsonNode> trees(String text) {
        JsonCursor cursor = cursor(text);
        SharedTreeReader reader = new SharedTreeReader(cursor);
        List<JsonNode> trees = new ArrayList<>();
        while (!cursor.isAtEnd()) {
            trees.add(reader.read(trees.isEmpty() ? null : trees.get(trees.size() - 1)));
        }
        return trees;
    }

    private static JsonNode tree(String text) {
        return new SharedTreeReader(cursor(text)).read(null);
    }

    @ParameterizedTest
    @MethodSource("io.inplaceguard.admission.Cases#all")
    void whole_reviews_are_read_as_jackson_reads_them(Cases.Case example) {
        String text = new String(example.body(), StandardCharsets.UTF_8);
        assertThat(trees(text)).containsExactly(JSON.readTree(text));
        JsonCursor skipping = cursor(text);
        skipping.skip();
        assertThat(skipping.isAtEnd()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "[[],{}]",
                " { \"a\" : [ 1 , 2.5e3 , -7, 0, 12345678901234567890, 0.10 ] } \n",
                "{\"a\\\"b\":\"c\\\\\",\"ä\":\"\\u00e4€😀\"}",
                "\"\"",
                "true",
                "null",
                "-0",
                "{\"\":{\"\":\"\"}}",
                "{\"a\":{\"b\":1},\"b\":{\"a\":1,\"b\":2}}",
                "[\"1234567\",\"12345678\",\"123456789\"]",
            })
    void json_is_read(String text) {
        assertThat(trees(text)).containsExactly(JSON.readTree(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[",
                "{]",
                "[1,]",
                "{\"a\":1,}",
                "{\"a\"}",
                "{\"a\":}",
                "{a:1}",
                "[1 2]",
                "tru",
                "nul",
                "+",
                "01",
                "1.",
                "--1",
                "\"a",
                "\"a\nb\"",
                "\"\\x\"",
                "\"\\u12\"",
                "{\"a\":1,\"a\":2}",
                "{\"a\":1,\"\\u0061\":2}",
                "[{\"b\":{},\"c\":0,\"b\":1}]",
                "{\"12345678\":1,\"12345678\":2}",
                "{\"a\\\"\":1,\"a\\\"\":2}",
                "\u00a01",
            })
    void other_text_is_refused(String text) {
        assertThatThrownBy(() -> tree(text)).isInstanceOf(InvalidJsonException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1}}", "1 2", "[] x", "true,"})
    void text_behind_a_value_is_left_to_the_caller(String text) {
        JsonCursor cursor = cursor(text);
        new SharedTreeReader(cursor).read(null);
        assertThat(cursor.isAtEnd()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "[1,]",
                "{\"a\":1,}",
                "{\"a\"}",
                "[1 2]",
                "tru",
                "\"a",
                "{\"a\":1,\"a\":2}",
                "[{\"a\":1,\"\\u0061\":2}]",
                "{\"a\":[{\"12345678\":1,\"12345678\":2}]}",
                "{\"a\":1]",
            })
    void skipping_is_as_strict(String text) {
        assertThatThrownBy(() -> cursor(text).skip()).isInstanceOf(InvalidJsonException.class);
    }

    /** One change of a text: at that share of its length, what to do, with which character. */
    record Edit(double where, int what, char character) {

        String apply(String text) {
            int at = (int) (where * text.length());
            return switch (at == text.length() ? 1 : what) {
                case 0 -> text.substring(0, at) + text.substring(at + 1);
                case 1 -> text.substring(0, at) + character + text.substring(at);
                default -> text.substring(0, at) + character + text.substring(at + 1);
            };
        }
    }

    @Provide
    Arbitrary<List<Edit>> edits() {
        return Combinators.combine(
                        Arbitraries.doubles().between(0, 1),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.of('1', ' ', ',', ':', '"', '\\', '{', '}', '[', ']', 'a', 't', '\u0001'))
                .as(Edit::new)
                .list()
                .ofMaxSize(3);
    }

    @Provide
    Arbitrary<String> json() {
        return value(4);
    }

    private static Arbitrary<String> value(int levels) {
        Arbitrary<String> scalar =
                Arbitraries.oneOf(Arbitraries.of("1", "-25", "0.5", "1e9", "true", "false", "null"), string());
        if (levels == 0) {
            return scalar;
        }
        Arbitrary<String> inner = Arbitraries.lazy(() -> value(levels - 1));
        Arbitrary<String> array = inner.list().ofMaxSize(4).map(values -> "[" + String.join(",", values) + "]");
        // What is in these two is built later.
        Arbitrary<String> key = Arbitraries.oneOf(string(), Arbitraries.of("\"env\"", "\"volumes\""));
        Arbitrary<String> object = Combinators.combine(key, inner)
                .as((name, value) -> name + ":" + value)
                .list()
                .ofMaxSize(4)
                .map(members -> "{" + String.join(", ", members) + "}");
        return Arbitraries.oneOf(object, array, scalar);
    }

    private static Arbitrary<String> string() {
        return Arbitraries.of("a", "b", "c", "\\n", "\\u0061", "ü", "\\\"")
                .list()
                .ofMaxSize(9)
                .map(parts -> "\"" + String.join("", parts) + "\"");
    }

    /** What Jackson reads; empty where it refuses the text. */
    private static Optional<JsonNode> jackson(String text) {
        try {
            // Jackson reads an empty text as a missing node.
            return text.isBlank() ? Optional.empty() : Optional.of(JSON.readTree(text));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private static Optional<List<JsonNode>> read(String text) {
        try {
            return Optional.of(trees(text));
        } catch (InvalidJsonException e) {
            return Optional.empty();
        }
    }

    private static String edited(String text, List<Edit> edits) {
        String result = text;
        for (Edit edit : edits) {
            result = edit.apply(result);
        }
        return result;
    }

    @Property(tries = 2000)
    void any_text_is_read_or_refused_as_by_jackson(@ForAll("json") String text, @ForAll("edits") List<Edit> edits) {
        String edited = edited(text, edits);
        Optional<List<JsonNode>> one = read(edited).filter(trees -> trees.size() == 1);
        assertThat(one.map(trees -> trees.get(0))).as("%s", edited).isEqualTo(jackson(edited));
    }

    @Property(tries = 2000)
    void a_text_after_a_similar_one_is_read_as_by_jackson(
            @ForAll("json") String text, @ForAll("edits") List<Edit> first, @ForAll("edits") List<Edit> second) {
        String one = edited(text, first);
        String two = edited(text, second);
        Optional<JsonNode> oneTree = jackson(one);
        Optional<JsonNode> twoTree = jackson(two);
        if (oneTree.isPresent() && twoTree.isPresent()) {
            assertThat(trees(one + "\n" + two + "\n" + one))
                    .as("%s\n%s", one, two)
                    .containsExactly(oneTree.get(), twoTree.get(), oneTree.get());
        } else if (oneTree.isPresent()) {
            JsonCursor cursor = cursor("[" + one + "\n,\n" + two + "\n]");
            SharedTreeReader reader = new SharedTreeReader(cursor);
            cursor.enter('[');
            JsonNode like = reader.read(null);
            cursor.next(']');
            Optional<JsonNode> whole = jackson("[" + one + "\n,\n" + two + "\n]");
            assertThat(readRest(cursor, reader, like).isPresent())
                    .as("%s\n%s", one, two)
                    .isEqualTo(whole.isPresent());
        }
    }

    /** The rest of an array of which the first element has been read. */
    private static Optional<JsonNode> readRest(JsonCursor cursor, SharedTreeReader reader, JsonNode like) {
        try {
            JsonNode tree = reader.read(like);
            while (cursor.next(']')) {
                tree = reader.read(like);
            }
            return cursor.isAtEnd() ? Optional.of(tree) : Optional.empty();
        } catch (InvalidJsonException e) {
            return Optional.empty();
        }
    }

    @Test
    void a_repeated_text_is_shared_and_another_one_is_read() {
        String first = "{\"a\":{\"x\":[1,2]},\"b\":[{\"n\":1},{\"n\":2}]}";
        String second = "{\"a\":{\"x\":[1,2]},\"b\":[{\"n\":1},{\"n\":3}]}";
        JsonCursor cursor = cursor(first + second + first);
        SharedTreeReader reader = new SharedTreeReader(cursor);
        JsonNode one = reader.read(null);
        int values = cursor.values();
        JsonNode two = reader.read(one);
        assertThat(cursor.values()).isEqualTo(2 * values);
        JsonNode three = reader.read(one);
        assertThat(two).isEqualTo(JSON.readTree(second));
        assertThat(two.get("a")).isSameAs(one.get("a"));
        assertThat(two.get("b").get(0)).isSameAs(one.get("b").get(0));
        assertThat(three).isSameAs(one);
        assertThat(cursor.values()).isEqualTo(3 * values);
        assertThat(cursor.isAtEnd()).isTrue();
    }

    @Test
    void fields_of_no_interest_are_built_when_they_are_asked_for() {
        String env = "[{\"name\": \"A\", \"value\": \"1\"}, {\"name\": \"B\", \"value\": \"2\"}]";
        String probe = "{\"httpGet\": {\"port\": 8080, \"path\": \"/ready\"}, \"periodSeconds\": 5}";
        String text = "{\"env\": " + env + ", \"livenessProbe\": " + probe + ", \"ports\": []}";
        JsonNode tree = tree(text);

        assertThat(tree.get("env").isEmpty()).isFalse();
        assertThat(tree.get("livenessProbe").isEmpty()).isFalse();
        assertThat(tree.get("ports").isEmpty()).isTrue();
        assertThat(tree.get("env").size()).isEqualTo(2);
        assertThat(tree.at("/env/1/value").stringValue()).isEqualTo("2");
        assertThat(tree.at("/livenessProbe/httpGet/port").intValue()).isEqualTo(8080);
        assertThat(tree.get("livenessProbe").has("exec")).isFalse();
        assertThat(tree)
                .isEqualTo(JSON.readTree(text))
                .hasToString(JSON.readTree(text).toString());
        assertThat(((MeasuredObject) tree).keepsLimits()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[\"\\q\", \"long enough\"]", "[01, \"long enough\"]", "[\"a\", -, \"long enough\"]"})
    void what_is_built_later_is_checked_at_once(String value) {
        assertThatThrownBy(() -> tree("{\"env\": " + value + "}")).isInstanceOf(InvalidJsonException.class);
    }

    @Test
    void what_is_built_later_keeps_the_limits() {
        String deep = "[".repeat(JsonTree.MAX_LEVELS) + "]".repeat(JsonTree.MAX_LEVELS);
        assertThat(JsonTree.isTooDeep(tree("{\"env\": " + deep + "}"))).isTrue();

        String many = "[" + "1,".repeat(ObjectLimits.MAX_ENTRIES) + "1]";
        assertThatThrownBy(() -> tree("{\"env\": " + many + "}")).isInstanceOf(LimitExceededException.class);

        String containers = "{\"containers\": [" + "1,".repeat(ObjectLimits.MAX_CONTAINERS) + "1]}";
        assertThat(((MeasuredObject) tree("{\"env\": " + containers + "}")).keepsLimits())
                .isFalse();
    }

    @Test
    void skipped_values_are_counted_as_read_ones() {
        String text = "{\"a\":[1,\"x\",true,null,{}],\"b\":{\"c\":[[]]}}";
        JsonCursor skipped = cursor(text + text);
        JsonCursor.Span span = skipped.skip(JsonCursor.Span.NONE);
        JsonCursor read = cursor(text);
        new SharedTreeReader(read).read(null);
        assertThat(skipped.values()).isEqualTo(read.values()).isEqualTo(10);
        skipped.skip(span);
        assertThat(skipped.values()).isEqualTo(20);
    }

    @Test
    void nesting_is_bounded() {
        assertThatThrownBy(() -> cursor("[".repeat(OpenValues.MAX_DEPTH + 1)).skip())
                .isInstanceOf(InvalidJsonException.class)
                .hasMessageContaining("nested");
        String deep = "[".repeat(5000) + "]".repeat(5000);
        cursor(deep).skip();
        assertThat(JsonTree.isTooDeep(tree(deep))).isTrue();
    }

    @Test
    void no_tree_is_built_beyond_a_limit_and_the_cursor_can_go_back() {
        String list = "[" + "0,".repeat(99) + "0]";
        for (String text : List.of("{\"a\":" + list + "}", "[\"" + "x".repeat(600) + "\",1]")) {
            JsonCursor cursor = cursor("{\"k\":" + text + ",\"l\":1}");
            SharedTreeReader reader = new SharedTreeReader(cursor);
            cursor.enter('{');
            cursor.key();
            JsonCursor.Mark mark = cursor.mark();
            reader.limit(50, 500);
            assertThatThrownBy(() -> reader.read(null)).isInstanceOf(LimitExceededException.class);
            cursor.reset(mark);
            cursor.skip();
            assertThat(cursor.next('}')).isTrue();
            assertThat(cursor.key()).isEqualTo("l");
            cursor.skip();
            assertThat(cursor.next('}')).isFalse();
            assertThat(cursor.isAtEnd()).isTrue();
        }
    }

    @Test
    void a_tree_knows_whether_it_keeps_the_limits_and_so_does_a_shared_one() {
        String deep = "{\"d\":" + "[".repeat(300) + "]".repeat(300) + "}";
        String containers = "{\"s\":{\"containers\":[" + "{},".repeat(ObjectLimits.MAX_CONTAINERS) + "{}]}}";
        for (String text : List.of(deep, containers, "{\"a\":[{\"b\":[1]}]}")) {
            List<JsonNode> trees = trees(text + "{\"x\":1}" + text + text);
            boolean keeps = text.startsWith("{\"a\"");
            for (JsonNode tree : List.of(trees.get(0), trees.get(2), trees.get(3))) {
                assertThat(((MeasuredObject) tree).keepsLimits()).isEqualTo(keeps);
                assertThat(ObjectLimits.exceeded(FieldPath.ROOT, tree).isEmpty())
                        .isEqualTo(keeps);
            }
            List<JsonNode> nested = trees("{\"k\":" + text + ",\"l\":1}{\"k\":" + text + ",\"l\":2}");
            assertThat(((MeasuredObject) nested.get(1)).keepsLimits()).isEqualTo(keeps);
        }
    }

    @Test
    void long_lists_and_maps_are_not_built() {
        String zeros = "0,".repeat(ObjectLimits.MAX_ENTRIES);
        assertThat(tree("[" + zeros.substring(2) + "0]")).hasSize(ObjectLimits.MAX_ENTRIES);
        assertThatThrownBy(() -> tree("[" + zeros + "0]")).hasMessageContaining("list of more than 10000");
        StringBuilder map = new StringBuilder("{\"k\":0");
        for (int i = 0; i < ObjectLimits.MAX_ENTRIES; i++) {
            map.append(",\"k").append(i).append("\":0");
        }
        assertThatThrownBy(() -> tree(map + "}")).hasMessageContaining("map of more than 10000");
    }
}
