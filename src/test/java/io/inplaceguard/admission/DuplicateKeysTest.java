package io.inplaceguard.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DuplicateKeysTest {

    /** Keys in one text, with the places where they stand. */
    private static final class Keys {
        private final StringBuilder text = new StringBuilder(" ");
        private final List<int[]> places = new ArrayList<>();

        void add(String key) {
            text.append('"');
            places.add(new int[] {text.length(), text.length() + key.length()});
            text.append(key).append('"');
        }

        OpenValues empty() {
            return new OpenValues(text.toString().getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static Keys numbered(int count) {
        Keys keys = new Keys();
        for (int i = 0; i < count; i++) {
            keys.add("key-" + i);
        }
        return keys;
    }

    /** Whether the object has not had the key yet. */
    private static boolean add(OpenValues found, Keys keys, int index, long hash) {
        int[] place = keys.places.get(index);
        return found.add(hash, place[0], place[1]);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 24, 25, 40, 1_000, 20_000})
    void keys_with_the_same_hash_are_compared_by_text(int count) {
        Keys keys = numbered(count);
        OpenValues found = keys.empty();
        found.push(true, 0);
        for (int i = 0; i < count; i++) {
            assertThat(add(found, keys, i, 7)).as("%d", i).isTrue();
        }
        for (int i = 0; i < count; i += 1 + count / 50) {
            assertThat(add(found, keys, i, 7)).as("%d again", i).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 24, 25, 26, 40, 1_000, 100_000})
    void a_second_one_is_found_in_objects_of_every_size(int count) {
        Keys keys = numbered(count);
        OpenValues found = keys.empty();
        found.push(true, 0);
        for (int i = 0; i < count; i++) {
            assertThat(add(found, keys, i, i * 31L)).isTrue();
        }
        for (int i = 0; i < count; i += 1 + count / 50) {
            assertThat(add(found, keys, i, i * 31L)).as("%d again", i).isFalse();
        }
    }

    @Test
    void each_object_has_its_own_keys() {
        Keys keys = numbered(60);
        OpenValues found = keys.empty();
        found.push(true, 0);
        for (int i = 0; i < 30; i++) {
            assertThat(add(found, keys, i, i)).isTrue();
            found.push(true, 0);
            for (int k = 0; k < 60; k++) {
                assertThat(add(found, keys, k, k)).isTrue();
            }
            assertThat(add(found, keys, 3, 3)).isFalse();
            found.pop();
        }
        assertThat(add(found, keys, 29, 29)).isFalse();
        assertThat(add(found, keys, 30, 30)).isTrue();
        found.pop();
        assertThat(found.depth()).isZero();
    }

    @Test
    void escapes_do_not_hide_a_second_one() {
        Keys keys = new Keys();
        keys.add("abc");
        keys.add("\\u0061bc");
        keys.add("\\u0062bc");
        OpenValues found = keys.empty();
        found.push(true, 0);
        assertThat(add(found, keys, 0, 1)).isTrue();
        assertThat(add(found, keys, 1, 1)).isFalse();
        assertThat(add(found, keys, 2, 1)).isTrue();
    }

    @Test
    void an_object_of_a_million_keys_is_walked_over() {
        StringBuilder text = new StringBuilder("{\"a\":0");
        for (int i = 0; i < 1_000_000; i++) {
            text.append(",\"").append(i).append("\":0");
        }
        byte[] bytes = text.append("}").toString().getBytes(StandardCharsets.US_ASCII);
        JsonCursor cursor = new JsonCursor(bytes, bytes.length);
        cursor.skip();
        assertThat(cursor.isAtEnd()).isTrue();
    }

    @Test
    void escaped_and_plain_keys_of_every_length_have_the_same_hash() {
        for (int length = 1; length < 40; length++) {
            String rest = "k".repeat(length - 1);
            byte[] bytes = ("{\"a" + rest + "\":1,\"\\u0061" + rest + "\":2}").getBytes(StandardCharsets.US_ASCII);
            assertThatThrownBy(() -> new JsonCursor(bytes, bytes.length).skip())
                    .as("%d characters", length)
                    .hasMessageContaining("same key twice");
        }
    }
}
