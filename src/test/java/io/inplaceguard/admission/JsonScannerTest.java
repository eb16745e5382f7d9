package io.inplaceguard.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inplaceguard.template.JsonTree;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/** The scanner against a JSON library. */
class JsonScannerTest {

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static JsonScanner scanner(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new JsonScanner(bytes, bytes.length);
    }

    private static JsonNode tree(String text) {
        JsonScanner scanner = scanner(text);
        JsonNode tree = scanner.tree(null);
        if (!scanner.isAtEnd()) {
            throw new AssertionError("not at the end");
        }
        return tree;
    }

    @ParameterizedTest
    @MethodSource("io.inplaceguard.admission.Cases#all")
    void whole_reviews_are_read_as_the_library_reads_them(Cases.Case example) {
        String text = new String(example.body(), StandardCharsets.UTF_8);
        assertThat(tree(text)).isEqualTo(JSON.readTree(text));
        JsonScanner skipping = scanner(text);
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
    void what_is_json_is_read(String text) {
        assertThat(tree(text)).isEqualTo(JSON.readTree(text));
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
                "{\"a\":1}}",
            })
    void what_is_not_is_refused(String text) {
        assertThatThrownBy(() -> tree(text)).isInstanceOfAny(JsonScanner.Invalid.class, AssertionError.class);
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
    void walking_over_is_as_strict(String text) {
        assertThatThrownBy(() -> scanner(text).skip()).isInstanceOf(JsonScanner.Invalid.class);
    }

    @Property(tries = 2000)
    void whatever_is_done_to_a_text_both_agree_on_it(@ForAll long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        value(text, random, 0);
        for (int edits = random.nextInt(3); edits > 0 && !text.isEmpty(); edits--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(3)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, "{}[],:\"\\1tn ".charAt(random.nextInt(12)));
                default -> text.setCharAt(at, text.charAt(random.nextInt(text.length())));
            }
        }
        Object library = outcome(() -> JSON.readTree(text.toString()));
        // The library reads an empty text as a missing node.
        assertThat(outcome(() -> tree(text.toString())))
                .as("%s", text)
                .isEqualTo(text.toString().isBlank() ? "refused" : library);
    }

    private static Object outcome(java.util.function.Supplier<JsonNode> reading) {
        try {
            return reading.get();
        } catch (RuntimeException | AssertionError e) {
            return "refused";
        }
    }

    private static void value(StringBuilder text, Random random, int depth) {
        switch (random.nextInt(depth > 4 ? 3 : 6)) {
            case 0 -> text.append(new String[] {"1", "-25", "0.5", "1e9", "true", "false", "null"}[random.nextInt(7)]);
            case 1, 2 -> string(text, random);
            case 3 -> {
                text.append('[');
                for (int i = random.nextInt(4); i > 0; i--) {
                    value(text, random, depth + 1);
                    text.append(i > 1 ? "," : "");
                }
                text.append(']');
            }
            default -> {
                text.append('{');
                for (int i = random.nextInt(5); i > 0; i--) {
                    string(text, random);
                    text.append(':');
                    value(text, random, depth + 1);
                    text.append(i > 1 ? ", " : "");
                }
                text.append('}');
            }
        }
    }

    private static void string(StringBuilder text, Random random) {
        text.append('"');
        for (int i = random.nextInt(12); i > 0; i--) {
            text.append(new String[] {"a", "b", "c", "\\n", "\\u0061", "ü", "\\\""}[random.nextInt(7)]);
        }
        text.append('"');
    }

    @org.junit.jupiter.api.Test
    void what_is_repeated_is_shared_and_what_is_not_is_read() {
        String first = "{\"a\":{\"x\":[1,2]},\"b\":[{\"n\":1},{\"n\":2}]}";
        String second = "{\"a\":{\"x\":[1,2]},\"b\":[{\"n\":1},{\"n\":3}]}";
        JsonScanner scanner = scanner(first + second + first);
        JsonNode one = scanner.tree(null);
        JsonNode two = scanner.tree(one);
        JsonNode three = scanner.tree(one);
        assertThat(two).isEqualTo(JSON.readTree(second));
        assertThat(two.get("a")).isSameAs(one.get("a"));
        assertThat(two.get("b").get(0)).isSameAs(one.get("b").get(0));
        assertThat(three).isSameAs(one);
        assertThat(scanner.isAtEnd()).isTrue();
    }

    @org.junit.jupiter.api.Test
    void nesting_is_bounded() {
        assertThatThrownBy(() -> scanner("[".repeat(JsonScanner.DEEPEST + 1)).skip())
                .hasMessageContaining("nested");
        String deep = "[".repeat(5000) + "]".repeat(5000);
        scanner(deep).skip();
        assertThat(JsonTree.isTooDeep(tree(deep))).isTrue();
    }
}
