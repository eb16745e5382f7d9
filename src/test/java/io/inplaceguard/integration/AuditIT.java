package io.inplaceguard.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.inplaceguard.certs.CertsCommand;
import io.inplaceguard.cluster.audit.AuditCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The command audit against a real API server. Each test plants one fault and expects one finding. The tests run in an
 * order: the cluster is clean at first, and the guard is broken at the end.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AuditIT {

    private static final Path RESOURCES = Path.of("src/test/resources/integration");
    private static final String SYSTEM = "inplace-guard";
    private static final JsonMapper JSON = new JsonMapper();

    private static final String WEB = """
            apiVersion: apps.kruise.io/v1beta1
            kind: CloneSet
            metadata: {name: web, namespace: NS}
            spec:
              replicas: 2
              selector: {matchLabels: {app: web}}
              updateStrategy: {rollingUpdate: {podUpdatePolicy: InPlaceOnly}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  containers:
                  - name: app
                    image: registry.example.com/app:1
                    env: [{name: MODE, value: s3cret-new}]
                    resources: {requests: {cpu: 100m, memory: 64Mi}}
            """;

    private Cluster cluster;

    @BeforeAll
    void install() throws Exception {
        cluster = new Cluster("audit");
        cluster.kubectl("apply", "-f", RESOURCES.resolve("crds.yaml").toString())
                .succeeded();
        cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
                .succeeded();
        Path certs = cluster.folder.resolve("serving");
        assertThat(new CommandLine(new CertsCommand())
                        .execute("--out", certs.toString(), "--dns", "inplace-guard.inplace-guard.svc"))
                .isZero();
        namespace(SYSTEM);
        cluster.kubectl("create", "secret", "generic", "inplace-guard-certs", "-n", SYSTEM, "--from-file=" + certs)
                .succeeded();
        cluster.helm(
                        "install",
                        "inplace-guard",
                        "charts/inplace-guard",
                        "-n",
                        SYSTEM,
                        "--set",
                        "certs.mode=files,certs.secretName=inplace-guard-certs",
                        "--set",
                        "certs.caBundle=" + base64(certs.resolve("ca.crt")))
                .succeeded();
        endpoints(true);
        namespace("kruise-system");
        manager();
    }

    /** The Deployment of OpenKruise's manager. */
    private void manager() throws IOException {
        create("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: kruise-controller-manager, namespace: kruise-system}
                spec:
                  selector: {matchLabels: {app: kruise}}
                  template:
                    metadata: {labels: {app: kruise}}
                    spec:
                      containers:
                      - name: manager
                        image: openkruise/kruise-manager:v1.9.0
                        args: ["--feature-gates=InPlaceWorkloadVerticalScaling=true"]
                """);
    }

    @AfterAll
    void close() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static String base64(Path file) throws IOException {
        return Base64.getEncoder().encodeToString(Files.readAllBytes(file));
    }

    private void endpoints(boolean ready) throws IOException {
        create(Cluster.endpointSlice(SYSTEM, 8443, ready));
    }

    private record Run(int status, String out, String err) {}

    private Run audit(String... options) {
        List<String> args = new ArrayList<>(List.of(options));
        if (!args.contains("--kubeconfig")) {
            args.addAll(List.of("--kubeconfig", cluster.kubeconfig("admin").toString()));
        }
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = new CommandLine(new AuditCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args.toArray(String[]::new));
        assertThat(out + err.toString()).doesNotContain("s3cret");
        return new Run(status, out.toString(), err.toString());
    }

    /** The one finding of a namespace. */
    private JsonNode only(String namespace, String id, String... options) {
        List<String> args = new ArrayList<>(List.of("-n", namespace, "-o", "json"));
        args.addAll(List.of(options));
        Run run = audit(args.toArray(String[]::new));
        JsonNode findings = JSON.readTree(run.out()).path("findings");
        assertThat(findings.size()).as("%s", run).isEqualTo(1);
        assertThat(findings.get(0).path("id").asString()).isEqualTo(id);
        assertThat(run.status()).isEqualTo(1);
        return findings.get(0);
    }

    private void create(String yaml) throws IOException {
        cluster.kubectlWith(yaml, "apply", "-f", "-").succeeded();
    }

    private void namespace(String name) throws IOException {
        cluster.kubectl("create", "namespace", name).succeeded();
    }

    /** A workload with two revisions and one Pod at each. */
    private void rollout(String namespace, String manifest, String oldTemplate) throws IOException {
        namespace(namespace);
        create(manifest.replace("NS", namespace));
        String kind = manifest.contains("kind: CloneSet") ? "CloneSet" : "StatefulSet";
        String resource = kind.toLowerCase(Locale.ROOT) + "s.apps.kruise.io/web";
        JsonNode live = JSON.readTree(cluster.kubectl("get", resource, "-n", namespace, "-o", "json")
                .succeeded()
                .out());
        String owner = "[{apiVersion: apps.kruise.io/v1beta1, kind: %s, name: web, uid: %s, controller: true}]"
                .formatted(kind, live.at("/metadata/uid").asString());
        for (String revision : List.of("old", "new")) {
            String template = revision.equals("new") ? live.at("/spec/template").toString() : oldTemplate;
            create("""
                    apiVersion: apps/v1
                    kind: ControllerRevision
                    metadata: {name: web-%1$s, namespace: %2$s, labels: {app: web}, ownerReferences: %3$s}
                    revision: 1
                    data: {spec: {template: {"$patch": replace, %4$s}}
                    ---
                    apiVersion: v1
                    kind: Pod
                    metadata:
                      name: web-%1$s
                      namespace: %2$s
                      labels: {app: web, controller-revision-hash: web-%1$s}
                      ownerReferences: %3$s
                    spec:
                      containers: [{name: app, image: "registry.example.com/app:1"}]
                    """.formatted(revision, namespace, owner, template.substring(1)));
        }
        cluster.kubectl(
                        "patch",
                        resource,
                        "-n",
                        namespace,
                        "--subresource=status",
                        "--type=merge",
                        "-p",
                        "{\"status\":{\"replicas\":2,\"updatedReplicas\":1,\"updateRevision\":\"web-new\"}}")
                .succeeded();
    }

    /** The template of {@link #WEB} with something else in it. */
    private static String template(String now, String before) {
        String template =
                "{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":{\"containers\":[{\"name\":\"app\",\"image\":\"registry.example.com/app:1\",\"env\":[{\"name\":\"MODE\",\"value\":\"s3cret-new\"}],\"resources\":{\"requests\":{\"cpu\":\"100m\",\"memory\":\"64Mi\"}}}]}}";
        assertThat(template).contains(now);
        return template.replace(now, before);
    }

    @Test
    @Order(1)
    void a_clean_cluster_has_no_findings() throws Exception {
        namespace("clean");
        create(WEB.replace("NS", "clean"));
        Run run = audit("-A");
        assertThat(run.out()).isEqualTo("0 errors, 0 warnings, 0 notes\n");
        assertThat(run.status()).isZero();
        assertThat(run.err()).isEmpty();
    }

    @Test
    @Order(2)
    void a_rollout_that_cannot_finish_is_named_field_by_field() throws Exception {
        rollout("stuck", WEB, template("s3cret-new", "s3cret-old"));
        JsonNode finding = only("stuck", "stuck-rollout");
        assertThat(finding.at("/fields/0").asString())
                .isEqualTo("spec.template.spec.containers[name=app].env[name=MODE].value");
        assertThat(finding.path("message").asString())
                .isEqualTo("1 pod cannot reach revision web-new in place (not-in-place).");
        assertThat(audit("-n", "stuck").out())
                .startsWith("ERROR    CloneSet.apps.kruise.io stuck/web  [stuck-rollout]\n");
        assertThat(audit("-n", "stuck", "-o", "sarif").out())
                .contains(
                        "\"ruleId\" : \"stuck-rollout\"",
                        "\"fullyQualifiedName\" : \"CloneSet.apps.kruise.io stuck/web\"");
    }

    @Test
    @Order(2)
    void a_rollout_that_is_only_slow_or_kept_by_its_partition_is_no_finding() throws Exception {
        rollout("slow", WEB, template("app:1", "app:0"));
        assertThat(audit("-n", "slow").status()).isZero();
        rollout(
                "kept",
                WEB.replace("podUpdatePolicy: InPlaceOnly", "podUpdatePolicy: InPlaceOnly, partition: 1"),
                template("s3cret-new", "s3cret-old"));
        assertThat(audit("-n", "kept").status()).isZero();
    }

    @Test
    @Order(2)
    void a_resize_that_the_gate_does_not_allow_is_found() throws Exception {
        rollout("gate", WEB, template("100m", "50m"));
        assertThat(only("gate", "resize-gate", "--openkruise-vertical-scaling=disabled")
                        .path("message")
                        .asString())
                .contains("feature gate InPlaceWorkloadVerticalScaling is not enabled");
        assertThat(audit("-n", "gate", "--openkruise-vertical-scaling=enabled").status())
                .isZero();
        assertThat(only("gate", "stuck-rollout", "--openkruise-vertical-scaling=refused")
                        .path("message")
                        .asString())
                .contains("OpenKruise is older than 1.9");
    }

    @Test
    @Order(2)
    void what_a_setting_of_the_guard_alone_forbids_is_applied_in_place_and_not_stuck() throws Exception {
        rollout("labels", WEB, template("\"app\":\"web\"", "\"app\":\"web\",\"old\":\"yes\""));
        assertThat(audit("-n", "labels").status()).isZero();
    }

    @Test
    @Order(2)
    void a_rollout_that_recreates_its_pods_is_not_stuck() throws Exception {
        rollout(
                "recreates",
                WEB.replace("InPlaceOnly", "InPlaceIfPossible")
                        .replace(
                                "name: web, namespace: NS",
                                "name: web, namespace: NS, annotations: {inplace-guard.io/update-policy: InPlaceOnly}"),
                template("s3cret-new", "s3cret-old"));
        assertThat(audit("-n", "recreates").status()).isZero();
    }

    @Test
    @Order(2)
    void what_the_api_server_refuses_is_stuck_although_the_strategy_recreates() throws Exception {
        String limit = "\"requests\":{\"cpu\":\"100m\",\"memory\":\"64Mi\"}";
        rollout(
                "refused",
                WEB.replace("InPlaceOnly", "InPlaceIfPossible")
                        .replace(
                                "requests: {cpu: 100m, memory: 64Mi}",
                                "requests: {cpu: 100m}, limits: {cpu: 300m, memory: 64Mi}"),
                template(limit, "\"requests\":{\"cpu\":\"100m\"},\"limits\":{\"cpu\":\"300m\",\"memory\":\"65Mi\"}"));
        JsonNode findings =
                JSON.readTree(audit("-n", "refused", "-o", "json").out()).path("findings");
        assertThat(findings.valueStream().map(each -> each.path("id").asString()))
                .contains("stuck-rollout");
    }

    @Test
    @Order(2)
    void a_partition_in_percent_keeps_as_many_pods_as_openkruise_computes() throws Exception {
        rollout(
                "half",
                WEB.replace("podUpdatePolicy: InPlaceOnly", "podUpdatePolicy: InPlaceOnly, partition: 50%"),
                template("s3cret-new", "s3cret-old"));
        assertThat(audit("-n", "half").status()).isZero();
        rollout(
                "none",
                WEB.replace("podUpdatePolicy: InPlaceOnly", "podUpdatePolicy: InPlaceOnly, partition: 0%"),
                template("s3cret-new", "s3cret-old"));
        only("none", "stuck-rollout");
    }

    @Test
    @Order(2)
    void a_paused_rollout_is_not_stuck() throws Exception {
        rollout(
                "paused",
                WEB.replace("podUpdatePolicy: InPlaceOnly", "podUpdatePolicy: InPlaceOnly, paused: true"),
                template("s3cret-new", "s3cret-old"));
        assertThat(audit("-n", "paused").status()).isZero();
    }

    @Test
    @Order(2)
    void an_advanced_stateful_set_that_is_stuck_is_found() throws Exception {
        rollout("ordered", WEB.replace("kind: CloneSet", "kind: StatefulSet"), template("s3cret-new", "s3cret-old"));
        assertThat(only("ordered", "stuck-rollout").at("/fields/0").asString())
                .isEqualTo("spec.template.spec.containers[name=app].env[name=MODE].value");
    }

    @Test
    @Order(2)
    void an_advanced_stateful_set_that_got_a_claim_template_has_stopped() throws Exception {
        rollout(
                "claims",
                WEB.replace("kind: CloneSet", "kind: StatefulSet")
                        .replace("  template:", "  volumeClaimTemplates: [{metadata: {name: data}}]\n  template:"),
                template("app:1", "app:0"));
        assertThat(only("claims", "claim-templates").path("message").asString()).contains("2 pods without a claim");
    }

    @Test
    @Order(2)
    void a_strategy_in_the_place_of_another_version_is_found() throws Exception {
        namespace("misplaced");
        create(WEB.replace("NS", "misplaced")
                .replace("{rollingUpdate: {podUpdatePolicy: InPlaceOnly}}", "{type: InPlaceOnly}"));
        JsonNode finding = only("misplaced", "misplaced-strategy");
        assertThat(finding.path("message").asString()).contains("does not read an in-place strategy");
        assertThat(finding.path("remedy").asString())
                .isEqualTo("Write it to updateStrategy.rollingUpdate.podUpdatePolicy.");
        namespace("misspelt-strategy");
        create(WEB.replace("NS", "misspelt-strategy").replace("InPlaceOnly", "InplaceOnly"));
        only("misspelt-strategy", "misplaced-strategy");
    }

    @Test
    @Order(2)
    void a_template_that_can_never_be_resized_is_a_note() throws Exception {
        namespace("limits");
        create(WEB.replace("NS", "limits").replace("requests: {cpu: 100m, memory: 64Mi}", "limits: {cpu: 100m}"));
        assertThat(only("limits", "never-resizable").at("/fields/0").asString())
                .isEqualTo("spec.template.spec.containers[name=app].resources.requests.cpu");
        assertThat(audit("-n", "limits", "--fail-on=warning").status()).isZero();
        namespace("windows");
        create(WEB.replace("NS", "windows")
                .replace("      containers:", "      os: {name: windows}\n      containers:"));
        only("windows", "never-resizable");
    }

    @Test
    @Order(2)
    void the_strategy_of_v1beta1_in_a_v1alpha1_manifest_is_found() throws Exception {
        namespace("reverse");
        create(WEB.replace("NS", "reverse").replace("v1beta1", "v1alpha1"));
        JsonNode finding = only("reverse", "misplaced-strategy");
        assertThat(finding.path("remedy").asString()).isEqualTo("Write it to updateStrategy.type.");
    }

    @Test
    @Order(2)
    void every_other_template_that_can_never_be_resized_is_a_note() throws Exception {
        namespace("os-selector");
        create(WEB.replace("NS", "os-selector")
                .replace("      containers:", "      nodeSelector: {kubernetes.io/os: windows}\n      containers:"));
        only("os-selector", "never-resizable");
        namespace("device");
        create(WEB.replace("NS", "device").replace("memory: 64Mi}}", "memory: 64Mi}, claims: [{name: gpu}]}"));
        assertThat(only("device", "never-resizable").at("/fields/0").asString())
                .isEqualTo("spec.template.spec.containers[name=app].resources.claims");
        String never = WEB.replace("      containers:", "      restartPolicy: Never\n      containers:");
        String policies =
                "resizePolicy: [{resourceName: cpu, restartPolicy: %s}, {resourceName: memory, restartPolicy: NotRequired}]\n        resources:";
        namespace("illegal-policy");
        create(never.replace("NS", "illegal-policy").replace("resources:", policies.formatted("RestartContainer")));
        assertThat(only("illegal-policy", "never-resizable").path("message").asString())
                .contains("restartPolicy Never forbids");
        namespace("missing-policy");
        create(never.replace("NS", "missing-policy")
                .replace(
                        "resources:",
                        "resizePolicy: [{resourceName: cpu, restartPolicy: NotRequired}]\n        resources:"));
        assertThat(only("missing-policy", "never-resizable").path("message").asString())
                .contains("no resizePolicy for memory");
        namespace("legal-policy");
        create(never.replace("NS", "legal-policy").replace("resources:", policies.formatted("NotRequired")));
        assertThat(audit("-n", "legal-policy").status()).isZero();
    }

    @Test
    @Order(2)
    void names_that_only_resemble_those_of_the_guard_are_found() throws Exception {
        pod("resembling", "{inplaceguard.io/update-policy: InPlaceOnly}", "{\"status\":{}}");
        only("resembling", "unknown-annotation");
        namespace("label");
        cluster.kubectl("label", "namespace", "label", "in-place-guard.io/mode=enforce")
                .succeeded();
        assertThat(only("label", "unknown-annotation").at("/fields/0").asString())
                .isEqualTo("metadata.labels[in-place-guard.io/mode]");
    }

    @Test
    @Order(2)
    void misspelt_annotations_and_values_are_found() throws Exception {
        namespace("misspelt");
        create(WEB.replace("NS}", "misspelt, annotations: {inplace-guard.io/updatepolicy: InPlaceOnly}}"));
        assertThat(only("misspelt", "unknown-annotation").at("/fields/0").asString())
                .isEqualTo("metadata.annotations[inplace-guard.io/updatepolicy]");
        namespace("value");
        create(WEB.replace("NS}", "value, annotations: {inplace-guard.io/update-policy: s3cret}}"));
        assertThat(only("value", "unknown-annotation").path("message").asString())
                .contains("is not InPlaceOnly");
    }

    @Test
    @Order(2)
    void a_namespace_mode_that_does_not_exist_is_found() throws Exception {
        namespace("moody");
        cluster.kubectl("label", "namespace", "moody", "inplace-guard.io/mode=enforced")
                .succeeded();
        only("moody", "unknown-mode");
    }

    @Test
    @Order(2)
    void the_resize_policy_names_of_2022_are_found() throws Exception {
        namespace("old");
        create(
                WEB.replace("NS", "old")
                        .replace(
                                "        resources:",
                                "        resizePolicy: [{resourceName: cpu, restartPolicy: RestartNotRequired}]\n        resources:"));
        assertThat(only("old", "old-resize-policy").path("remedy").asString()).contains("write NotRequired");
    }

    private void pod(String namespace, String annotations, String status) throws IOException {
        namespace(namespace);
        create("""
                apiVersion: v1
                kind: Pod
                metadata: {name: web, namespace: %s, annotations: %s}
                spec:
                  nodeName: n1
                  containers: [{name: app, image: "registry.example.com/app:2"}]
                """.formatted(namespace, annotations));
        cluster.kubectl("patch", "pod", "web", "-n", namespace, "--subresource=status", "--type=merge", "-p", status)
                .succeeded();
    }

    private static String pending(String reason) {
        return "{\"status\":{\"conditions\":[{\"type\":\"PodResizePending\",\"status\":\"True\",\"reason\":\"%s\",\"lastTransitionTime\":\"2026-11-25T01:02:03Z\"}]}}"
                .formatted(reason);
    }

    @Test
    @Order(2)
    void a_deferred_resize_is_found_and_since_when() throws Exception {
        pod("deferred", "{}", pending("Deferred"));
        assertThat(only("deferred", "resize-deferred").path("message").asString())
                .isEqualTo("Its resize is Deferred on node n1 since 2026-11-25T01:02:03Z.");
    }

    @Test
    @Order(2)
    void an_infeasible_resize_is_found() throws Exception {
        pod("infeasible", "{}", pending("Infeasible"));
        only("infeasible", "resize-infeasible");
    }

    @Test
    @Order(2)
    void a_resize_that_is_not_pending_any_more_is_no_finding() throws Exception {
        pod("settled", "{}", pending("Deferred").replace("\"True\"", "\"False\""));
        assertThat(audit("-n", "settled").status()).isZero();
    }

    @Test
    @Order(2)
    void the_severity_from_which_on_it_fails_is_an_option() throws Exception {
        pod("severity", "{}", pending("Deferred"));
        assertThat(audit("-n", "severity").status()).isEqualTo(1);
        assertThat(audit("-n", "severity", "--fail-on=warning").status()).isEqualTo(1);
        assertThat(audit("-n", "severity", "--fail-on=error").status()).isZero();
    }

    @Test
    @Order(2)
    void sarif_is_valid_against_its_schema() throws Exception {
        rollout("sarif", WEB, template("s3cret-new", "s3cret-old"));
        Run run = audit("-n", "sarif", "-o", "sarif");
        assertThat(run.status()).isEqualTo(1);
        try (var schema = AuditIT.class.getResourceAsStream("/schema/sarif-schema-2.1.0.json")) {
            assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                            .getSchema(schema, InputFormat.JSON)
                            .validate(run.out(), InputFormat.JSON))
                    .isEmpty();
        }
    }

    /** The plugin as kubectl runs it; in a pipe it shows no progress. */
    @Test
    @Order(2)
    void kubectl_runs_the_plugin_and_completes_its_words() throws Exception {
        pod("plugin", "{}", pending("Infeasible"));
        Cluster.Output run = cluster.kubectlWithPlugin("inplace", "audit", "-n", "plugin");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out())
                .isEqualTo("ERROR    Pod plugin/web  [resize-infeasible]\n"
                        + "  Its resize is Infeasible on node n1 since 2026-11-25T01:02:03Z.\n"
                        + "  What to do: Request less than the node's allocatable, or recreate the Pod on a larger node.\n"
                        + "1 error, 0 warnings, 0 notes\n");
        assertThat(run.err()).isEmpty();
        assertThat(cluster.kubectlWithPlugin("__complete", "inplace", "audit", "--fail-on", "")
                        .out())
                .isEqualTo("error\nnote\nwarning\n:4\n");
        assertThat(cluster.kubectlWithPlugin("inplace", "plan", "-f", "-", "-n", "plugin")
                        .status())
                .as("nothing to plan")
                .isEqualTo(2);
    }

    @Test
    @Order(2)
    void an_image_with_the_same_digest_is_found() throws Exception {
        pod(
                "digest",
                "{apps.kruise.io/inplace-update-state: '{\"lastContainerStatuses\":{\"app\":{\"imageID\":\"sha256:1\"}}}'}",
                "{\"status\":{\"conditions\":[{\"type\":\"InPlaceUpdateReady\",\"status\":\"False\"}],\"containerStatuses\":[{\"name\":\"app\",\"image\":\"registry.example.com/app:2\",\"imageID\":\"sha256:1\",\"ready\":true,\"restartCount\":1}]}}");
        assertThat(only("digest", "same-digest").at("/fields/0").asString())
                .isEqualTo("spec.containers[name=app].image");
    }

    @Test
    @Order(2)
    void what_may_not_be_read_is_left_out_and_nothing_at_all_is_an_error() throws Exception {
        namespace("closed");
        cluster.kubectl("create", "serviceaccount", "viewer", "-n", "closed").succeeded();
        String viewer = cluster.accountConfig("closed", "viewer").toString();
        Run nothing = audit("-n", "closed", "--kubeconfig", viewer);
        assertThat(nothing.status()).isEqualTo(2);
        assertThat(nothing.out()).isEmpty();
        assertThat(nothing.err()).contains("You may not read pods");
        cluster.kubectl("create", "role", "viewer", "-n", "closed", "--verb=list", "--resource=pods")
                .succeeded();
        cluster.kubectl(
                        "create",
                        "rolebinding",
                        "viewer",
                        "-n",
                        "closed",
                        "--role=viewer",
                        "--serviceaccount=closed:viewer")
                .succeeded();
        Run some = audit("-n", "closed", "--kubeconfig", viewer);
        assertThat(some.status()).isZero();
        assertThat(some.err()).contains("You may not read CloneSet objects").doesNotContain("You may not read pods");
        assertThat(audit("--kubeconfig", "nowhere").status()).isEqualTo(2);
        assertThat(audit("-A", "-n", "closed").status()).isEqualTo(2);
    }

    @Test
    @Order(2)
    void an_old_openkruise_whose_resizes_a_new_api_server_refuses_is_found() throws Exception {
        serveCloneSetV1beta1(false);
        await().untilAsserted(() -> {
            Run run = audit("-A", "-v");
            assertThat(run.err()).contains("vertical-scaling refused (cluster)");
            assertThat(run.out()).contains("[version]", "OpenKruise is older than 1.9 and resizes pods in a way");
        });
        serveCloneSetV1beta1(true);
        await().untilAsserted(() -> assertThat(audit("-A", "-v").err()).contains("vertical-scaling enabled (cluster)"));
    }

    /** OpenKruise 1.9 is the first that does. */
    private void serveCloneSetV1beta1(boolean served) throws IOException {
        cluster.kubectl(
                        "patch",
                        "crd",
                        "clonesets.apps.kruise.io",
                        "--type=json",
                        "-p",
                        "[{\"op\":\"replace\",\"path\":\"/spec/versions/0/served\",\"value\":%s}]".formatted(served))
                .succeeded();
    }

    private void configuration(String patch) throws IOException {
        cluster.kubectl("patch", "validatingwebhookconfiguration", "inplace-guard", "--type=json", "-p", patch)
                .succeeded();
    }

    private List<String> guardFindings() {
        return JSON.readTree(audit("-A", "-o", "json").out())
                .path("findings")
                .valueStream()
                .map(finding -> finding.path("id").asString())
                .filter(id -> id.startsWith("guard-"))
                .distinct()
                .toList();
    }

    @Test
    @Order(3)
    void an_enforcing_webhook_that_is_skipped_when_it_fails_is_found() throws Exception {
        assertThat(guardFindings()).isEmpty();
        String names = cluster.kubectl(
                        "get", "validatingwebhookconfiguration", "inplace-guard", "-o", "jsonpath={.webhooks[*].name}")
                .out();
        String path = "/webhooks/" + List.of(names.split(" ")).indexOf("workloads.enforce.inplace-guard.io")
                + "/failurePolicy";
        configuration("[{\"op\":\"replace\",\"path\":\"" + path + "\",\"value\":\"Ignore\"}]");
        assertThat(guardFindings()).containsExactly("guard-failure-policy");
        configuration("[{\"op\":\"replace\",\"path\":\"" + path + "\",\"value\":\"Fail\"}]");
        assertThat(guardFindings()).isEmpty();
    }

    @Test
    @Order(3)
    void a_webhook_that_is_not_as_the_chart_makes_it_is_found() throws Exception {
        configuration("[{\"op\":\"replace\",\"path\":\"/webhooks/0/rules/0/resources\",\"value\":[\"pods\"]}]");
        assertThat(guardFindings()).containsExactly("guard-configuration");
        assertThat(audit("-A").out()).contains("].rules\n", "is not as the chart makes it");
        configuration(
                "[{\"op\":\"replace\",\"path\":\"/webhooks/0/rules/0/resources\",\"value\":[\"pods\",\"pods/resize\"]}]");
        assertThat(guardFindings()).isEmpty();
    }

    @Test
    @Order(3)
    void a_setting_that_contradicts_the_gate_of_openkruise_is_found() throws Exception {
        String setting = "INPLACEGUARD_OPENKRUISE_VERTICALSCALING=";
        cluster.kubectl("set", "env", "deployment/inplace-guard", "-n", SYSTEM, setting + "disabled")
                .succeeded();
        assertThat(guardFindings()).containsExactly("guard-gate");
        cluster.kubectl("set", "env", "deployment/inplace-guard", "-n", SYSTEM, setting + "enabled")
                .succeeded();
        assertThat(guardFindings()).isEmpty();
    }

    @Test
    @Order(4)
    void a_service_without_ready_endpoints_is_found() throws Exception {
        endpoints(false);
        assertThat(guardFindings()).containsExactly("guard-endpoints");
        endpoints(true);
    }

    @Test
    @Order(5)
    void a_ca_bundle_that_does_not_verify_the_certificate_is_found() throws Exception {
        Path other = cluster.folder.resolve("other");
        assertThat(new CommandLine(new CertsCommand()).execute("--out", other.toString()))
                .isZero();
        configuration("[{\"op\":\"replace\",\"path\":\"/webhooks/0/clientConfig/caBundle\",\"value\":\""
                + base64(other.resolve("ca.crt")) + "\"}]");
        assertThat(guardFindings()).containsExactly("guard-ca-bundle");
        assertThat(audit("-A").out()).contains("No certificate of the caBundle has signed the serving certificate.");
    }

    @Test
    @Order(6)
    void a_webhook_of_the_chart_that_is_missing_is_found() throws Exception {
        configuration("[{\"op\":\"remove\",\"path\":\"/webhooks/0\"}]");
        assertThat(guardFindings()).containsExactly("guard-configuration");
        cluster.kubectl("delete", "validatingwebhookconfiguration", "inplace-guard")
                .succeeded();
        assertThat(guardFindings()).containsExactly("guard-missing");
    }
}
