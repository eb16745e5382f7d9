package io.inplaceguard.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What holds of every pod template, over generated ones. */
class GuardPropertyTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Guard GUARD = new Guard(GuardSettings.DEFAULTS);

    /** A quantity and ways to write it that Go reads and writes back as one text. */
    private static final List<List<String>> SPELLINGS = List.of(
            List.of("\"1\"", "1", "\"1000m\"", "1.0", "\"1000000u\""),
            List.of("\"500m\"", "0.5", "\"0.5\"", "\"500000u\""),
            List.of("\"2G\"", "2000000000", "2e9", "\"2000M\""));

    @Provide
    Arbitrary<JsonNode> containers() {
        Arbitrary<String> word = Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(6);
        Arbitrary<Integer> size = Arbitraries.integers().between(1, 3);
        return Combinators.combine(
                        word.list().uniqueElements().ofMinSize(1).ofMaxSize(3),
                        word,
                        size,
                        Arbitraries.integers().between(0, 15))
                .as((names, value, cpu, shape) -> {
                    ArrayNode list = JSON.createArrayNode();
                    for (String name : names) {
                        ObjectNode container =
                                list.addObject().put("name", name).put("image", value + ":1");
                        if ((shape & 1) != 0) {
                            container
                                    .putArray("env")
                                    .addObject()
                                    .put("name", "A")
                                    .put("value", value);
                        }
                        if ((shape & 2) != 0) {
                            container.putArray("ports").addObject().put("containerPort", 80 + cpu);
                        }
                        if ((shape & 4) != 0) {
                            ObjectNode resources = container.putObject("resources");
                            resources
                                    .putObject("requests")
                                    .put("cpu", cpu + "00m")
                                    .put("memory", "1Gi");
                            resources.putObject("limits").put("cpu", cpu).put("memory", "2Gi");
                        }
                        if ((shape & 8) != 0) {
                            container
                                    .putObject("readinessProbe")
                                    .putObject("httpGet")
                                    .put("port", 80);
                        }
                    }
                    return (JsonNode) list;
                });
    }

    @Provide
    Arbitrary<JsonNode> outsideImageAndResources() {
        return Arbitraries.of(
                        "{\"env\":[{\"name\":\"NEW\",\"value\":\"1\"}]}",
                        "{\"args\":[\"--x\"]}",
                        "{\"command\":[\"x\"]}",
                        "{\"workingDir\":\"/x\"}",
                        "{\"imagePullPolicy\":\"Never\"}",
                        "{\"stdin\":true}",
                        "{\"tty\":true}",
                        "{\"lifecycle\":{}}",
                        "{\"securityContext\":{}}",
                        "{\"volumeMounts\":[{\"name\":\"a\",\"mountPath\":\"/a\"}]}",
                        "{\"livenessProbe\":{\"tcpSocket\":{\"port\":1}}}",
                        "{\"ports\":[{\"containerPort\":9}]}",
                        "{\"unheardOf\":0}",
                        "{\"terminationMessagePolicy\":\"FallbackToLogsOnError\"}",
                        "{\"restartPolicy\":\"Always\"}")
                .map(JSON::readTree);
    }

    private static JsonNode cloneSet(JsonNode containers) {
        JsonNode object = Samples.cloneSet("InPlaceOnly");
        object.at("/spec/template/spec").asObject().set("containers", containers);
        return object;
    }

    @Property(tries = 300)
    void no_change_is_no_violation(@ForAll("containers") JsonNode containers) {
        JsonNode object = cloneSet(containers);
        assertThat(GUARD.validate(Samples.update(object, object.deepCopy()), ObjectStage.SUBMITTED))
                .isEqualTo(Verdict.ALLOWED);
        // Once more with one number in another spelling, so that the specs are compared value by value.
        JsonNode respelt = Samples.set(object, "/spec/replicas", "3.0");
        assertThat(GUARD.validate(Samples.update(object, respelt), ObjectStage.SUBMITTED))
                .isEqualTo(Verdict.ALLOWED);
    }

    @Property(tries = 500)
    void a_change_outside_image_and_resources_is_always_denied(
            @ForAll("containers") JsonNode containers, @ForAll("outsideImageAndResources") JsonNode change) {
        JsonNode edited = containers.deepCopy();
        edited.get(0).asObject().setAll(change.asObject());
        assertThat(GUARD.validate(Samples.update(cloneSet(containers), cloneSet(edited)), ObjectStage.SUBMITTED)
                        .denied())
                .isTrue();
    }

    @Property(tries = 300)
    void a_changed_image_alone_is_no_violation(@ForAll("containers") JsonNode containers) {
        JsonNode edited = containers.deepCopy();
        edited.forEach(container -> container.asObject().put("image", "registry.example/other:2"));
        assertThat(GUARD.validate(Samples.update(cloneSet(containers), cloneSet(edited)), ObjectStage.SUBMITTED))
                .isEqualTo(Verdict.ALLOWED);
    }

    @Property(tries = 300)
    void another_spelling_that_go_writes_back_as_the_same_text_is_no_violation(
            @ForAll("containers") JsonNode containers, @ForAll("spelling") List<String> twoSpellings) {
        JsonNode one = respelt(containers, twoSpellings.get(0));
        ObjectNode other = (ObjectNode) respelt(containers, twoSpellings.get(1)).get(0);
        JsonNode list = respelt(containers, twoSpellings.get(1));
        other.putArray("args");
        other.putNull("command");
        other.put("tty", false).put("workingDir", "");
        list.asArray().set(0, other);
        assertThat(GUARD.validate(Samples.update(cloneSet(one), cloneSet(list)), ObjectStage.SUBMITTED))
                .isEqualTo(Verdict.ALLOWED);
    }

    private static JsonNode respelt(JsonNode containers, String quantity) {
        JsonNode copy = containers.deepCopy();
        ObjectNode limits = copy.get(0).asObject().putObject("resources").putObject("limits");
        limits.set("cpu", JSON.readTree(quantity));
        limits.set("memory", JSON.readTree(quantity));
        return copy;
    }

    @Provide
    Arbitrary<List<String>> spelling() {
        return Arbitraries.of(SPELLINGS)
                .flatMap(same -> Arbitraries.of(same).list().ofSize(2));
    }
}
