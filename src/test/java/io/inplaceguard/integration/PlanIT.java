package io.inplaceguard.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inplaceguard.cluster.plan.PlanCommand;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.Warning;
import io.inplaceguard.integration.Cluster.Output;
import io.inplaceguard.rule.RuleFixtures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.Yaml;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The command plan against a real API server: its predictions are compared with what the server then does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlanIT {

    private static final Path RESOURCES = Path.of("src/test/resources/integration");
    private static final JsonMapper JSON = new JsonMapper();

    private Cluster cluster;
    /** The port of the webhook, by the state of OpenKruise's gate that it is configured with. */
    private final Map<String, Integer> ports = new HashMap<>();

    @BeforeAll
    void start() throws Exception {
        cluster = new Cluster("plan");
        cluster.kubectl("apply", "-f", RESOURCES.resolve("crds.yaml").toString())
                .succeeded();
        cluster.kubectl("apply", "-f", RESOURCES.resolve("namespaces.yaml").toString())
                .succeeded();
        cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
                .succeeded();
        node("n1", "2", "4Gi");
        node("n2", "1", "4Gi");
    }

    @AfterAll
    void close() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private record Run(int status, String out, String err) {}

    private Run plan(String manifest, String... options) throws IOException {
        Path file = Files.writeString(cluster.folder.resolve("manifest.yaml"), manifest);
        List<String> args = new ArrayList<>(List.of("-f", file.toString()));
        args.addAll(List.of(options));
        if (!args.contains("--kubeconfig")) {
            args.addAll(List.of("--kubeconfig", cluster.kubeconfig("admin").toString()));
        }
        if (!args.contains("-n")) {
            args.addAll(List.of("-n", "shop"));
        }
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = new CommandLine(new PlanCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args.toArray(String[]::new));
        return new Run(status, out.toString(), err.toString());
    }

    private JsonNode planned(String manifest, String... options) throws IOException {
        String[] args = new String[options.length + 2];
        args[0] = "-o";
        args[1] = "json";
        System.arraycopy(options, 0, args, 2, options.length);
        return JSON.readTree(plan(manifest, args).out()).at("/results/0");
    }

    private void node(String name, String cpu, String memory) throws IOException {
        cluster.kubectlWith(
                        "{apiVersion: v1, kind: Node, metadata: {name: %s, labels: {kubernetes.io/os: linux}}}"
                                .formatted(name),
                        "apply",
                        "-f",
                        "-")
                .succeeded();
        cluster.kubectl(
                        "patch",
                        "node",
                        name,
                        "--subresource=status",
                        "--type=merge",
                        "-p",
                        "{\"status\":{\"allocatable\":{\"cpu\":\"%s\",\"memory\":\"%s\",\"pods\":\"110\"}}}"
                                .formatted(cpu, memory))
                .succeeded();
    }

    /** A Pod as the CloneSet's controller would have made it. */
    private void pod(String name, String node, String owner, String cpu) throws IOException {
        String uid = owner.isEmpty()
                ? ""
                : cluster.kubectl("get", owner, "-n", "shop", "-o", "jsonpath={.metadata.uid}")
                        .succeeded()
                        .out();
        String references = owner.isEmpty()
                ? "[]"
                : "[{apiVersion: apps.kruise.io/v1beta1, kind: CloneSet, name: %s, uid: %s, controller: true}]"
                        .formatted(owner.replaceAll(".*/", ""), uid);
        cluster.kubectlWith(
                        """
                        apiVersion: v1
                        kind: Pod
                        metadata:
                          name: %s
                          namespace: shop
                          labels: {app: %s}
                          ownerReferences: %s
                        spec:
                          nodeName: %s
                          containers:
                          - name: app
                            image: app:1
                            env: [{name: MODE, value: light}]
                            resources: {requests: {cpu: %s, memory: 64Mi}, limits: {cpu: "8", memory: 128Mi}}
                        """.formatted(
                                name, owner.isEmpty() ? name : owner.replaceAll(".*/", ""), references, node, cpu),
                        "apply",
                        "-f",
                        "-")
                .succeeded();
        status(name, "{\"status\":{\"phase\":\"Running\"}}");
    }

    /** What a kubelet writes. */
    private void status(String pod, String patch) throws IOException {
        cluster.kubectl("patch", "pod", pod, "-n", "shop", "--subresource=status", "--type=merge", "-p", patch)
                .succeeded();
    }

    private static final String WEB = """
            apiVersion: apps.kruise.io/v1beta1
            kind: CloneSet
            metadata: {name: web}
            spec:
              replicas: 3
              selector: {matchLabels: {app: web}}
              updateStrategy: {rollingUpdate: {podUpdatePolicy: InPlaceOnly, partition: 1}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  containers:
                  - name: app
                    image: app:1
                    env: [{name: MODE, value: light}]
                    resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: "8", memory: 128Mi}}
            """;

    @Test
    void a_new_object_is_created_and_an_unchanged_one_touches_no_pod() throws Exception {
        String fresh = WEB.replace("name: web", "name: fresh");
        assertThat(planned(fresh).path("outcome").asString()).isEqualTo("created");
        cluster.kubectlWith(fresh, "apply", "-n", "shop", "-f", "-").succeeded();
        assertThat(planned(fresh).path("outcome").asString()).isEqualTo("unchanged");
        assertThat(planned(fresh.replace("replicas: 3", "replicas: 4"))
                        .path("outcome")
                        .asString())
                .isEqualTo("unchanged");
    }

    @Test
    void containers_pods_and_nodes_of_a_change() throws Exception {
        cluster.kubectlWith(WEB, "apply", "-n", "shop", "-f", "-").succeeded();
        pod("web-a", "n1", "cloneset/web", "100m");
        pod("web-b", "n1", "cloneset/web", "100m");
        pod("web-c", "n2", "cloneset/web", "100m");
        Run image = plan(WEB.replace("app:1", "app:2"), "--openkruise-vertical-scaling=enabled");
        assertThat(image.status()).isZero();
        assertThat(image.out())
                .contains("pods are updated in place")
                .contains("container app: restarted; image app:1 -> app:2")
                .contains(
                        "pods: 2 of 3; partition keeps 1 at the old revision; not-ready pods first; at most 20% unavailable at a time")
                .doesNotContain("resize by node");
        Run resize = plan(WEB.replace("cpu: 100m", "cpu: 1500m"), "--openkruise-vertical-scaling=enabled");
        assertThat(resize.status()).isZero();
        assertThat(resize.out())
                .contains("container app: resized without a restart; cpu request 100m -> 1500m")
                .contains("n1       2  1 fit now; 1 must wait (Deferred), missing 1 cpu")
                .contains("n2       1  1 can never be resized (Infeasible): 500m cpu more than allocatable");
        assertThat(plan(WEB.replace("cpu: 100m", "cpu: 1500m"), "--openkruise-vertical-scaling=enabled", "--no-color")
                        .out())
                .isEqualTo(resize.out());
        String recreating = WEB.replace("InPlaceOnly", "InPlaceIfPossible");
        cluster.kubectlWith(recreating, "apply", "-n", "shop", "-f", "-").succeeded();
        Run recreated = plan(recreating.replace("light", "dark"));
        assertThat(recreated.status()).isZero();
        assertThat(recreated.out())
                .contains("pods are recreated")
                .contains("container app: recreated with its pod; env")
                .contains("[recreate]")
                .doesNotContain("dark");
    }

    /** The API server 1.36 refuses at pods/resize what the table calls Infeasible, and nothing else. */
    @Test
    void the_node_table_equals_what_the_api_server_accepts() throws Exception {
        node("n3", "1", "1Gi");
        pod("lone", "n3", "", "100m");
        pod("neighbour", "n3", "", "300m");
        for (String cpu : new String[] {"200m", "700m", "701m", "1", "1001m", "5"}) {
            String manifest = cluster.kubectl("get", "pod", "lone", "-n", "shop", "-o", "yaml")
                    .succeeded()
                    .out()
                    .replace("cpu: 100m", "cpu: " + cpu);
            JsonNode plan = planned(manifest);
            Output server = cluster.kubectl(
                    "patch",
                    "pod",
                    "lone",
                    "-n",
                    "shop",
                    "--subresource=resize",
                    "--dry-run=server",
                    "-p",
                    "{\"spec\":{\"containers\":[{\"name\":\"app\",\"resources\":{\"requests\":{\"cpu\":\"%s\"}}}]}}"
                            .formatted(cpu));
            JsonNode node = plan.at("/nodes/0");
            assertThat(node.path("infeasible").asInt() == 0)
                    .as("%s: %s %s", cpu, plan, server)
                    .isEqualTo(server.status() == 0);
            assertThat(plan.path("verdict").asString()).isEqualTo(server.status() == 0 ? "allowed" : "denied");
            assertThat(node.path("fits").asInt()).isEqualTo(cpu.equals("200m") || cpu.equals("700m") ? 1 : 0);
        }
    }

    /** Each edit is planned and then applied: same verdict, same rules, same warnings. */
    @Test
    void the_prediction_equals_what_the_webhook_then_reports() throws Exception {
        webhook("validate.test.inplace-guard.io", "guarded", "unknown");
        Map<String, String> edits = new LinkedHashMap<>();
        edits.put("image: app:1", "image: app:2");
        edits.put("value: light", "value: dark");
        edits.put("name: MODE", "name: OTHER");
        edits.put("cpu: 100m", "cpu: 200m");
        edits.put("memory: 64Mi", "memory: 32Mi");
        edits.put("requests: {cpu: 100m, memory: 64Mi}", "requests: {cpu: 100m}");
        edits.put("requests: {cpu: 100m, memory: 64Mi}", "requests: {cpu: 100m, memory: 67108864}");
        edits.put("metadata: {labels: {", "metadata: {labels: {added: one, ");
        edits.put("containers:", "terminationGracePeriodSeconds: 5\n      containers:");
        edits.put("- name: app", "- name: renamed");
        for (String file : List.of(
                "cloneset.yaml", "statefulset.yaml", "daemonset.yaml", "sidecarset.yaml", "uniteddeployment.yaml")) {
            String now = Files.readString(RESOURCES.resolve(file));
            cluster.kubectlWith(now, "apply", "-n", "guarded", "-f", "-").succeeded();
            for (Map.Entry<String, String> edit : edits.entrySet()) {
                String wanted = now.replace(edit.getKey(), edit.getValue());
                if (wanted.equals(now) || wanted.contains("terminationGrace") && file.startsWith("sidecar")) {
                    continue;
                }
                JsonNode plan = planned(wanted, "-n", "guarded");
                Output applied = cluster.kubectlWith(wanted, "apply", "-n", "guarded", "--dry-run=server", "-f", "-");
                String what = file + ", " + edit.getValue() + ": " + plan + applied;
                assertThat(plan.path("verdict").asString())
                        .as(what)
                        .isEqualTo(applied.status() == 0 ? "allowed" : "denied");
                assertThat(rules(plan.path(applied.status() == 0 ? "warnings" : "violations")))
                        .as(what)
                        .isEqualTo(rules(applied.all()));
                assertThat(plan.toString()).doesNotContain("dark");
            }
        }
    }

    private static Set<String> rules(JsonNode findings) {
        Set<String> rules = new TreeSet<>();
        findings.forEach(finding -> rules.add(finding.path("rule").asString()));
        return rules;
    }

    private static Set<String> rules(String output) {
        return Stream.concat(new Guard(GuardSettings.DEFAULTS).ruleIds().stream(), Warning.IDS.stream())
                .filter(id -> output.contains("[" + id + "]"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void a_denial_by_another_webhook_is_shown_as_that() throws Exception {
        webhook("others.example.com", "other", "unknown");
        String now = Files.readString(RESOURCES.resolve("cloneset.yaml"))
                .replace("InPlaceOnly", "InPlaceIfPossible")
                .replace("name: web}", "name: web, annotations: {inplace-guard.io/update-policy: x}}");
        cluster.kubectlWith(now, "apply", "-n", "other", "-f", "-").succeeded();
        cluster.kubectlWith("""
                apiVersion: admissionregistration.k8s.io/v1
                kind: ValidatingAdmissionPolicy
                metadata: {name: no-latest}
                spec:
                  matchConstraints:
                    resourceRules:
                    - {apiGroups: [apps.kruise.io], apiVersions: ["*"], operations: [UPDATE], resources: [clonesets]}
                  validations:
                  - expression: "!object.spec.template.spec.containers.exists(c, c.image.endsWith(':latest'))"
                    message: use a tag
                """, "apply", "-f", "-").succeeded();
        cluster.kubectlWith("""
                apiVersion: admissionregistration.k8s.io/v1
                kind: ValidatingAdmissionPolicyBinding
                metadata: {name: no-latest}
                spec:
                  policyName: no-latest
                  validationActions: [Deny]
                  matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}}
                """, "apply", "-f", "-").succeeded();
        String latest = now.replace("app:1", "app:latest");
        await().atMost(Duration.ofMinutes(1))
                .until(() -> plan(latest, "-n", "other").status() == 1);
        Run run = plan(latest, "-n", "other");
        assertThat(run.out()).contains("denied; nothing is applied").contains("denied by no-latest:", "use a tag");
        assertThat(planned(latest, "-n", "other").at("/deniedBy/name").asString())
                .isEqualTo("no-latest");
    }

    @Test
    void what_may_not_be_read_is_left_out_and_reported() throws Exception {
        cluster.kubectl("create", "serviceaccount", "viewer", "-n", "shop").succeeded();
        cluster.kubectl("create", "role", "viewer", "-n", "shop", "--verb=get", "--resource=clonesets.apps.kruise.io")
                .succeeded();
        cluster.kubectl(
                        "create",
                        "rolebinding",
                        "viewer",
                        "-n",
                        "shop",
                        "--role=viewer",
                        "--serviceaccount=shop:viewer")
                .succeeded();
        cluster.kubectlWith(WEB.replace("name: web", "name: seen"), "apply", "-n", "shop", "-f", "-")
                .succeeded();
        String viewer = cluster.accountConfig("shop", "viewer").toString();
        Run run = plan(WEB.replace("name: web", "name: seen").replace("app:1", "app:2"), "--kubeconfig", viewer);
        assertThat(run.status()).as("%s", run).isZero();
        assertThat(run.out())
                .contains("container app: restarted")
                .contains("You may not patch this object")
                .contains("You may not list pods in namespace shop");
        Run hidden = plan(Files.readString(RESOURCES.resolve("statefulset.yaml")), "--kubeconfig", viewer);
        assertThat(hidden.status()).isEqualTo(2);
        assertThat(hidden.out()).contains("could not be planned").contains("Cannot read the live object");
    }

    /** The guard's own server, called by URL: no chart and no Service are needed here. */
    private void webhook(String name, String namespace, String scaling) throws Exception {
        cluster.kubectl("create", "namespace", namespace).succeeded();
        Path certs = cluster.folder.resolve("serving");
        if (!ports.containsKey(scaling)) {
            int port = Cluster.freePort();
            int management = Cluster.freePort();
            cluster.start(
                    "webhook-" + scaling,
                    Map.of("JAVA_TOOL_OPTIONS", "-XX:+UseSerialGC -Xmx96m -XX:TieredStopAtLevel=1"),
                    List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-jar",
                            "target/inplace-guard.jar",
                            "serve",
                            "--server.port=" + port,
                            "--management.server.port=" + management,
                            "--inplace-guard.openkruise.vertical-scaling=" + scaling,
                            "--inplace-guard.certs.dir=" + certs));
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> Cluster.get("http://localhost:" + management + "/readyz")
                            .contains("UP"));
            ports.put(scaling, port);
        }
        String bundle = Base64.getEncoder().encodeToString(Files.readAllBytes(certs.resolve("ca.crt")));
        cluster.kubectlWith("""
                apiVersion: admissionregistration.k8s.io/v1
                kind: ValidatingWebhookConfiguration
                metadata: {name: %1$s}
                webhooks:
                - name: %1$s
                  admissionReviewVersions: [v1]
                  sideEffects: None
                  clientConfig: {url: "https://127.0.0.1:%2$d/validate/enforce", caBundle: %3$s}
                  rules:
                  - apiGroups: [apps.kruise.io]
                    apiVersions: ["*"]
                    operations: [UPDATE]
                    resources: [clonesets, statefulsets, daemonsets, uniteddeployments, sidecarsets]
                  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %4$s}}
                """.formatted(name, ports.get(scaling), bundle, namespace), "apply", "-f", "-")
                .succeeded();
        String probe = WEB.replace("name: web", "name: probe");
        cluster.kubectlWith(probe, "apply", "-n", namespace, "-f", "-").succeeded();
        await().atMost(Duration.ofMinutes(1))
                .until(() -> cluster.kubectlWith(
                                        probe.replace("light", "dark"),
                                        "apply",
                                        "-n",
                                        namespace,
                                        "--dry-run=server",
                                        "-f",
                                        "-")
                                .status()
                        != 0);
    }

    /** The examples of all rules: what plan predicts is what the webhook then answers to an apply. */
    @Test
    void each_example_of_a_rule_is_predicted() throws Exception {
        int compared = 0;
        for (RuleFixtures.Fixture fixture : RuleFixtures.all().toList()) {
            String scaling = fixture.profile().verticalScaling().name().toLowerCase(Locale.ROOT);
            String namespace = "rules-" + scaling;
            if (cluster.kubectl("get", "namespace", namespace).status() != 0) {
                webhook(scaling + ".test.inplace-guard.io", namespace, scaling);
            }
            String name = "example-" + compared;
            String before = named(fixture.before(), name);
            String after = named(fixture.after(), name);
            // Pods need all that a kubelet sees to it; what the API server does not store at all has no update.
            if (fixture.before().path("kind").asString().equals("Pod")
                    || cluster.kubectlWith(before, "apply", "-n", namespace, "-f", "-")
                                    .status()
                            != 0) {
                continue;
            }
            JsonNode plan = planned(after, "-n", namespace, "--openkruise-vertical-scaling=" + scaling);
            Output applied = cluster.kubectlWith(after, "apply", "-n", namespace, "--dry-run=server", "-f", "-");
            String what = fixture + ": " + plan + applied;
            assertThat(plan.path("verdict").asString())
                    .as(what)
                    .isEqualTo(applied.status() == 0 ? "allowed" : "denied");
            assertThat(rules(plan.path(applied.status() == 0 ? "warnings" : "violations")))
                    .as(what)
                    .isEqualTo(rules(applied.all()));
            assertThat(plan.path("outcome").asString()).as(what).isNotEqualTo("failed");
            compared++;
        }
        assertThat(compared).isGreaterThanOrEqualTo(50);
    }

    private static String named(JsonNode object, String name) {
        ObjectNode copy = (ObjectNode) object.deepCopy();
        ObjectNode metadata = copy.path("metadata") instanceof ObjectNode there ? there : copy.putObject("metadata");
        metadata.put("name", name);
        metadata.remove("namespace");
        return copy.toString();
    }

    private static final String LONE = """
            apiVersion: v1
            kind: Pod
            metadata: {name: NAME, namespace: shop}
            spec:
              nodeName: NODE
              PODinitContainers:
              - name: init
                image: init:1
                resources: {requests: {cpu: 50m}}
              - name: sidecar
                image: sidecar:1
                restartPolicy: Always
                resources: {requests: {cpu: 60m}}
              containers:
              - name: app
                image: app:1
                resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: "8", memory: 8Gi}}
            """;
    private static final String RUNNING =
            "\"state\":{\"running\":{}},\"image\":\"a\",\"imageID\":\"a\",\"ready\":true,\"restartCount\":0";

    private void declaring(String name, String labels, String features) throws IOException {
        node(name, "2", "4Gi");
        cluster.kubectl("label", "node", name, "--overwrite", "kubernetes.io/os=" + labels)
                .succeeded();
        cluster.kubectl(
                        "patch",
                        "node",
                        name,
                        "--subresource=status",
                        "--type=merge",
                        "-p",
                        "{\"status\":{\"declaredFeatures\":" + features + "}}")
                .succeeded();
    }

    /** Every reason for which the API server 1.36 refuses a resize on a node, and that it accepts all others. */
    @ParameterizedTest(name = "{0}: {3}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                // name | node | pod | old=new | status
                "more | plain | | cpu: 100m=cpu: 200m |",
                "much-more | plain | | cpu: 100m=cpu: 1940m |",
                "beyond-with-the-sidecar | plain | | cpu: 100m=cpu: 1941m |",
                "memory | plain | | memory: 64Mi=memory: 4Gi |",
                "memory-beyond | plain | | memory: 64Mi=memory: 4097Mi |",
                "limits-only | plain | | memory: 8Gi=memory: 9Gi |",
                "limits-on-no-node | ghost | | memory: 8Gi=memory: 9Gi |",
                "on-no-node | ghost | | cpu: 100m=cpu: 200m |",
                "on-windows | windows | | cpu: 100m=cpu: 200m |",
                "sidecar | plain | | cpu: 60m=cpu: 61m |",
                "init-container | plain | | cpu: 50m=cpu: 51m |",
                "init-container-declared | declaring | | cpu: 50m=cpu: 51m |",
                "pod-level | plain | resources: {requests: {cpu: 1}} | cpu: 1}=cpu: 1500m} |",
                "pod-level-declared | declaring | resources: {requests: {cpu: 1}} | cpu: 1}=cpu: 1500m} |",
                "pod-level-beyond | declaring | resources: {requests: {cpu: 1}} | cpu: 1}=cpu: 2001m} |",
                "old-kubelet | plain | | cpu: 100m=cpu: 200m | no",
                "new-kubelet | plain | | cpu: 100m=cpu: 200m | yes",
            })
    void the_node_table_knows_every_reason_of_the_api_server(
            String name, String node, String pod, String edit, String reports) throws Exception {
        declaring("plain", "linux", "[]");
        declaring("windows", "windows", "[]");
        declaring(
                "declaring",
                "linux",
                "[\"InPlacePodLevelResourcesVerticalScaling\",\"InPlacePodVerticalScalingInitContainers\"]");
        String before = LONE.replace("NAME", name)
                .replace("NODE", node)
                .replace("POD", pod == null || pod.isBlank() ? "" : pod + "\n  ");
        cluster.kubectlWith(before, "apply", "-f", "-").succeeded();
        if (reports != null) {
            String resources = reports.equals("yes") ? ",\"resources\":{\"requests\":{\"cpu\":\"100m\"}}" : "";
            status(
                    name,
                    "{\"status\":{\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"app\"," + RUNNING + resources
                            + "}]}}");
        }
        String[] sides = edit.split("=");
        assertThat(before).contains(sides[0]);
        String after = before.replace(sides[0], sides[1]);
        JsonNode plan = planned(after);
        Map<String, Map<String, Object>> wanted = new Yaml().load(after);
        Map<String, Object> spec = new LinkedHashMap<>(wanted.get("spec"));
        spec.remove("nodeName");
        Output server = cluster.kubectl(
                "patch",
                "pod",
                name,
                "-n",
                "shop",
                "--subresource=resize",
                "--dry-run=server",
                "-p",
                JSON.writeValueAsString(Map.of("spec", spec)));
        assertThat(plan.at("/nodes/0/node").asString()).as("%s", plan).isEqualTo(node);
        assertThat(plan.at("/nodes/0/infeasible").asInt() == 0)
                .as("%s %s", plan, server)
                .isEqualTo(server.status() == 0);
    }

    /** The same for the pods of a workload, whose table is predicted without asking at pods/resize. */
    @Test
    void the_node_table_of_a_workload_equals_what_each_of_its_pods_gets() throws Exception {
        declaring("w-plain", "linux", "[]");
        declaring("w-windows", "windows", "[]");
        node("w-small", "1", "1Gi");
        String wide = WEB.replace("name: web", "name: wide").replace("app: web", "app: wide");
        cluster.kubectlWith(wide, "apply", "-n", "shop", "-f", "-").succeeded();
        Map<String, String> nodes = Map.of(
                "wide-a",
                "w-plain",
                "wide-b",
                "w-windows",
                "wide-c",
                "w-small",
                "wide-d",
                "w-ghost",
                "wide-e",
                "w-plain");
        for (Map.Entry<String, String> each : nodes.entrySet()) {
            pod(each.getKey(), each.getValue(), "cloneset/wide", "100m");
        }
        for (String cpu : List.of("200m", "1", "1001m", "1800m", "2", "2001m")) {
            JsonNode plan = planned(wide.replace("cpu: 100m", "cpu: " + cpu), "--openkruise-vertical-scaling=enabled");
            Map<String, Integer> refused = new TreeMap<>();
            for (Map.Entry<String, String> each : nodes.entrySet()) {
                Output server = cluster.kubectl(
                        "patch",
                        "pod",
                        each.getKey(),
                        "-n",
                        "shop",
                        "--subresource=resize",
                        "--dry-run=server",
                        "-p",
                        "{\"spec\":{\"containers\":[{\"name\":\"app\",\"resources\":{\"requests\":{\"cpu\":\"%s\"}}}]}}"
                                .formatted(cpu));
                refused.merge(each.getValue(), server.status() == 0 ? 0 : 1, Integer::sum);
            }
            Map<String, Integer> predicted = new TreeMap<>();
            plan.path("nodes")
                    .forEach(row -> predicted.put(
                            row.path("node").asString(), row.path("infeasible").asInt()));
            assertThat(predicted).as("%s: %s", cpu, plan).isEqualTo(refused);
        }
    }
}
