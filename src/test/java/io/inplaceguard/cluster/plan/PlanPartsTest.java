package io.inplaceguard.cluster.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The parts of a plan that are computed here: the patch of an apply, requests of pods, room on a node, the rollout. */
class PlanPartsTest {

    private static final JsonMapper JSON = new JsonMapper();

    private static JsonNode json(String text) {
        return JSON.readTree(text.replace('\'', '"'));
    }

    @ParameterizedTest(name = "{0} | {1} | {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // lastApplied | manifest | live | patch
                "{} | {'a':1} | {'a':1,'b':2} | {}",
                "{'b':2} | {'a':1} | {'a':1,'b':2} | {'b':null}",
                "{'b':2} | {'a':1} | {'a':1} | {}",
                "{} | {'o':{'x':1}} | {'o':{'x':2,'y':3}} | {'o':{'x':1}}",
                "{'o':{'y':3}} | {'o':{'x':1}} | {'o':{'x':1,'y':3}} | {'o':{'y':null}}",
                "{} | {'l':[1]} | {'l':[1,2]} | {'l':[1]}",
                "{} | {'a':null} | {'a':1} | {'a':null}",
                "{} | {'a':null} | {} | {}",
            })
    void an_apply_patches_what_the_manifest_changes_and_drops(
            String lastApplied, String manifest, String live, String patch) {
        JsonNode actual = ThreeWayMerge.patch(json(lastApplied), json(manifest), json(live));
        assertThat(actual).isEqualTo(json(patch));
        JsonNode applied = ThreeWayMerge.apply(json(live), actual);
        assertThat(ThreeWayMerge.patch(json(lastApplied), json(manifest), applied))
                .isEmpty();
    }

    private static JsonNode pod(String spec, String status) {
        return json("{'spec':{%s},'status':{%s}}".formatted(spec, status));
    }

    @Test
    void requests_of_a_pod_are_counted_as_kubernetes_counts_them() {
        String containers =
                "'containers':[{'name':'a','resources':{'requests':{'cpu':'100m','memory':'1Gi'}}},{'name':'b','resources':{'requests':{'cpu':'0.2'}}}]";
        assertThat(PodRequests.of(pod(containers, ""))).isEqualTo(Amount.of(json("{'cpu':'300m','memory':'1Gi'}")));
        String init =
                ",'initContainers':[{'name':'s','restartPolicy':'Always','resources':{'requests':{'cpu':'50m'}}},{'name':'i','resources':{'requests':{'cpu':'500m'}}}]";
        assertThat(PodRequests.of(pod(containers + init, "")).cpu())
                .as("the init container runs beside the sidecar")
                .isEqualByComparingTo("0.55");
        assertThat(PodRequests.of(pod(containers + ",'resources':{'requests':{'cpu':'2'}},'overhead':{'cpu':'1'}", ""))
                        .cpu())
                .isEqualByComparingTo("3");
    }

    @Test
    void a_running_pod_holds_what_is_allocated_or_still_in_use() {
        JsonNode growing = pod(
                "'containers':[{'name':'a','resources':{'requests':{'cpu':'2'}}}]",
                "'containerStatuses':[{'name':'a','allocatedResources':{'cpu':'1'},'resources':{'requests':{'cpu':'1'}}}]");
        assertThat(PodRequests.held(growing).cpu()).isEqualByComparingTo("1");
        JsonNode shrinking = pod(
                "'containers':[{'name':'a','resources':{'requests':{'cpu':'1'}}}]",
                "'containerStatuses':[{'name':'a','allocatedResources':{'cpu':'1'},'resources':{'requests':{'cpu':'2'}}}]");
        assertThat(PodRequests.held(shrinking).cpu()).isEqualByComparingTo("2");
        JsonNode waiting = pod(
                "'containers':[{'name':'a','resources':{'requests':{'cpu':'9'}}}]",
                "'conditions':[{'type':'PodResizePending','status':'True'}],'containerStatuses':[{'name':'a','resources':{'requests':{'cpu':'2'}}}]");
        assertThat(PodRequests.held(waiting).cpu())
                .as("a kubelet that does not report the allocation")
                .isEqualByComparingTo("2");
        JsonNode podLevel = pod(
                "'resources':{'requests':{'cpu':'9'}},'overhead':{'cpu':'1'},'containers':[{'name':'a'}]",
                "'allocatedResources':{'cpu':'3'},'resources':{'requests':{'cpu':'2'}}");
        assertThat(PodRequests.held(podLevel).cpu()).isEqualByComparingTo("4");
    }

    private static NodeFit.Resize resize(JsonNode pod, String cpu) {
        JsonNode resized = pod.deepCopy();
        ((ObjectNode) resized.at("/spec/containers/0/resources/requests")).put("cpu", cpu);
        return new NodeFit.Resize(pod, resized);
    }

    @ParameterizedTest(name = "cpu to {0}: {1} fit, {2} deferred, {3} infeasible, {4}")
    @CsvSource({
        "1, 2, 0, 0, '', ''",
        "1500m, 2, 0, 0, '', ''",
        "2, 1, 1, 0, 1 cpu, ''",
        "4, 0, 2, 0, 1500m cpu, ''",
        "4001m, 0, 0, 2, '', 1m cpu more than allocatable",
    })
    void pods_are_fitted_one_after_the_other(
            String cpu, int fits, int deferred, int infeasible, String missing, String refused) {
        JsonNode one = pod("'containers':[{'name':'a','resources':{'requests':{'cpu':'500m'}}}]", "");
        JsonNode two = pod("'containers':[{'name':'b','resources':{'requests':{'cpu':'500m'}}}]", "");
        JsonNode other = pod("'containers':[{'name':'c','resources':{'requests':{'cpu':'1'}}}]", "'phase':'Running'");
        JsonNode done = pod("'containers':[{'name':'d','resources':{'requests':{'cpu':'1'}}}]", "'phase':'Failed'");
        NodeFit fit = NodeFit.of(
                json("{'metadata':{'name':'n'},'status':{'allocatable':{'cpu':'4','memory':'1Gi'}}}"),
                List.of(one, two, other, done),
                List.of(resize(one, cpu), resize(two, cpu)));
        assertThat(fit).isEqualTo(new NodeFit("n", fits, deferred, infeasible, missing, refused));
    }

    @Test
    void missing_amounts_are_readable() {
        assertThat(Amount.ZERO
                        .minus(Amount.of(json("{'cpu':'1.5','memory':'64Mi'}")))
                        .missing())
                .isEqualTo("1500m cpu and 64Mi memory");
        assertThat(Amount.ZERO.minus(Amount.of(json("{'memory':'1025'}"))).missing())
                .isEqualTo("1025 memory");
        assertThat(Amount.ZERO.minus(Amount.of(json("{'memory':'2Ti'}"))).missing())
                .isEqualTo("2048Gi memory");
        assertThat(Amount.of(json("{'cpu':'nonsense'}"))).isEqualTo(Amount.ZERO);
    }

    @ParameterizedTest(name = "{0} {1}: {2} of {3}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "CloneSet | {'replicas':5,'updateStrategy':{'rollingUpdate':{'partition':2}}} | 3 | 5 | 20%",
                "CloneSet | {'replicas':5,'updateStrategy':{'partition':'99%','maxUnavailable':1}} | 1 | 5 | 1",
                "CloneSet | {'replicas':5,'updateStrategy':{'partition':'100%'}} | 0 | 5 | 20%",
                "StatefulSet | {'replicas':3,'updateStrategy':{'rollingUpdate':{'partition':7}}} | 0 | 3 | 1",
                "DaemonSet | {'updateStrategy':{'rollingUpdate':{'partition':'50%'}}} | 2 | 4 | 1",
                "UnitedDeployment | {'replicas':4,'updateStrategy':{'manualUpdate':{'partitions':{'a':1,'b':2}}}} | 1 | 4 | 1",
                "CloneSet | {} | 1 | 1 | 20%",
            })
    void the_partition_keeps_pods_at_the_old_revision(
            String kind, String spec, int updated, int total, String maxUnavailable) {
        JsonNode object = json("{'kind':'%s','spec':%s}".formatted(kind, spec));
        RolloutOrder order = RolloutOrder.of(object, 4);
        assertThat(order.updated()).isEqualTo(updated);
        assertThat(order.total()).isEqualTo(total);
        assertThat(order.maxUnavailable()).isEqualTo(maxUnavailable);
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "CloneSet | {} | not-ready pods first",
                "CloneSet | {'priorityStrategy':{'weightPriority':[]}} | by its priorityStrategy",
                "CloneSet | {'scatterStrategy':[{'key':'a','value':'b'}]} | scattered",
                "StatefulSet | {'partition':1} | the highest ordinal first",
                "StatefulSet | {'unorderedUpdate':{'priorityStrategy':{}}} | by its priorityStrategy",
                "StatefulSet | {'unorderedUpdate':{}} | ``",
                "DaemonSet | {'partition':1} | ``",
            })
    void the_order_is_that_of_the_strategy(String kind, String rolling, String order) {
        JsonNode object = json("{'kind':'%s','spec':{'updateStrategy':{'rollingUpdate':%s}}}".formatted(kind, rolling));
        assertThat(RolloutOrder.of(object, 2).order()).isEqualTo(order);
    }

    @Test
    void a_container_restarts_for_an_image_a_resize_policy_or_metadata_that_its_env_reads() {
        String before =
                "{'metadata':{'labels':{'v':'1'}},'spec':{'containers':[{'name':'a','image':'x:1','resources':{'requests':{'cpu':'1'}}%s}]}}";
        String cpu = before.replace("'cpu':'1'", "'cpu':'2'");
        assertThat(effect(before, cpu, "")).isEqualTo(ContainerPlan.Effect.RESIZED);
        assertThat(effect(before, before.replace("'cpu':'1'", "'cpu':'1000m'"), ""))
                .isEqualTo(ContainerPlan.Effect.UNCHANGED);
        assertThat(effect(before, cpu, ",'resizePolicy':[{'resourceName':'cpu','restartPolicy':'RestartContainer'}]"))
                .isEqualTo(ContainerPlan.Effect.RESTARTED);
        assertThat(effect(before, before.replace("x:1", "x:2"), "")).isEqualTo(ContainerPlan.Effect.RESTARTED);
        ObjectNode read = (ObjectNode) json(before.formatted(",'env':[{'name':'V','valueFrom':{'fieldRef':{}}}]"));
        ((ObjectNode) read.at("/spec/containers/0/env/0/valueFrom/fieldRef")).put("fieldPath", "metadata.labels['v']");
        ObjectNode relabelled = read.deepCopy();
        ((ObjectNode) relabelled.at("/metadata/labels")).put("v", "2");
        assertThat(ContainerPlan.of(read, relabelled).get(0).effect()).isEqualTo(ContainerPlan.Effect.RESTARTED);
        assertThat(effect(before, before.replace("'v':'1'", "'v':'2'"), "")).isEqualTo(ContainerPlan.Effect.UNCHANGED);
        assertThat(effect(before, before.replace("'image':'x:1'", "'image':'x:1','tty':true"), ""))
                .isEqualTo(ContainerPlan.Effect.RECREATED);
    }

    private static ContainerPlan.Effect effect(String before, String after, String more) {
        return ContainerPlan.of(json(before.formatted(more)), json(after.formatted(more)))
                .get(0)
                .effect();
    }

    @Test
    void of_a_denied_result_only_fields_that_a_rule_reports_are_changes() {
        String container = "{'spec':{'containers':[{'name':'app','image':'a:1','env':[{'name':'A','value':'%s'}]%s}]}}";
        JsonNode stored = json(container.formatted("x", ",'imagePullPolicy':'Always'"));
        JsonNode wanted = json(container.formatted("y", ""));
        assertThat(ContainerPlan.of(stored, wanted, (name, field) -> name.equals("app") && field.equals("env"))
                        .get(0)
                        .changes())
                .containsExactly("env");
        assertThat(ContainerPlan.of(stored, wanted).get(0).changes()).containsExactly("env, imagePullPolicy");
    }
}
