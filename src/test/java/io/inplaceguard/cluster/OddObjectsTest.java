package io.inplaceguard.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.cluster.StubApiServer.Answer;
import io.inplaceguard.cluster.audit.AuditCommand;
import io.inplaceguard.cluster.plan.PlanCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** plan and audit among objects and answers that a well-behaved cluster would not have: each ends with a sentence, never an exception. */
class OddObjectsTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String KRUISE = "/apis/apps.kruise.io/v1beta1";
    private static final String ADMISSION = "/apis/admissionregistration.k8s.io/v1/";
    private static final List<String> JUNK =
            List.of("null", "7", "\"text\"", "true", "[]", "{}", "[null, 1, [], {\"a\": null}]", "{\"\": [null]}");

    private static final String WEB = """
            {"apiVersion": "apps.kruise.io/v1beta1", "kind": "CloneSet",
             "metadata": {"name": "web", "namespace": "shop", "uid": "u", "annotations":
              {"inplace-guard.io/typo": "x", "kubectl.kubernetes.io/last-applied-configuration": "{}"}, "labels": {"a": "b"}},
             "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"},
               "matchExpressions": [{"key": "k", "operator": "In", "values": ["v"]}]},
              "updateStrategy": {"type": "RollingUpdate", "rollingUpdate":
               {"podUpdatePolicy": "InPlaceOnly", "partition": "0%", "maxUnavailable": 1, "paused": false}},
              "volumeClaimTemplates": [{"metadata": {"name": "data"}}],
              "template": {"metadata": {"labels": {"app": "web"}, "annotations": {"c": "d"}}, "spec": {"restartPolicy": "Never",
               "nodeSelector": {"kubernetes.io/os": "linux"}, "os": {"name": "linux"},
               "initContainers": [{"name": "init", "image": "i:1", "restartPolicy": "Always"}],
               "containers": [{"name": "app", "image": "app:1", "env": [{"name": "L", "valueFrom": {"fieldRef": {"fieldPath":
                "metadata.labels['app']"}}}], "resizePolicy": [{"resourceName": "cpu", "restartPolicy": "Restart"}],
                "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": "1"}, "claims": [{"name": "g"}]}}]}}},
             "status": {"replicas": 2, "updatedReplicas": 1, "updateRevision": "web-new"}}""";
    private static final String POD = """
            {"metadata": {"name": "web-1", "namespace": "shop", "annotations":
              {"apps.kruise.io/inplace-update-state": "{\\"lastContainerStatuses\\": {\\"app\\": {\\"imageID\\": \\"x\\"}}}"},
              "labels": {"app": "web", "controller-revision-hash": "old"},
              "ownerReferences": [{"apiVersion": "apps.kruise.io/v1beta1", "kind": "CloneSet", "name": "web", "uid": "u",
               "controller": true}]},
             "spec": {"nodeName": "n1", "overhead": {"cpu": "1m"}, "volumes": [{"name": "data"}],
              "resources": {"requests": {"cpu": "2"}},
              "initContainers": [{"name": "init", "restartPolicy": "Always", "resources": {"requests": {"cpu": "1m"}}}],
              "containers": [{"name": "app", "image": "app:1", "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}}}]},
             "status": {"phase": "Running", "resize": "Deferred", "conditions":
              [{"type": "PodResizePending", "status": "True", "reason": "Infeasible", "lastTransitionTime": "t"},
               {"type": "InPlaceUpdateReady", "status": "False"}],
              "resources": {"requests": {"cpu": "2"}}, "allocatedResources": {"cpu": "1"},
              "containerStatuses": [{"name": "app", "image": "app:1", "imageID": "x", "state": {"running": {}},
               "allocatedResources": {"cpu": "1"}, "resources": {"requests": {"cpu": "1"}}}]}}""";
    private static final String REVISION = """
            {"metadata": {"name": "web-old"}, "data": {"spec": {"template": {"$patch": "replace", "spec": {"containers":
             [{"name": "app", "image": "app:1", "env": [{"name": "OTHER", "value": "x"}]}]}}}}}""";
    private static final String NODE = """
            {"metadata": {"name": "n1", "labels": {"kubernetes.io/os": "linux"}},
             "status": {"allocatable": {"cpu": "2", "memory": "4Gi"}}}""";
    private static final String NAMESPACE = """
            {"metadata": {"name": "shop", "labels": {"inplace-guard.io/mode": "x", "inplaceguard.io/mode": "enforce"}}}""";
    private static final String WEBHOOKS = """
            {"metadata": {"name": "guard"}, "webhooks": [{"name": "workloads.enforce.inplace-guard.io", "failurePolicy": "Ignore",
             "matchPolicy": "Exact", "rules": [{"operations": ["UPDATE"], "resources": ["clonesets"]}],
             "matchConditions": [{"name": "mine", "expression": "true"}], "objectSelector": {"matchLabels": {"a": "b"}},
             "namespaceSelector": {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]},
             "clientConfig": {"caBundle": "AAAA", "service": {"name": "guard", "namespace": "guard", "path": "/validate"}}}]}""";
    private static final String SLICE = """
            {"endpoints": [{"addresses": ["10.0.0.1"], "conditions": {"ready": false}}]}""";
    private static final String DEPLOYMENT = """
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "m", "namespace": "kruise-system"}, "spec":
             {"template": {"spec": {"containers": [{"name": "manager", "command": ["/manager"],
              "args": ["--feature-gates=InPlaceWorkloadVerticalScaling=true"],
              "env": [{"name": "INPLACEGUARD_OPENKRUISE_VERTICALSCALING", "value": "disabled"}]}]}}}}""";

    @TempDir
    static Path temp;

    private final StubApiServer server = new StubApiServer();

    @BeforeEach
    void serve() {
        server.on(KRUISE, """
                {"resources": [{"name": "clonesets", "kind": "CloneSet", "namespaced": true},
                 {"name": "clonesets/status", "kind": "CloneSet", "namespaced": true}]}""");
        server.on("/api/v1", """
                {"resources": [{"name": "pods", "kind": "Pod", "namespaced": true}, {"name": "pods/resize", "kind": "Pod"}]}""");
        server.on("/version", "{\"gitVersion\": \"v1.26.9\"}");
        objects(new LinkedHashMap<>());
    }

    @AfterEach
    void close() {
        server.close();
    }

    private static final Map<String, String> OBJECTS = new LinkedHashMap<>(Map.of(
            "web",
            WEB,
            "pod",
            POD,
            "revision",
            REVISION,
            "node",
            NODE,
            "namespace",
            NAMESPACE,
            "webhooks",
            WEBHOOKS,
            "slice",
            SLICE,
            "deployment",
            DEPLOYMENT));

    private void objects(Map<String, String> changed) {
        Map<String, String> all = new LinkedHashMap<>(OBJECTS);
        all.putAll(changed);
        String web = all.get("web");
        server.on(KRUISE + "/clonesets", list(web));
        server.on(KRUISE + "/namespaces/shop/clonesets/web", web);
        server.on(
                "PATCH " + KRUISE + "/namespaces/shop/clonesets/web",
                web.replace("100m", "1500m").replace("app:1", "app:2"));
        server.on("/api/v1/pods", list(all.get("pod")));
        server.on("/api/v1/namespaces/shop/pods", list(all.get("pod")));
        server.on("/api/v1/namespaces/shop/pods/web-1", all.get("pod"));
        server.on("PATCH /api/v1/namespaces/shop/pods/web-1", all.get("pod"));
        server.on(
                "PATCH /api/v1/namespaces/shop/pods/web-1/resize",
                all.get("pod").replace("50m", "3"));
        server.on("/apis/apps/v1/namespaces/shop/controllerrevisions/web-old", all.get("revision"));
        server.on(
                "/apis/apps/v1/namespaces/shop/controllerrevisions/web-new",
                all.get("revision").replace("OTHER", "NEW"));
        server.on("/api/v1/nodes/n1", all.get("node"));
        server.on("/api/v1/namespaces", list(all.get("namespace")));
        server.on(ADMISSION + "validatingwebhookconfigurations", list(all.get("webhooks")));
        server.on(ADMISSION + "mutatingwebhookconfigurations", list(all.get("webhooks")));
        server.on("/apis/discovery.k8s.io/v1/namespaces/guard/endpointslices", list(all.get("slice")));
        server.on("/apis/apps/v1/namespaces/guard/deployments/guard", all.get("deployment"));
        server.on(
                "/apis/apps/v1/namespaces/kruise-system/deployments/kruise-controller-manager", all.get("deployment"));
    }

    private static String list(String item) {
        return "{\"metadata\": {}, \"items\": [" + item + "]}";
    }

    private record Run(int status, String out, String err) {}

    private static int runs;

    private Run run(Object command, String... args) throws IOException {
        // On JDK 17 an HTTP client keeps its selector, three open files, until it is collected; a command makes one for
        // its process.
        if (++runs % 50 == 0) {
            System.gc();
        }
        List<String> line = new ArrayList<>(List.of(args));
        line.addAll(List.of("--kubeconfig", server.kubeconfig(temp).toString()));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((exception, commandLine, result) -> {
                    throw new AssertionError(exception);
                })
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(line.toArray(String[]::new));
        return new Run(status, out.toString(), err.toString());
    }

    private static String manifests() throws IOException {
        Path file = temp.resolve("manifest.yaml");
        if (Files.notExists(file)) {
            String pod = POD.replaceFirst("\\{", "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", ")
                    .replace("50m", "3");
            Files.writeString(
                    file,
                    "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [" + WEB.replace("100m", "1500m") + ", "
                            + pod + "]}");
        }
        return file.toString();
    }

    @Test
    void the_objects_themselves_have_findings_and_a_plan() throws Exception {
        Run audit = run(new AuditCommand(), "-A");
        assertThat(audit.status()).as("%s", audit).isEqualTo(1);
        assertThat(audit.out())
                .contains(
                        "[stuck-rollout]", "[resize-infeasible]", "[same-digest]", "[guard-ca-bundle]", "[guard-gate]")
                .contains(
                        "[version]",
                        "[unknown-mode]",
                        "[never-resizable]",
                        "[guard-endpoints]",
                        "[guard-configuration]");
        Run plan = run(new PlanCommand(), "-f", manifests(), "-n", "shop");
        assertThat(plan.out()).as("%s", plan).contains("resize by node", "2 planned");
    }

    /** Each value of each object is replaced by each kind of junk. */
    @Test
    void no_value_of_any_object_ends_a_command_with_an_exception() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        for (Map.Entry<String, String> object : OBJECTS.entrySet()) {
            int size = nodes(JSON.readTree(object.getValue())).size();
            for (int position = 0; position < size; position++) {
                // Every kind of junk is seen at every fourth position; all of them at each would take minutes.
                for (int junk = position % 4; junk < JUNK.size(); junk += 4) {
                    JsonNode tree = JSON.readTree(object.getValue());
                    nodes(tree).get(position).accept(JSON.readTree(JUNK.get(junk)));
                    objects(Map.of(object.getKey(), tree.toString()));
                    String what = object.getKey() + " " + position + " " + JUNK.get(junk) + ": " + tree;
                    assertThat(run(new AuditCommand(), "-A").status()).as(what).isBetween(0, 2);
                    if (List.of("web", "pod", "node").contains(object.getKey())) {
                        assertThat(run(new PlanCommand(), "-f", manifests(), "-n", "shop")
                                        .status())
                                .as(what)
                                .isBetween(0, 2);
                    }
                    runs.incrementAndGet();
                }
            }
        }
        assertThat(runs.get()).isGreaterThan(300);
    }

    /** A setter for each value in the tree. */
    private static List<Consumer<JsonNode>> nodes(JsonNode tree) {
        List<Consumer<JsonNode>> setters = new ArrayList<>();
        collect(tree, setters);
        return setters;
    }

    private static void collect(JsonNode tree, List<Consumer<JsonNode>> setters) {
        if (tree instanceof ObjectNode object) {
            for (String name : List.copyOf(object.propertyNames())) {
                setters.add(value -> object.set(name, value));
                collect(object.path(name), setters);
            }
        } else if (tree instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                int index = i;
                setters.add(value -> array.set(index, value));
                collect(array.get(i), setters);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "7",
                "<html>",
                "{\"items\": null}",
                "{\"items\": {\"a\": 1}}",
                "{\"items\": [null, 1]}"
            })
    void no_answer_ends_a_command_with_an_exception(String body) throws Exception {
        for (String path : List.of(
                KRUISE,
                "/api/v1",
                "/version",
                KRUISE + "/clonesets",
                KRUISE + "/namespaces/shop/clonesets/web",
                "PATCH " + KRUISE + "/namespaces/shop/clonesets/web",
                "/api/v1/pods",
                "/api/v1/namespaces/shop/pods",
                "/api/v1/nodes/n1",
                ADMISSION + "validatingwebhookconfigurations")) {
            for (int code : new int[] {200, 403, 500}) {
                serve();
                server.on(path, new Answer(code, body));
                String what = path + " " + code + " " + body;
                assertThat(run(new AuditCommand(), "-A").status()).as(what).isBetween(0, 2);
                assertThat(run(new PlanCommand(), "-f", manifests(), "-n", "shop")
                                .status())
                        .as(what)
                        .isBetween(0, 2);
            }
        }
    }

    @Test
    void a_list_whose_token_expires_goes_on_with_the_one_that_is_offered() throws Exception {
        server.on(
                "/api/v1/pods",
                new Answer(200, "{\"metadata\": {\"continue\": \"one\"}, \"items\": [" + POD + "]}"),
                new Answer(
                        410, "{\"kind\": \"Status\", \"reason\": \"Expired\", \"metadata\": {\"continue\": \"two\"}}"),
                new Answer(200, list(POD.replace("web-1", "web-2"))));
        Run run = run(new AuditCommand(), "-A");
        assertThat(run.out()).contains("Pod shop/web-1  [resize-infeasible]", "Pod shop/web-2  [resize-infeasible]");
        assertThat(server.requests)
                .contains("GET /api/v1/pods?limit=500", "GET /api/v1/pods?limit=500&continue=one")
                .contains("GET /api/v1/pods?limit=500&continue=two");
    }

    @Test
    void a_token_that_expires_without_another_one_leaves_the_part_out() throws Exception {
        server.on(
                "/api/v1/pods",
                new Answer(200, "{\"metadata\": {\"continue\": \"one\"}, \"items\": []}"),
                new Answer(410, "{\"kind\": \"Status\", \"message\": \"The provided continue parameter is too old\"}"));
        Run run = run(new AuditCommand(), "-A", "--fail-on=error");
        assertThat(run.err()).contains("The API server cannot list pods, so this part is left out");
    }

    /** A conversion webhook that is down, as of a CRD whose operator was removed. */
    @Test
    void a_kind_that_cannot_be_listed_is_left_out_and_the_status_is_not_success() throws Exception {
        server.on("/api/v1/namespaces/shop", "{\"metadata\": {\"name\": \"shop\"}}");
        server.on(
                KRUISE + "/namespaces/shop/clonesets", new Answer(500, "{\"message\": \"conversion webhook failed\"}"));
        server.on("/api/v1/namespaces/shop/pods", "{\"items\": []}");
        Run run = run(new AuditCommand(), "-n", "shop");
        assertThat(run.out()).isEqualTo("0 errors, 0 warnings, 0 notes\n");
        assertThat(run.err()).contains("The API server cannot list CloneSet objects", "conversion webhook failed");
        assertThat(run.status()).isEqualTo(2);
    }
}
