package io.inplaceguard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

class RoomTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String NODE =
            "{metadata: {name: %s}, spec: {%s}, status: {allocatable: {pods: '%s', cpu: '%s'}}}";
    private static final String POD =
            "{spec: {nodeName: %s, containers: [{resources: {requests: {cpu: %s}}}, {name: other}]}}";

    private static JsonNode yaml(String... items) {
        ArrayNode array = JSON.createArrayNode();
        for (String item : items) {
            array.add(JSON.<JsonNode>valueToTree(new Yaml(new SafeConstructor(new LoaderOptions())).load(item)));
        }
        return array;
    }

    @Test
    void the_scarcer_of_pods_and_cpus_counts() {
        assertThat(Room.of(yaml(NODE.formatted("a", "", 110, "2")), yaml(POD.formatted("a", "500m"))))
                .isEqualTo(20);
        assertThat(Room.of(yaml(NODE.formatted("a", "", 31, "64")), yaml(POD.formatted("a", "500m"))))
                .isEqualTo(15);
    }

    @Test
    void a_daemon_set_has_a_pod_on_each_node() {
        String[] nodes = {NODE.formatted("a", "", 110, "1500m"), NODE.formatted("b", "", 110, "4500m")};
        assertThat(Room.of(yaml(nodes), yaml())).isEqualTo(40);
    }

    @Test
    void nodes_on_which_no_pod_can_be_placed_do_not_count() {
        String[] nodes = {
            NODE.formatted("a", "", 110, "1500m"),
            NODE.formatted("b", "taints: [{effect: NoSchedule}]", 110, "64"),
            NODE.formatted("c", "unschedulable: true", 110, "64")
        };
        assertThat(Room.of(yaml(nodes), yaml(POD.formatted("b", "2")))).isEqualTo(20);
    }

    @Test
    void where_there_is_no_room_the_edits_are_still_made() {
        assertThat(Room.of(yaml(), yaml())).isEqualTo(1);
        assertThat(Room.of(yaml(NODE.formatted("a", "", 1, "100m")), yaml(POD.formatted("a", "1"))))
                .isEqualTo(1);
    }
}
