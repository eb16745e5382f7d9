package io.inplaceguard.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class StrategicMergePatchTest {

    private static final JsonMapper JSON = new JsonMapper();

    /** Templates, patches and what StrategicMergePatch of k8s.io/apimachinery 0.32 made of them; null where it refused. */
    private static List<JsonNode> decided() throws IOException {
        var stream =
                Objects.requireNonNull(StrategicMergePatchTest.class.getResourceAsStream("/fields/patches.jsonl.gz"));
        return new BufferedReader(new InputStreamReader(new GZIPInputStream(stream), StandardCharsets.UTF_8))
                .lines()
                .map(JSON::readTree)
                .toList();
    }

    @Test
    void every_patch_gives_the_template_that_kubernetes_gives() throws IOException {
        assertThat(decided()).hasSize(500).allSatisfy(row -> {
            JsonNode template = row.path("template");
            JsonNode before = template.deepCopy();
            if (row.path("merged").isNull()) {
                assertThatThrownBy(() -> StrategicMergePatch.apply(template, row.path("patch")))
                        .as(row.toString())
                        .isInstanceOf(IllegalArgumentException.class);
            } else {
                JsonNode expected = StrategicMergePatch.stripped(row.path("merged"));
                assertThat(JsonTree.sameValue(StrategicMergePatch.apply(template, row.path("patch")), expected))
                        .as(row.toString())
                        .isTrue();
            }
            assertThat(template).isEqualTo(before);
        });
    }

    @ParameterizedTest(name = "{1} on {0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                // Go holds resources by value and writes them as {}; an object that is added could not be a directive.
                "{'name':'a'}                          | {'resources':{'$patch':'replace','limits':{'cpu':'1'}}} | {'limits':{'cpu':'1'}}",
                "{'name':'a','resources':null}         | {'resources':{'$patch':'replace','limits':{'cpu':'1'}}} | {'limits':{'cpu':'1'}}",
                "{'name':'a','resources':{'claims':[]}} | {'resources':{'$patch':'delete'}}                      | {}",
                "{'name':'a'}                          | {'resources':{'limits':{'cpu':'1'}}}                    | {'limits':{'cpu':'1'}}",
            })
    void structs_that_go_holds_by_value_are_always_there(String container, String patch, String resources) {
        JsonNode template = json("{'spec':{'containers':[" + container + "]}}");
        JsonNode change = json("{'spec':{'containers':[" + patch.replaceFirst("\\{", "{'name':'a',") + "]}}");
        assertThat(StrategicMergePatch.apply(template, change).at("/spec/containers/0/resources"))
                .isEqualTo(json(resources));
    }

    @Test
    void an_empty_list_takes_the_elements_of_the_patch_as_they_are() {
        JsonNode merged = StrategicMergePatch.apply(
                json("{'spec':{'volumes':[],'containers':[]}}"), json("{'spec':{'volumes':[{'emptyDir':{}}]}}"));
        assertThat(merged.at("/spec/volumes")).isEqualTo(json("[{'emptyDir':{}}]"));
    }

    private static JsonNode json(String text) {
        return JSON.readTree(text.replace('\'', '"'));
    }

    @ParameterizedTest(name = "{0} orders the containers as {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"containers\":[{\"name\":\"x\"}]}                                                       | x a b c",
                "{\"$setElementOrder/containers\":[{\"name\":\"c\"},{\"name\":\"a\"}]}                     | b c a",
                "{\"$setElementOrder/containers\":[{\"name\":\"c\"}]}                                      | a b c",
                "{\"$setElementOrder/containers\":[{\"name\":\"c\"},{\"name\":\"b\"},{\"name\":\"a\"}]}    | c b a",
                "{\"containers\":[{\"name\":\"b\",\"$patch\":\"delete\"}]}                                 | a c",
                "{\"containers\":[{\"$patch\":\"replace\"},{\"name\":\"x\"}]}                              | x",
            })
    void containers_are_ordered_as_by_the_api_machinery(String spec, String names) {
        JsonNode template =
                JSON.readTree("{\"spec\":{\"containers\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"c\"}]}}");
        JsonNode merged =
                StrategicMergePatch.apply(template, JSON.createObjectNode().set("spec", JSON.readTree(spec)));
        assertThat(merged.at("/spec/containers")
                        .valueStream()
                        .map(container -> container.path("name").asString()))
                .containsExactly(names.split(" "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]",
                "{\"spec\":{\"$patch\":\"merge\"}}",
                "{\"spec\":{\"containers\":[{\"image\":\"x\"}]}}",
                "{\"spec\":{\"containers\":[5]}}",
                "{\"spec\":{\"containers\":[null]}}",
                "{\"spec\":{\"$setElementOrder/tolerations\":[]}}",
                "{\"spec\":{\"$setElementOrder/containers\":5}}",
                "{\"spec\":{\"$retainKeys\":5}}",
                "{\"spec\":{\"$retainKeys\":[],\"hostNetwork\":true}}",
            })
    void a_patch_that_kubernetes_refuses_is_refused(String patch) {
        JsonNode template = JSON.readTree("{\"spec\":{\"containers\":[{\"name\":\"a\"}]}}");
        assertThatThrownBy(() -> StrategicMergePatch.apply(template, JSON.readTree(patch)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Each of the 20,000 elements is found by an index: a search of the list for each would be 10^8 comparisons. */
    @Test
    void the_largest_lists_are_merged_and_ordered() {
        ObjectNode template = JSON.createObjectNode();
        ObjectNode patch = JSON.createObjectNode();
        ArrayNode there = template.putObject("spec").putArray("volumes");
        ArrayNode wanted = patch.putObject("spec").putArray("volumes");
        ArrayNode order = patch.withObject("/spec").putArray("$setElementOrder/volumes");
        for (int i = 0; i < ObjectLimits.MAX_ENTRIES; i++) {
            there.addObject().put("name", "v" + i);
            wanted.addObject().put("name", "w" + i);
            order.addObject().put("name", "w" + i);
        }
        JsonNode merged = StrategicMergePatch.apply(template, patch);
        assertThat(merged.at("/spec/volumes").size()).isEqualTo(2 * ObjectLimits.MAX_ENTRIES);
        assertThat(merged.at("/spec/volumes/0/name").asString()).isEqualTo("w0");
    }

    @Test
    void what_a_patch_does_not_touch_is_shared() {
        JsonNode template =
                JSON.readTree("{\"spec\":{\"containers\":[{\"name\":\"a\"},{\"name\":\"b\"}],\"volumes\":[]}}");
        JsonNode merged = StrategicMergePatch.apply(
                template, JSON.readTree("{\"spec\":{\"containers\":[{\"name\":\"b\",\"image\":\"x\"}]}}"));
        assertThat(merged.at("/spec/volumes")).isSameAs(template.at("/spec/volumes"));
        assertThat(merged.at("/spec/containers/0")).isSameAs(template.at("/spec/containers/0"));
    }
}
