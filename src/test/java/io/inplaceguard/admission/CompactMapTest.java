package io.inplaceguard.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** The map of an object's members is a map that keeps the order. */
class CompactMapTest {

    @Property
    void it_is_what_a_linked_map_is(@ForAll @Size(max = 40) List<@IntRange(max = 30) Integer> keys) {
        CompactMap map = new CompactMap();
        Map<String, JsonNode> model = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            // Equal strings, not the same.
            JsonNode value = JsonNodeFactory.instance.numberNode(i);
            assertThat(map.put("k" + keys.get(i), value)).isEqualTo(model.put("k" + keys.get(i), value));
        }
        assertThat(map).isEqualTo(model).hasSameSizeAs(model).hasSameHashCodeAs(model);
        assertThat(new ArrayList<>(map.keySet())).isEqualTo(new ArrayList<>(model.keySet()));
        assertThat(new ArrayList<>(map.values())).isEqualTo(new ArrayList<>(model.values()));
        for (int key = 0; key <= 31; key++) {
            assertThat(map.get("k" + key)).isEqualTo(model.get("k" + key));
            assertThat(map.containsKey("k" + key)).isEqualTo(model.containsKey("k" + key));
        }
        assertThat(map.get(null)).isNull();
        map.clear();
        assertThat(map).isEmpty();
        assertThat(map.get("k1")).isNull();
    }

    @Test
    void an_iterator_at_its_end_has_nothing_more() {
        var entries = new CompactMap().entrySet().iterator();
        assertThat(entries.hasNext()).isFalse();
        assertThatThrownBy(entries::next).isInstanceOf(NoSuchElementException.class);
    }
}
