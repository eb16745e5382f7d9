package io.inplaceguard.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inplaceguard.template.Change.Action;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class TemplateDiffTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String APP = "'containers':[{'name':'app','image':'a:1'}]";

    private static JsonNode json(String text) {
        return JSON.readTree(text.replace('\'', '"'));
    }

    private static PodTemplate template(String tree) {
        return PodTemplate.ofWorkload(FieldPath.of("spec.template"), json(tree));
    }

    private static PodTemplate spec(String fields) {
        return template("{'spec':{" + fields + "}}");
    }

    private static TemplateDiff stored(String before, String after) {
        return TemplateDiff.between(spec(before), spec(after), Defaulting.NONE);
    }

    private static List<String> summary(TemplateDiff diff) {
        return diff.changes().stream()
                .map(change -> change.category() + " " + change.action() + " "
                        + change.path().toString().replace("spec.template.spec.", ""))
                .toList();
    }

    @ParameterizedTest(name = "{0} to {1}: {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            nullValues = "none",
            value = {
                "'hostNetwork':false                | 'hostNetwork':null               | none",
                "'volumes':[]                       | 'nodeSelector':{}                | none",
                "'affinity':{}                      | 'x':null                         | OTHER REMOVED affinity",
                "'enableServiceLinks':true          | 'x':null                         | OTHER REMOVED enableServiceLinks",
                "'volumes':[{'name':'a'},{'name':'b'}] | 'volumes':[{'name':'b'},{'name':'a'}] | OTHER REORDERED volumes",
                "'tolerations':[{'key':'a'},{'key':'b'}] | 'tolerations':[{'key':'b'},{'key':'a'}] | OTHER REORDERED tolerations",
                "'tolerations':[{'key':'a'}]        | 'tolerations':[{'key':'c'}]      | OTHER CHANGED tolerations",
                "'imagePullSecrets':[{'name':'a'},{'name':'b'}] | 'imagePullSecrets':[{'name':'b'},{'name':'a'}] | OTHER REORDERED imagePullSecrets",
                "'hostAliases':[{'ip':'1','hostnames':['a','b']}] | 'hostAliases':[{'ip':'1','hostnames':['b','a']}] | OTHER REORDERED hostAliases[ip=1].hostnames",
                "'containers':[{'name':'a'},{'name':'b'}] | 'containers':[{'name':'b'},{'name':'a'}] | CONTAINER_SET REORDERED containers",
                "'containers':[{'name':'a'}]        | 'containers':{'a':{'name':'a'}}  | CONTAINER_SET CHANGED containers",
                "'containers':[{'name':'a','securityContext':{}}] | 'containers':[{'name':'a'}] | OTHER REMOVED containers[name=a].securityContext",
                "'containers':[{'name':'a','resources':{}}] | 'containers':[{'name':'a'}] | none",
                "'containers':[{'name':'a','args':['x','y']}] | 'containers':[{'name':'a','args':['y','x']}] | OTHER REORDERED containers[name=a].args",
                "'containers':[{'name':'a','args':[null]}] | 'containers':[{'name':'a','args':['']}] | none",
                "'containers':[{'name':'a','image':'x'}] | 'containers':[{'name':'a','image':'y'}] | IMAGE CHANGED containers[name=a].image",
                "'initContainers':[{'name':'a','image':'x'}] | 'initContainers':[{'name':'a','image':'y'}] | OTHER CHANGED initContainers[name=a].image",
                "'futureField':1                    | 'futureField':2                  | OTHER CHANGED futureField",
                "'futureField':{'a':null,'b':1}     | 'futureField':{'b':1.0}          | none",
                "'futureField':null                 | 'x':null                         | none",
                "'nodeSelector':{'a':null}          | 'nodeSelector':{'a':''}          | none",
                "'nodeSelector':{'[a':'1'}          | 'nodeSelector':{'[a':'2'}        | OTHER CHANGED nodeSelector[[a]",
            })
    void a_change_is_found_where_go_writes_another_text(String before, String after, String expected) {
        TemplateDiff diff = stored(before, after);
        assertThat(summary(diff)).isEqualTo(expected == null ? List.of() : List.of(expected));
    }

    @ParameterizedTest(name = "{0} limit {1} to {2}: {3}")
    @CsvSource({
        "containers, 1Gi, 1073741824, CPU_MEMORY RESPELLED",
        "containers, 1Gi, 2Gi, CPU_MEMORY CHANGED",
        "initContainers, 1Gi, 1073741824, OTHER RESPELLED",
    })
    void the_same_amount_in_another_spelling_is_respelled(String list, String from, String to, String expected) {
        String container = "'%s':[{'name':'a','resources':{'limits':{'memory':'%s'}}}]";
        TemplateDiff diff = stored(container.formatted(list, from), container.formatted(list, to));
        assertThat(summary(diff)).containsExactly(expected + " " + list + "[name=a].resources.limits.memory");
        assertThat(diff.changes().get(0).requireResource()).isEqualTo("memory");
    }

    @Test
    void other_resources_of_a_container_have_their_own_category() {
        String container = "'containers':[{'name':'a','resources':{'limits':{'ephemeral-storage':'%s'}}}]";
        assertThat(summary(stored(container.formatted("1Gi"), container.formatted("2Gi"))))
                .containsExactly("OTHER_RESOURCE CHANGED containers[name=a].resources.limits.ephemeral-storage");
    }

    @Test
    void a_container_named_twice_is_reported_on_its_side() {
        String one = "'containers':[{'name':'a'},{'name':'b','tty':true}]";
        String twice = "'containers':[{'name':'a'},{'name':'a','tty':true}]";
        Change added = stored(one, twice).changes().get(0);
        assertThat(added.action()).isEqualTo(Action.DUPLICATED);
        assertThat(added.before()).isNull();
        assertThat(added.after()).isEqualTo(json("{'name':'a','tty':true}"));
        Change removed = stored(twice, one).changes().get(0);
        assertThat(removed.action()).isEqualTo(Action.REMOVED);
        assertThat(removed.before()).isEqualTo(json("{'name':'a','tty':true}"));
        assertThat(removed.after()).isNull();
    }

    @Test
    void fields_beside_metadata_and_spec_count() {
        TemplateDiff diff = TemplateDiff.between(
                template("{'spec':{" + APP + "}}"), template("{'spec':{" + APP + "},'extra':1}"), Defaulting.NONE);
        assertThat(diff.changes())
                .extracting(change -> change.path().toString())
                .containsExactly("spec.template.extra");
    }

    @Test
    void openkruises_own_keys_are_no_change_in_a_template() {
        TemplateDiff diff = TemplateDiff.between(
                template("{'metadata':{'labels':{'apps.kruise.io/x':'1','app':'a'}}}"),
                template("{'metadata':{'labels':{'kruise.io/y':'1','app':'b'},'annotations':{'kruise.io/z':''}}}"),
                Defaulting.NONE);
        assertThat(diff.changes()).singleElement().satisfies(change -> {
            assertThat(change.category()).isEqualTo(ChangeCategory.TEMPLATE_LABEL);
            assertThat(change.path()).hasToString("spec.template.metadata.labels.app");
        });
    }

    @Test
    void values_that_are_nested_too_deep_are_a_change_on_each_side() {
        JsonNode deep = deep();
        for (boolean both : List.of(true, false)) {
            ObjectNode before = JSON.createObjectNode().set("futureField", both ? deep : JSON.createArrayNode());
            ObjectNode after = JSON.createObjectNode().set("futureField", deep());
            TemplateDiff diff = TemplateDiff.between(
                    new PodTemplate(TemplateOrigin.WORKLOAD, FieldPath.ROOT, null, before),
                    new PodTemplate(TemplateOrigin.WORKLOAD, FieldPath.ROOT, null, after),
                    Defaulting.NONE);
            assertThat(diff.changes()).hasSize(1);
            assertThat(diff.after().malformations())
                    .extracting(Malformation::sentence)
                    .containsExactly("it is nested more than 200 levels deep and cannot be compared");
        }
    }

    private static JsonNode deep() {
        try (JsonParser parser = JSON.createParser("[".repeat(210) + "]".repeat(210))) {
            parser.nextToken();
            return JsonTree.read(parser);
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "'restartPolicy':'Always'",
                "'terminationGracePeriodSeconds':30",
                "'dnsPolicy':'ClusterFirst'",
                "'securityContext':{}",
                "'schedulerName':'default-scheduler'",
            })
    void a_default_that_was_written_is_marked_and_disappears_under_defaults(String written) {
        TemplateDiff diff = stored(APP, APP + "," + written);
        assertThat(diff.changes()).hasSize(1);
        assertThat(diff.onlyDefaultsAdded()).isTrue();
        assertThat(TemplateDiff.between(spec(APP), spec(APP + "," + written), Defaulting.OPENKRUISE)
                        .changes())
                .isEmpty();
        assertThat(stored(APP, APP + "," + written + ",'hostPID':true").onlyDefaultsAdded())
                .isFalse();
    }

    @ParameterizedTest(name = "{0} is not a default of OpenKruise")
    @ValueSource(
            strings = {
                "'restartPolicy':'Never'",
                "'enableServiceLinks':true",
                "'hostNetwork':true,'containers':[{'name':'app','image':'a:1','ports':[{'containerPort':80,'hostPort':80}]}]",
                "'volumes':[{'name':'v','image':{'reference':'a','pullPolicy':'Always'}}]",
            })
    void other_values_are_not_marked(String written) {
        TemplateDiff diff = stored(APP, written.contains("containers") ? written : APP + "," + written);
        assertThat(diff.changes()).isNotEmpty().noneMatch(Change::defaultWritten);
    }

    @ParameterizedTest
    @EnumSource(
            value = TemplateOrigin.class,
            names = {"POD", "POD_RESIZE"})
    void a_pod_is_compared_as_it_is(TemplateOrigin origin) {
        PodTemplate before = new PodTemplate(origin, FieldPath.ROOT, null, json("{" + APP + "}"));
        PodTemplate after =
                new PodTemplate(origin, FieldPath.ROOT, null, json("{" + APP + ",'restartPolicy':'Always'}"));
        assertThat(TemplateDiff.between(before, after, Defaulting.OPENKRUISE).changes())
                .singleElement()
                .satisfies(change -> assertThat(change.defaultWritten()).isFalse());
    }

    @Test
    void a_change_outside_of_a_container_has_no_container() {
        Change change = stored(APP, APP + ",'hostPID':true").changes().get(0);
        assertThat(change.container()).isNull();
        assertThatThrownBy(change::requireContainer).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(change::requireResource).isInstanceOf(NullPointerException.class);
    }

    @Test
    void the_shared_empty_object_cannot_be_changed() {
        assertThatThrownBy(() -> JsonTree.EMPTY.asObject().put("a", 1))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(JsonTree.EMPTY.isEmpty()).isTrue();
    }

    @Test
    void policies_are_set_in_one_copy_and_the_rest_is_shared() {
        PodTemplate template = spec("'containers':[{'name':'a'},{'name':'b'},null],'volumes':[{'name':'v'}]");
        PodTemplate changed = template.withResizePolicies(Map.of(1, json("[1]"), 2, json("[2]")));
        assertThat(changed.spec().path("containers"))
                .isEqualTo(json("[{'name':'a'},{'name':'b','resizePolicy':[1]},null]"));
        assertThat(changed.spec().path("volumes")).isSameAs(template.spec().path("volumes"));
        assertThat(template.spec().at("/containers/1").has("resizePolicy")).isFalse();
    }

    /** Both lists are as long as they may be, in opposite orders: a search of the list for each name would be 10^8. */
    @Test
    void the_largest_lists_are_compared() {
        ObjectNode before = JSON.createObjectNode();
        ObjectNode after = JSON.createObjectNode();
        ArrayNode old = before.putArray("volumes");
        ArrayNode wanted = after.putArray("volumes");
        for (int i = 0; i < ObjectLimits.MAX_ENTRIES; i++) {
            old.addObject().put("name", "v" + i);
            wanted.addObject().put("name", "v" + (ObjectLimits.MAX_ENTRIES - i - 1));
        }
        PodTemplate stored = new PodTemplate(TemplateOrigin.WORKLOAD, FieldPath.ROOT, null, before);
        PodTemplate reversed = new PodTemplate(TemplateOrigin.WORKLOAD, FieldPath.ROOT, null, after);
        assertThat(summary(TemplateDiff.between(stored, reversed, Defaulting.NONE)))
                .containsExactly("OTHER REORDERED spec.volumes");
        assertThat(stored.malformations()).isEmpty();
        old.addObject().put("name", "one more");
        assertThat(stored.malformations())
                .extracting(Malformation::sentence)
                .containsExactly("its list or map volumes has more than 10000 entries and cannot be compared");
    }

    /** Numbers of another spelling at the bottom: comparing both ways at each level would take 2^150 steps. */
    @Test
    void deep_values_of_unknown_fields_are_compared_once() {
        JsonNode before = json("{'futureField':" + "{'a':".repeat(150) + "1" + "}".repeat(151));
        JsonNode after = json("{'futureField':" + "{'a':".repeat(150) + "1.0" + "}".repeat(151));
        assertThat(TemplateDiff.between(
                                new PodTemplate(TemplateOrigin.WORKLOAD, FieldPath.ROOT, null, before),
                                new PodTemplate(TemplateOrigin.WORKLOAD, FieldPath.ROOT, null, after),
                                Defaulting.NONE)
                        .changes())
                .isEmpty();
    }

    @Test
    void an_object_with_too_many_containers_or_values_is_malformed() {
        ObjectNode spec = JSON.createObjectNode();
        ArrayNode containers = spec.putArray("containers");
        for (int i = 0; i <= ObjectLimits.MAX_CONTAINERS; i++) {
            containers.addObject().put("name", "c" + i);
        }
        assertThat(ObjectLimits.exceeded(FieldPath.of("spec"), spec)
                        .orElseThrow()
                        .sentence())
                .isEqualTo("its list or map containers has more than 1000 entries and cannot be compared");
        ObjectNode wide = JSON.createObjectNode();
        for (int i = 0; i < 30; i++) {
            ArrayNode list = wide.putArray("l" + i);
            for (int j = 0; j < 9_000; j++) {
                list.add(1);
            }
        }
        assertThat(ObjectLimits.exceeded(FieldPath.of("spec"), wide)
                        .orElseThrow()
                        .sentence())
                .isEqualTo("it has more than 200000 values and cannot be compared");
    }

    @Test
    void containers_that_are_not_a_list_are_malformed_and_hold_no_container() {
        PodTemplate template = spec("'containers':{'a':{'name':'a'}}");
        assertThat(template.containers()).isEmpty();
        assertThat(template.malformations())
                .extracting(Malformation::sentence)
                .containsExactly("it is not a list of containers");
    }

    @ParameterizedTest(name = "{0} to {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            nullValues = "none",
            value = {
                "[{'metadata':{'name':'a'}}] | [{'metadata':{'name':'b'}}] | b    | a    | none | none",
                "[{'metadata':{'name':'a'},'spec':{'resources':{'requests':{'storage':'1Gi'}}}}] | [{'metadata':{'name':'a'},'spec':{'resources':{'requests':{'storage':'2Gi'}}}}] | none | none | a | none",
                "[{'metadata':{'name':'a'}}] | [{'metadata':{'name':'a'},'spec':{'storageClassName':'x'}}] | none | none | none | a",
                "[{'metadata':{'name':'a'}}] | [{'metadata':{'name':'a'},'status':{'phase':'Pending'},'kind':'X'}] | none | none | none | none",
                "null | [] | none | none | none | none",
            })
    void claim_templates_are_compared_by_name(
            String before, String after, String added, String removed, String resized, String changed) {
        assertThat(ClaimTemplateChanges.between(json(before), json(after)))
                .isEqualTo(new ClaimTemplateChanges(list(added), list(removed), list(resized), list(changed)));
    }

    private static List<String> list(String name) {
        return name == null ? List.of() : List.of(name);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'resources':{} | BestEffort | Burstable",
                "'resources':{'limits':{'cpu':'1','memory':'1Gi'}} | Burstable | Burstable",
                "'resources':{'limits':{'cpu':'1','memory':'1Gi'},'requests':{'cpu':'1','memory':'1Gi'}} | Guaranteed | Burstable",
                "'hostPID':false | Burstable | Burstable",
            })
    void the_qos_class_is_taken_from_the_pod_and_from_the_containers(String pod, String ofPod, String ofContainers) {
        PodTemplate template =
                spec(pod + ",'containers':[{'name':'a','resources':{'requests':{'cpu':'500m','memory':'0'}}}]");
        assertThat(QosClass.of(template)).hasToString(ofPod);
        assertThat(QosClass.ofRevision(template)).hasToString(ofContainers);
    }

    @Test
    void container_requests_add_up_as_kubernetes_adds_them() {
        PodTemplate template = spec("'resources':{'limits':{'cpu':'9'}},"
                + "'initContainers':[{'name':'side','restartPolicy':'Always','resources':{'requests':{'cpu':'1'}}},"
                + "{'name':'init','resources':{'limits':{'cpu':'4'}}}],"
                + "'containers':[{'name':'a','resources':{'requests':{'cpu':'1'}}},"
                + "{'name':'b','resources':{'claims':[{'name':'c'}],'limits':{'cpu':'500m'}}}]");
        PodResources pod = template.podResources().orElseThrow();
        assertThat(pod.containerRequests("cpu").orElseThrow()).isEqualByComparingTo("5");
        assertThat(pod.effectiveRequest("cpu").orElseThrow()).isEqualByComparingTo("5");
        assertThat(pod.containerRequests("memory")).isEmpty();
        assertThat(pod.hasRequest("cpu")).isFalse();
        assertThat(template.hasClaims()).isTrue();
    }
}
