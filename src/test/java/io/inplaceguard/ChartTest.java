package io.inplaceguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The chart, linted and rendered by Helm itself, and its match conditions evaluated. */
class ChartTest {

    /** Beside the cache. */
    private static final String IMAGE_OPTIONS =
            "-XX:TrimNativeHeapInterval=2000 -XX:Tier4InvocationThreshold=40000 -XX:Tier4MinInvocationThreshold=12000"
                    + " -XX:Tier4CompileThreshold=80000 -XX:Tier4BackEdgeThreshold=320000";

    private static final String CACHE_OPTIONS = "-XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0";
    private static final String HEAP_OPTIONS = "-XX:+UseSerialGC -XX:NewRatio=4 -XX:-ShrinkHeapInSteps";
    private static final String HEAP_RATIOS = "-XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20";

    private static final Path CHART = Path.of("charts/inplace-guard");
    private static final JsonMapper JSON = new JsonMapper();
    private static final Map<String, String> DEFAULTS = Map.of();

    private static String rendered(Map<String, String> values) {
        TemplateCommand template = new Helm(CHART)
                .template()
                .withName("guard")
                .withNamespace("inplace-system")
                .withKubeVersion("1.33.0");
        values.forEach((name, value) -> {
            if (value.startsWith("{")) {
                String[] each = value.substring(1, value.length() - 1).split(",");
                for (int i = 0; i < each.length; i++) {
                    template.set(name + "[" + i + "]", each[i]);
                }
            } else {
                template.set(name, value);
            }
        });
        return template.call();
    }

    private static List<JsonNode> objects(Map<String, String> values) {
        List<JsonNode> objects = new ArrayList<>();
        for (Object document : new Yaml().loadAll(rendered(values))) {
            if (document != null) {
                objects.add(JSON.valueToTree(document));
            }
        }
        return objects;
    }

    private static JsonNode one(List<JsonNode> objects, String kind) {
        List<JsonNode> found = objects.stream()
                .filter(object -> object.path("kind").asString().equals(kind) && !isOfTheTracker(object))
                .toList();
        assertThat(found).as(kind).hasSize(1);
        return found.get(0);
    }

    private static boolean isOfTheTracker(JsonNode object) {
        return object.path("metadata")
                .path("labels")
                .path("app.kubernetes.io/component")
                .asString("")
                .equals("tracker");
    }

    /** Three ways to certificates, four modes, and the switches, turned one after the other: 3 x 4 x 6 combinations. */
    static Stream<Map<String, String>> matrix() {
        List<Map<String, String>> all = new ArrayList<>();
        List<Map<String, String>> switches = List.of(
                Map.of(),
                Map.of(
                        "autoscaling.enabled",
                        "true",
                        "networkPolicy.enabled",
                        "true",
                        "podDisruptionBudget.enabled",
                        "false",
                        "tracker.enabled",
                        "true"),
                Map.of(
                        "serviceMonitor.enabled",
                        "true",
                        "prometheusRule.enabled",
                        "true",
                        "dashboard.enabled",
                        "true",
                        "serviceMonitor.labels.release",
                        "prom",
                        "tracker.enabled",
                        "true",
                        "tracker.replicas",
                        "2"),
                Map.of(
                        "owners",
                        "false",
                        "fullnameOverride",
                        "x",
                        "image.digest",
                        "sha256:" + "0".repeat(64),
                        "podLabels.a",
                        "b",
                        "exemptions.usernames",
                        "{system:admin,bob}",
                        "webhooks.excludedNamespaces",
                        "{a,b}",
                        "imagePullSecrets",
                        "{regcred}",
                        "nodeSelector.disk",
                        "ssd"),
                Map.of(
                        "clientCa.mode",
                        "required",
                        "clientCa.configMap",
                        "clients",
                        "clientCa.subjects",
                        "{kube-apiserver}",
                        "replicas",
                        "3"),
                Map.ofEntries(
                        Map.entry("networkPolicy.enabled", "true"),
                        Map.entry("networkPolicy.apiServerCidrs", "{10.0.0.1/32}"),
                        Map.entry("networkPolicy.managementFrom[0].podSelector.matchLabels.app", "prometheus"),
                        Map.entry("serviceAccount.annotations.a", "b"),
                        Map.entry("extraEnv[0].name", "A"),
                        Map.entry("extraEnv[0].value", "b"),
                        Map.entry("port", "9443"),
                        Map.entry("kinds[0].group", "game.kruise.io"),
                        Map.entry("kinds[0].kind", "GameServerSet"),
                        Map.entry("kinds[0].resource", "gameserversets"),
                        Map.entry("kinds[0].versions", "{v1alpha1}"),
                        Map.entry("kinds[0].templates", "{spec.gameServerTemplate}"),
                        Map.entry("rules.templateMetadataKeys", "{version,team/*}"),
                        Map.entry("tracker.enabled", "true")));
        for (String certs : List.of("cluster", "cert-manager", "files")) {
            for (String mode : List.of("enforce", "warn", "audit", "off")) {
                for (Map<String, String> more : switches) {
                    Map<String, String> values = new HashMap<>(more);
                    values.put("certs.mode", certs);
                    values.put("mode", mode);
                    if (certs.equals("files")) {
                        values.put("certs.secretName", "mine");
                        values.put("certs.caBundle", "Q0E=");
                    }
                    all.add(values);
                }
            }
        }
        return all.stream();
    }

    @Test
    void helm_lint_reports_nothing() {
        LintResult result = new Helm(CHART).lint().strict().call();
        assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
        assertThat(matrix().count()).isGreaterThanOrEqualTo(40);
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void every_combination_renders_the_same_twice_and_every_reference_resolves(Map<String, String> values) {
        assertThat(rendered(values)).isEqualTo(rendered(values));
        List<JsonNode> objects = objects(values);
        Set<String> there = new HashSet<>();
        objects.forEach(object -> there.add(object.path("kind").asString() + " "
                + object.at("/metadata/name").asString()));
        JsonNode deployment = one(objects, "Deployment");
        JsonNode pod = deployment.at("/spec/template/spec");
        JsonNode labels = deployment.at("/spec/template/metadata/labels");
        assertThat(there)
                .contains("ServiceAccount " + pod.path("serviceAccountName").asString());
        assertSelects(deployment.at("/spec/selector/matchLabels"), labels);
        JsonNode service = one(objects, "Service");
        assertSelects(service.at("/spec/selector"), labels);
        List<String> ports = pod.at("/containers/0/ports")
                .valueStream()
                .map(port -> port.path("name").asString())
                .toList();
        service.at("/spec/ports")
                .forEach(port ->
                        assertThat(ports).contains(port.path("targetPort").asString()));
        for (String kind : List.of("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")) {
            for (JsonNode webhook : one(objects, kind).path("webhooks")) {
                assertThat(webhook.at("/clientConfig/service/name")).isEqualTo(service.at("/metadata/name"));
                assertThat(webhook.at("/clientConfig/service/namespace").asString())
                        .isEqualTo("inplace-system");
                assertThat(webhook.at("/clientConfig").has("caBundle"))
                        .isEqualTo("files".equals(values.get("certs.mode")));
                assertSafe(webhook);
            }
        }
        Set<String> mounts = new TreeSet<>();
        pod.at("/containers/0/volumeMounts")
                .forEach(mount -> mounts.add(mount.path("name").asString()));
        Set<String> volumes = new TreeSet<>();
        pod.path("volumes").forEach(volume -> volumes.add(volume.path("name").asString()));
        assertThat(mounts).isEqualTo(volumes);
        for (JsonNode object : objects) {
            for (String reference : List.of("/roleRef", "/spec/scaleTargetRef", "/spec/issuerRef")) {
                JsonNode target = object.at(reference);
                if (!target.isMissingNode()) {
                    assertThat(there)
                            .contains(target.path("kind").asString() + " "
                                    + target.path("name").asString());
                }
            }
            for (String selector : List.of("/spec/selector/matchLabels", "/spec/podSelector/matchLabels")) {
                if (!object.at(selector).isMissingNode()) {
                    assertThat(objects)
                            .as("%s selects nothing", object.at("/metadata/name"))
                            .anyMatch(other -> selects(object.at(selector), other));
                }
            }
            JsonNode template = object.path("kind").asString().equals("Pod") ? object : object.at("/spec/template");
            template.at("/spec/volumes").forEach(volume -> {
                String secret = volume.at("/secret/secretName").asString("");
                if (!secret.isEmpty() && !secret.equals("mine")) {
                    boolean certificate = objects.stream()
                            .anyMatch(other ->
                                    other.at("/spec/secretName").asString("").equals(secret));
                    assertThat(certificate || there.contains("Secret " + secret))
                            .as(secret)
                            .isTrue();
                }
            });
            template.at("/spec/containers").forEach(each -> {
                List<String> named = each.path("ports")
                        .valueStream()
                        .map(port -> port.path("name").asString())
                        .toList();
                for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
                    if (each.has(probe)) {
                        assertThat(named)
                                .contains(each.path(probe).at("/httpGet/port").asString());
                    }
                }
            });
            object.path("subjects")
                    .forEach(subject -> assertThat(there)
                            .contains("ServiceAccount " + subject.path("name").asString()));
            assertLeastPrivilege(object);
        }
    }

    @Test
    void the_tracker_is_its_own_deployment_with_its_own_account() {
        assertThat(objects(DEFAULTS)).noneMatch(ChartTest::isOfTheTracker);
        List<JsonNode> objects = objects(Map.of("tracker.enabled", "true"));
        JsonNode deployment = objects.stream()
                .filter(object ->
                        isOfTheTracker(object) && object.path("kind").asString().equals("Deployment"))
                .findFirst()
                .orElseThrow();
        assertThat(deployment.at("/spec/template/spec/containers/0/args").toString())
                .isEqualTo("[\"track\"]");
        assertThat(deployment.at("/spec/template/spec/serviceAccountName").asString())
                .isNotEqualTo(one(objects, "Deployment")
                        .at("/spec/template/spec/serviceAccountName")
                        .asString());
        assertSelects(deployment.at("/spec/selector/matchLabels"), deployment.at("/spec/template/metadata/labels"));
        JsonNode service = one(objects, "Service").at("/spec/selector");
        assertThat(service.properties().stream()
                        .allMatch(entry -> entry.getValue()
                                .equals(deployment
                                        .at("/spec/template/metadata/labels")
                                        .get(entry.getKey()))))
                .as("the webhook's Service finds the tracker")
                .isFalse();
        Set<String> granted = new TreeSet<>();
        objects.stream()
                .filter(ChartTest::isOfTheTracker)
                .forEach(role -> role.path("rules")
                        .forEach(rule -> rule.path("resources")
                                .forEach(resource -> granted.add(
                                        rule.path("apiGroups").get(0).asString() + "/" + resource.asString() + " "
                                                + rule.path("verbs")))));
        String followed = " [\"get\",\"list\",\"watch\",\"patch\"]";
        assertThat(granted)
                .containsExactlyInAnyOrder(
                        "/pods" + followed,
                        "apps.kruise.io/clonesets" + followed,
                        "apps.kruise.io/statefulsets" + followed,
                        "apps.kruise.io/daemonsets" + followed,
                        "apps.kruise.io/uniteddeployments" + followed,
                        "apps/statefulsets" + followed,
                        "apps/daemonsets" + followed,
                        "apps/controllerrevisions [\"get\"]",
                        "/events [\"create\"]",
                        "coordination.k8s.io/leases [\"create\"]",
                        "coordination.k8s.io/leases [\"get\",\"update\",\"patch\"]");
    }

    private static boolean selects(JsonNode selector, JsonNode object) {
        JsonNode pods = object.at("/spec/template/metadata/labels");
        JsonNode labels = pods.isMissingNode() ? object.at("/metadata/labels") : pods;
        return !selector.isEmpty()
                && selector.properties().stream()
                        .allMatch(entry -> entry.getValue().equals(labels.get(entry.getKey())));
    }

    private static void assertSelects(JsonNode selector, JsonNode labels) {
        assertThat(selector.isEmpty()).isFalse();
        selector.properties()
                .forEach(entry -> assertThat(labels.get(entry.getKey())).isEqualTo(entry.getValue()));
    }

    private static void assertSafe(JsonNode webhook) {
        assertThat(webhook.path("sideEffects").asString()).isEqualTo("None");
        assertThat(webhook.path("timeoutSeconds").asInt()).isBetween(1, 10);
        assertThat(webhook.path("matchPolicy").asString()).isEqualTo("Equivalent");
        JsonNode first = webhook.at("/namespaceSelector/matchExpressions/0");
        assertThat(first.path("key").asString()).isEqualTo("kubernetes.io/metadata.name");
        assertThat(first.path("operator").asString()).isEqualTo("NotIn");
        assertThat(first.path("values").toString()).startsWith("[\"kube-system\",\"inplace-system\"");
        if (webhook.path("rules").toString().contains("CREATE")
                && webhook.path("rules").toString().contains("pods")) {
            assertThat(webhook.path("failurePolicy").asString()).isEqualTo("Ignore");
        }
    }

    private static void assertLeastPrivilege(JsonNode role) {
        for (JsonNode rule : role.path("rules")) {
            if (rule.has("verbs")) {
                assertThat(rule.toString()).doesNotContain("*");
                String verbs = rule.path("verbs").toString();
                boolean owners = verbs.equals("[\"list\",\"watch\"]")
                        && List.of("[\"apps.kruise.io\"]", "[\"game.kruise.io\"]")
                                .contains(rule.path("apiGroups").toString());
                boolean tracked = isOfTheTracker(role) && verbs.equals("[\"get\",\"list\",\"watch\",\"patch\"]");
                boolean revisions = isOfTheTracker(role)
                        && verbs.equals("[\"get\"]")
                        && rule.path("resources").toString().equals("[\"controllerrevisions\"]");
                assertThat(rule.has("resourceNames") || verbs.equals("[\"create\"]") || owners || tracked || revisions)
                        .as("%s", rule)
                        .isTrue();
            }
        }
    }

    /** The restricted Pod Security Standard. */
    @ParameterizedTest
    @MethodSource("matrix")
    void every_pod_is_restricted(Map<String, String> values) {
        for (JsonNode object : objects(values)) {
            JsonNode pod = object.path("kind").asString().equals("Pod")
                    ? object.path("spec")
                    : object.at("/spec/template/spec");
            if (!pod.has("containers")) {
                continue;
            }
            assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
            assertThat(pod.at("/securityContext/runAsUser").asInt()).isPositive();
            assertThat(pod.at("/securityContext/seccompProfile/type").asString())
                    .isEqualTo("RuntimeDefault");
            assertThat(pod.propertyNames()).doesNotContain("hostNetwork", "hostPID", "hostIPC");
            for (JsonNode container : pod.path("containers")) {
                JsonNode security = container.path("securityContext");
                assertThat(security.path("allowPrivilegeEscalation").asBoolean(true))
                        .isFalse();
                assertThat(security.path("readOnlyRootFilesystem").asBoolean()).isTrue();
                assertThat(security.at("/capabilities/drop").toString()).isEqualTo("[\"ALL\"]");
                assertThat(container.at("/resources/limits").has("memory")).isTrue();
            }
            for (JsonNode volume : pod.path("volumes")) {
                assertThat(volume.has("emptyDir") || volume.has("secret") || volume.has("configMap"))
                        .isTrue();
                // In cluster mode the Secret holds the CA's key.
                assertThat(values.get("certs.mode").equals("cluster")
                                && volume.has("secret")
                                && !volume.path("secret").has("items"))
                        .isFalse();
            }
        }
    }

    @Test
    void with_a_secret_of_the_user_and_no_auto_profile_no_token_is_mounted() {
        Map<String, String> files = Map.of("certs.mode", "files", "certs.secretName", "mine");
        assertThat(one(objects(files), "Deployment")
                        .at("/spec/template/spec/automountServiceAccountToken")
                        .asBoolean())
                .as("the profile auto is read from the API server")
                .isTrue();
        List<JsonNode> objects = objects(
                Map.of("certs.mode", "files", "certs.secretName", "mine", "openkruise.verticalScaling", "disabled"));
        assertThat(one(objects, "Deployment")
                        .at("/spec/template/spec/automountServiceAccountToken")
                        .asBoolean(true))
                .isFalse();
        assertThat(objects)
                .extracting(object -> object.path("kind").asString())
                .doesNotContain("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding");
        assertThatThrownBy(() -> rendered(Map.of("certs.mode", "files"))).hasMessageContaining("certs.secretName");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mod=enforce",
                "certs.mod=files",
                "webhooks.failurePolicy.pods=Fail",
                "webhooks.timeoutSeconds=11",
                "mode=strict",
                "image.repo=x",
                "replicas=0",
                "clientCa.mode=on",
                "certs.leafLifetime=forever",
                "resources.limit.memory=1Gi",
                "podDisruptionBudget.maxUnavailable=some",
                "fullnameOverride=A_B",
                "maxReviewBytes=0MB",
                "affinity.nodeAffinity.required=x",
                "tolerations[0].keys=a",
                "affinity.node=x",
                "tracker.resources.cpu=1",
                "resizePolicy.cpu=Restart",
                "openkruise.verticalScaling=on",
                "openkruise.gate=on",
                "namespaceOverride=A_B",
                "port=0",
                "dnsPolicy=None",
                "networkPolicy.webhookFrom[0].pods=x",
                "podSecurity.user=1",
                "owners=maybe",
                "serviceMonitor.enabled=yes"
            })
    void a_misspelt_value_is_an_error(String assignment) {
        String[] halves = assignment.split("=");
        assertThatThrownBy(() -> rendered(Map.of(halves[0], halves[1])))
                .hasMessageContaining("don't meet the specifications of the schema");
    }

    @Test
    void the_client_ca_is_read_from_a_config_map_that_must_be_named() {
        List<JsonNode> objects = objects(Map.of("clientCa.mode", "required", "clientCa.configMap", "clients"));
        JsonNode pod = one(objects, "Deployment").at("/spec/template/spec");
        assertThat(pod.path("volumes").toString())
                .contains("{\"name\":\"client-ca\",\"configMap\":{\"name\":\"clients\"}}");
        assertThat(objects)
                .as("a test without a client certificate would fail")
                .noneMatch(object -> object.path("kind").asString().equals("Pod"));
        assertThatThrownBy(() -> rendered(Map.of("clientCa.mode", "required")))
                .hasMessageContaining("clientCa.configMap");
    }

    private static Map<String, String> gameServerSets() {
        Map<String, String> values = new HashMap<>();
        values.put("kinds[0].group", "game.kruise.io");
        values.put("kinds[0].kind", "GameServerSet");
        values.put("kinds[0].resource", "gameserversets");
        values.put("kinds[0].versions", "{v1alpha1}");
        values.put("kinds[0].templates", "{spec.gameServerTemplate}");
        values.put("kinds[0].policy", "spec.updateStrategy.rollingUpdate.podUpdatePolicy");
        return values;
    }

    @Test
    void further_kinds_get_webhook_rules_permissions_and_settings() {
        Map<String, String> values = gameServerSets();
        values.put("owners", "true");
        List<JsonNode> objects = objects(values);
        for (String configuration : List.of("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")) {
            List<String> rules = one(objects, configuration)
                    .path("webhooks")
                    .valueStream()
                    .map(webhook -> webhook.at("/rules/0"))
                    .filter(rule -> rule.at("/apiGroups/0").asString().equals("game.kruise.io"))
                    .map(rule -> rule.path("resources").toString() + rule.path("apiVersions"))
                    .distinct()
                    .toList();
            assertThat(rules).as(configuration).containsExactly("[\"gameserversets\"][\"v1alpha1\"]");
        }
        assertThat(one(objects, "ClusterRole").path("rules").toString())
                .contains(
                        "\"apiGroups\":[\"game.kruise.io\"],\"resources\":[\"gameserversets\"],\"verbs\":[\"list\",\"watch\"]");
        assertThat(one(objects, "Deployment").toString())
                .contains("SPRING_APPLICATION_JSON", "GameServerSet", "spec.gameServerTemplate");
        values.put("owners", "false");
        assertThat(one(objects(values), "ClusterRole").path("rules").toString()).doesNotContain("gameserversets");
    }

    @ParameterizedTest
    @CsvSource({
        "kinds[0].versions, null",
        "kinds[0].versions, {}",
        "kinds[0].templates, null",
        "kinds[0].templates, {template}",
        "kinds[0].policy, status.policy",
        "kinds[0].group, apps.kruise.io",
        "kinds[0].resource, GameServerSets",
        "kinds[0].word2, x"
    })
    void a_kind_that_the_server_would_refuse_is_refused_by_the_schema(String name, String value) {
        Map<String, String> values = gameServerSets();
        values.put(name, value);
        assertThatThrownBy(() -> rendered(values)).hasMessageContaining("kinds");
    }

    @Test
    void the_readme_lists_every_value_with_its_default() throws IOException {
        String readme = Files.readString(CHART.resolve("README.md"));
        JsonNode schema = JSON.readTree(CHART.resolve("values.schema.json"));
        List<String> missing = new ArrayList<>();
        JsonNode values = JSON.valueToTree(new Yaml().load(Files.readString(CHART.resolve("values.yaml"))));
        leaves("", values, schema, (path, value) -> {
            if (!readme.contains("| `" + path + "` | `" + value.toString().replace("\":\"", "\": \"") + "` |")) {
                missing.add(path);
            }
        });
        assertThat(missing).isEmpty();
    }

    @Test
    void every_value_is_read_by_a_template() throws IOException {
        StringBuilder templates = new StringBuilder();
        try (Stream<Path> files = Files.walk(CHART.resolve("templates"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                templates.append(Files.readString(file));
            }
        }
        Map<String, Object> values = new Yaml().load(Files.readString(CHART.resolve("values.yaml")));
        assertThat(values.keySet())
                .allMatch(key -> Pattern.compile("\\.Values\\." + key + "\\b")
                        .matcher(templates)
                        .find());
    }

    private static void leaves(
            String path, JsonNode value, JsonNode schema, java.util.function.BiConsumer<String, JsonNode> leaf) {
        JsonNode properties = schema.path("properties");
        if (value.isObject() && !properties.isMissingNode()) {
            assertThat(schema.path("additionalProperties").asBoolean(true))
                    .as("%s is closed", path)
                    .isFalse();
            value.properties().forEach(entry -> {
                assertThat(properties.has(entry.getKey())).as(entry.getKey()).isTrue();
                leaves(
                        path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(),
                        entry.getValue(),
                        properties.path(entry.getKey()),
                        leaf);
            });
        } else {
            leaf.accept(path, value);
        }
    }

    @Test
    void a_namespaces_label_chooses_exactly_one_mode() {
        for (String preset : List.of("enforce", "warn", "audit", "off")) {
            List<JsonNode> webhooks = one(objects(Map.of("mode", preset)), "ValidatingWebhookConfiguration")
                    .path("webhooks")
                    .valueStream()
                    .toList();
            for (String label : List.of("", "enforce", "warn", "audit", "off")) {
                String wanted = label.isEmpty() ? preset : label;
                List<String> paths = webhooks.stream()
                        .filter(webhook -> selects(webhook, "shop", label))
                        .map(webhook -> webhook.at("/clientConfig/service/path").asString())
                        .distinct()
                        .toList();
                assertThat(paths)
                        .as("%s under %s", label, preset)
                        .isEqualTo(wanted.equals("off") ? List.of() : List.of("/validate/" + wanted));
                assertThat(webhooks)
                        .noneMatch(webhook ->
                                selects(webhook, "kube-system", label) || selects(webhook, "inplace-system", label));
            }
        }
    }

    /** No namespaceSelector holds off what is in no namespace. */
    @Test
    void a_sidecar_set_is_reviewed_by_one_webhook_in_the_mode_of_the_chart() throws Exception {
        for (String mode : List.of("enforce", "warn", "audit", "off")) {
            List<JsonNode> webhooks = one(objects(Map.of("mode", mode)), "ValidatingWebhookConfiguration")
                    .path("webhooks")
                    .valueStream()
                    .filter(webhook -> !webhook.at("/rules/0/scope").asString().equals("Namespaced"))
                    .toList();
            assertThat(webhooks).hasSize(1);
            JsonNode webhook = webhooks.get(0);
            assertThat(webhook.at("/rules/0/resources").toString()).isEqualTo("[\"sidecarsets\"]");
            assertThat(webhook.path("failurePolicy").asString()).isEqualTo(mode.equals("enforce") ? "Fail" : "Ignore");
            if (mode.equals("off")) {
                Map<String, Object> nothing = Map.of("object", Map.of(), "oldObject", Map.of(), "request", Map.of());
                assertThat(program(webhook.at("/matchConditions/0/expression").asString())
                                .eval(nothing))
                        .isEqualTo(false);
            } else {
                assertThat(webhook.at("/clientConfig/service/path").asString()).isEqualTo("/validate/" + mode);
            }
        }
    }

    private static boolean selects(JsonNode webhook, String namespace, String label) {
        if (webhook.at("/rules/0/scope").asString().equals("Cluster")) {
            return false;
        }
        Map<String, String> labels = new HashMap<>(Map.of("kubernetes.io/metadata.name", namespace));
        if (!label.isEmpty()) {
            labels.put("inplace-guard.io/mode", label);
        }
        for (JsonNode expression : webhook.at("/namespaceSelector/matchExpressions")) {
            String value = labels.get(expression.path("key").asString());
            boolean listed = value != null
                    && expression
                            .path("values")
                            .valueStream()
                            .anyMatch(each -> each.asString().equals(value));
            if (listed != expression.path("operator").asString().equals("In")) {
                return false;
            }
        }
        return true;
    }

    private static final String SPEC =
            "{\"replicas\":1,\"updateStrategy\":{\"type\":\"InPlaceOnly\"},\"template\":{\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"x:1\"}]}},"
                    + "\"volumeClaimTemplates\":[{\"metadata\":{\"name\":\"d\"}}]}";

    /** One edit of one object a line: the kind, the operation, a pointer, its new value, and whether the guard is to be asked. */
    @ParameterizedTest(name = "{0} {1} {2} {3}: {4}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "Pod|UPDATE|/metadata/labels|{\"a\":\"b\"}|false",
                "Pod|UPDATE|/metadata/annotations|{\"a\":\"b\"}|false",
                "Pod|UPDATE|/status|{\"phase\":\"Failed\"}|false",
                "Pod|UPDATE|/metadata/finalizers|[\"x\"]|false",
                "Pod|UPDATE|/metadata/deletionTimestamp|\"2026-01-01T00:00:00Z\"|false",
                "Pod|UPDATE|/spec/template|{}|true",
                "Pod|UPDATE|/spec/replicas|2|true",
                "Pod|UPDATE|/spec/tolerations|[]|true",
                "Pod|UPDATE|/spec/updateStrategy|-|true",
                "Pod|UPDATE|/metadata/generation|2|false",
                "Pod|UPDATE|/metadata/managedFields|[]|false",
                "CloneSet|UPDATE|/spec/replicas|2|false",
                "CloneSet|UPDATE|/spec/replicas|-|false",
                "CloneSet|UPDATE|/spec/minReadySeconds|5|false",
                "CloneSet|UPDATE|/spec/scaleStrategy|{\"podsToDelete\":[\"x\"]}|false",
                "CloneSet|UPDATE|/status|{\"replicas\":3}|false",
                "CloneSet|UPDATE|/metadata/labels|{\"a\":\"b\"}|false",
                "CloneSet|UPDATE|/metadata/finalizers|[\"x\"]|false",
                "CloneSet|UPDATE|/spec/selector|{}|false",
                "CloneSet|UPDATE|/spec/template|{}|true",
                "CloneSet|UPDATE|/spec/template|-|true",
                "CloneSet|UPDATE|/spec/template|null|true",
                "CloneSet|UPDATE|/spec/template/spec/containers/0/image|\"x:2\"|true",
                "CloneSet|UPDATE|/spec/template/metadata|{\"labels\":{}}|true",
                "CloneSet|UPDATE|/spec/updateStrategy|-|true",
                "CloneSet|UPDATE|/spec/updateStrategy/type|\"ReCreate\"|true",
                "CloneSet|UPDATE|/spec/updateStrategy/paused|true|true",
                "CloneSet|UPDATE|/spec/volumeClaimTemplates|-|true",
                "CloneSet|UPDATE|/spec/volumeClaimTemplates/0/spec|{}|true",
                "CloneSet|UPDATE|/spec|-|true",
                "CloneSet|UPDATE|/metadata/deletionTimestamp|\"2026-01-01T00:00:00Z\"|false",
                "CloneSet|UPDATE|/spec/lifecycle|{}|false",
                "CloneSet|UPDATE|/spec/revisionHistoryLimit|3|false",
                "StatefulSet|UPDATE|/spec/replicas|0|false",
                "StatefulSet|UPDATE|/spec/serviceName|\"s\"|false",
                "StatefulSet|UPDATE|/spec/reserveOrdinals|[1]|false",
                "StatefulSet|UPDATE|/spec/template/spec/hostPID|true|true",
                "StatefulSet|UPDATE|/spec/updateStrategy/rollingUpdate|{\"partition\":1}|true",
                "StatefulSet|UPDATE|/spec/persistentVolumeClaimRetentionPolicy|{}|false",
                "StatefulSet|UPDATE|/spec/podManagementPolicy|\"Parallel\"|false",
                "DaemonSet|UPDATE|/spec/minReadySeconds|1|false",
                "DaemonSet|UPDATE|/spec/burstReplicas|1|false",
                "DaemonSet|UPDATE|/spec/template/spec|{}|true",
                "DaemonSet|UPDATE|/spec/updateStrategy/rollingUpdate|{}|true",
                "DaemonSet|UPDATE|/status|{}|false",
                "SidecarSet|UPDATE|/spec/containers|[{\"name\":\"s\"}]|true",
                "SidecarSet|UPDATE|/spec/initContainers|[{\"name\":\"s\"}]|true",
                "SidecarSet|UPDATE|/spec/volumes|[{\"name\":\"v\"}]|true",
                "SidecarSet|UPDATE|/spec/patchPodMetadata|[]|true",
                "SidecarSet|UPDATE|/spec/selector|{\"matchLabels\":{}}|false",
                "SidecarSet|UPDATE|/spec/injectionStrategy|{\"paused\":true}|false",
                "SidecarSet|UPDATE|/spec/updateStrategy/type|\"NotUpdate\"|true",
                "SidecarSet|UPDATE|/spec/namespaceSelector|{}|false",
                "UnitedDeployment|UPDATE|/spec/replicas|9|false",
                "UnitedDeployment|UPDATE|/spec/template/cloneSetTemplate|{}|true",
                "UnitedDeployment|UPDATE|/spec/topology/subsets/0/replicas|4|false",
                "UnitedDeployment|UPDATE|/spec/topology/subsets/0/patch|{\"spec\":{}}|true",
                "UnitedDeployment|UPDATE|/spec/topology/subsets/1/patch|-|true",
                "UnitedDeployment|UPDATE|/spec/topology/subsets/0/name|\"z\"|true",
                "UnitedDeployment|UPDATE|/spec/topology/subsets|-|true",
                "UnitedDeployment|UPDATE|/spec/topology|-|true",
                "UnitedDeployment|UPDATE|/spec/topology/subsets/0/maxReplicas|4|false",
                "UnitedDeployment|UPDATE|/spec/topology/scheduleStrategy|{}|false",
                "CloneSet|CREATE|/spec/replicas|2|true",
                "UnitedDeployment|CREATE|/spec/replicas|2|true",
                "DaemonSet|CREATE|/spec|-|true",
                "StatefulSet|CREATE|/spec/template|-|true",
            })
    void match_conditions_let_through_what_can_matter_and_nothing_else(
            String kind, String operation, String pointer, String value, boolean asked) throws Exception {
        ObjectNode before = JSON.readTree("{\"metadata\":{\"name\":\"web\"},\"spec\":" + SPEC + "}")
                .asObject();
        if (kind.equals("UnitedDeployment")) {
            before.path("spec")
                    .asObject()
                    .set(
                            "topology",
                            JSON.readTree(
                                    "{\"subsets\":[{\"name\":\"a\",\"replicas\":1},{\"name\":\"b\",\"patch\":{\"metadata\":{}}}]}"));
        }
        if (kind.equals("Pod")) {
            before.path("metadata")
                    .asObject()
                    .set(
                            "ownerReferences",
                            JSON.readTree(
                                    "[{\"apiVersion\":\"apps.kruise.io/v1beta1\",\"kind\":\"CloneSet\",\"controller\":true}]"));
        }
        ObjectNode after = before.deepCopy().asObject();
        int cut = pointer.lastIndexOf('/');
        JsonNode parent = cut == 0 ? after : after.at(pointer.substring(0, cut));
        ObjectNode container = parent.isMissingNode() ? after.withObject(pointer.substring(0, cut)) : parent.asObject();
        if (value == null) {
            container.remove(pointer.substring(cut + 1));
        } else {
            container.set(pointer.substring(cut + 1), JSON.readTree(value));
        }
        String name = kind.equals("SidecarSet")
                ? "sidecarsets.inplace-guard.io"
                : (kind.equals("Pod") ? "pods" : "workloads") + (operation.equals("CREATE") ? "" : ".enforce")
                        + ".inplace-guard.io";
        String configuration =
                operation.equals("CREATE") ? "MutatingWebhookConfiguration" : "ValidatingWebhookConfiguration";
        JsonNode webhook = one(RENDERED, configuration)
                .path("webhooks")
                .valueStream()
                .filter(each -> each.path("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
        Map<String, Object> variables = new HashMap<>();
        variables.put("object", plain(after));
        variables.put(
                "oldObject", operation.equals("CREATE") ? dev.cel.common.values.NullValue.NULL_VALUE : plain(before));
        variables.put("request", Map.of("operation", operation));
        assertThat(matches(webhook, variables)).isEqualTo(asked);
    }

    /** What makes a Pod governed, and whether its update may be stopped where no guard answers. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|false",
                "{\"annotations\":{\"a\":\"b\"}}|false",
                "{\"annotations\":{\"inplace-guard.io/update-policy\":\"InPlaceOnly\"}}|true",
                "{\"ownerReferences\":[{\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\",\"controller\":true}]}|false",
                "{\"ownerReferences\":[{\"apiVersion\":\"apps.kruise.io/v1beta1\",\"kind\":\"CloneSet\",\"controller\":true}]}|true",
                "{\"ownerReferences\":[{\"apiVersion\":\"apps.kruise.io/v1beta1\",\"kind\":\"CloneSet\",\"controller\":false}]}|false",
                "{\"ownerReferences\":[{\"apiVersion\":\"apps.kruise.io/v1beta1\",\"kind\":\"CloneSet\"}]}|false",
            })
    void only_pods_that_can_be_denied_depend_on_the_guard(String metadata, boolean governed) throws Exception {
        ObjectNode with = JSON.createObjectNode();
        with.set("metadata", JSON.readTree(metadata));
        with.set("spec", JSON.readTree("{\"priority\":1}"));
        ObjectNode without = JSON.createObjectNode();
        without.set("metadata", JSON.readTree("{}"));
        without.set("spec", JSON.readTree("{\"priority\":2}"));
        for (boolean old : List.of(true, false)) {
            Map<String, Object> variables = Map.of(
                    "object", plain(old ? without : with),
                    "oldObject", plain(old ? with : without),
                    "request", Map.of("operation", "UPDATE"));
            Map<String, String> policies = new HashMap<>();
            for (JsonNode webhook :
                    one(RENDERED, "ValidatingWebhookConfiguration").path("webhooks")) {
                String name = webhook.path("name").asString();
                if (name.contains("pods.enforce") && matches(webhook, variables)) {
                    policies.put(name, webhook.path("failurePolicy").asString());
                }
            }
            assertThat(policies)
                    .isEqualTo(
                            governed
                                    ? Map.of("pods.enforce.inplace-guard.io", "Fail")
                                    : Map.of("other-pods.enforce.inplace-guard.io", "Ignore"));
        }
    }

    private static boolean matches(JsonNode webhook, Map<String, Object> variables) throws Exception {
        for (JsonNode condition : webhook.path("matchConditions")) {
            if (!(Boolean) program(condition.path("expression").asString()).eval(variables)) {
                return false;
            }
        }
        return true;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{\"name\":\"a\"}]|true",
                "[{\"name\":\"a\",\"resizePolicy\":[]}]|true",
                "[{\"name\":\"a\",\"resizePolicy\":[{\"resourceName\":\"cpu\",\"restartPolicy\":\"NotRequired\"}]}]|true",
                "[{\"name\":\"a\",\"resizePolicy\":[{\"resourceName\":\"cpu\"},{\"resourceName\":\"memory\"}]}]|false",
                "[{\"name\":\"a\",\"resizePolicy\":[{\"resourceName\":\"memory\"},{\"resourceName\":\"cpu\"}]},{\"name\":\"b\"}]|true",
            })
    void a_new_pod_that_needs_no_default_is_not_reviewed(String containers, boolean reviewed) throws Exception {
        JsonNode webhook =
                one(RENDERED, "MutatingWebhookConfiguration").path("webhooks").get(0);
        assertThat(webhook.path("name").asString()).isEqualTo("pod-creation.inplace-guard.io");
        JsonNode pod = JSON.readTree("{\"spec\":{\"containers\":" + containers + "}}");
        assertThat(matches(webhook, Map.of("object", plain(pod)))).isEqualTo(reviewed);
    }

    /** RBAC grants the tracker patch on whole objects; the policy leaves it the annotations of this project. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/metadata/annotations|{\"a\":\"b\",\"inplace-guard.io/resize\":\"InProgress\"}|true",
                "/metadata/annotations|{\"a\":\"b\"}|true",
                "/metadata/annotations|{\"a\":\"c\"}|false",
                "/metadata/annotations|{}|false",
                "/metadata/annotations|{\"a\":\"b\",\"x\":\"y\"}|false",
                "/metadata/labels|{\"l\":\"m\"}|false",
                "/metadata/finalizers|[\"x\"]|false",
                "/metadata/ownerReferences|[]|false",
                "/spec|{\"priority\":2}|false",
            })
    void the_tracker_may_change_its_own_annotations_only(String pointer, String value, boolean allowed)
            throws Exception {
        JsonNode policy = objects(Map.of("tracker.enabled", "true")).stream()
                .filter(object -> object.path("kind").asString().equals("ValidatingAdmissionPolicy"))
                .findFirst()
                .orElseThrow();
        assertThat(policy.at("/spec/matchConditions/0/expression").asString())
                .isEqualTo("request.userInfo.username == \"system:serviceaccount:inplace-system:"
                        + "guard-inplace-guard-tracker\"");
        JsonNode before = JSON.readTree("{\"metadata\":{\"annotations\":{\"a\":\"b\",\"inplace-guard.io/resize\":"
                + "\"Proposed\"}},\"spec\":{\"priority\":1}}");
        ObjectNode after = before.deepCopy().asObject();
        int cut = pointer.lastIndexOf('/');
        (cut == 0 ? after : after.at(pointer.substring(0, cut)).asObject())
                .set(pointer.substring(cut + 1), JSON.readTree(value));
        Map<String, Object> variables = new HashMap<>(Map.of("object", plain(after), "oldObject", plain(before)));
        Map<String, Object> computed = new HashMap<>();
        for (JsonNode variable : policy.at("/spec/variables")) {
            computed.put(
                    variable.path("name").asString(),
                    program(variable.path("expression").asString()).eval(variables));
        }
        variables.put("variables", computed);
        boolean passes = true;
        for (JsonNode validation : policy.at("/spec/validations")) {
            passes &=
                    (Boolean) program(validation.path("expression").asString()).eval(variables);
        }
        assertThat(passes).isEqualTo(allowed);
    }

    @Test
    void a_release_named_by_digits_renders_valid_labels_and_names() {
        for (Object document : new Yaml()
                .loadAll(new Helm(CHART)
                        .template()
                        .withName("123")
                        .withNamespace("456")
                        .withKubeVersion("1.33.0")
                        .set("tracker.enabled", "true")
                        .call())) {
            JsonNode object = JSON.valueToTree(document);
            for (String place :
                    List.of("/metadata/labels", "/spec/selector/matchLabels", "/spec/template/metadata/labels")) {
                object.at(place)
                        .forEach(label ->
                                assertThat(label.isString()).as("%s", label).isTrue());
            }
            if (object.path("kind").asString().equals("Service")) {
                assertThat(object.at("/metadata/name").asString()).matches("[a-z].*");
            }
        }
    }

    @Test
    void another_collector_replaces_the_default_one() {
        assertThat(rendered(DEFAULTS)).contains("-XX:+UseSerialGC");
        assertThat(rendered(Map.of("javaOptions", "-XX:+UseG1GC")))
                .contains("-XX:+UseG1GC")
                .doesNotContain("UseSerialGC");
    }

    /** On JDK 25 the JVM ends where a cache is given beside these. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-Xshare:auto",
                "-Xlog:gc -Xshare:off",
                "-XX:SharedArchiveFile=/tmp/a.jsa -XX:+AutoCreateSharedArchive",
                "-XX:SharedClassListFile=/tmp/l",
                "-XX:DumpLoadedClassList=/tmp/l",
                "-XX:ArchiveClassesAtExit=/tmp/a.jsa",
                "-XX:AOTMode=record -XX:AOTConfiguration=/tmp/c",
                "-XX:AOTCacheOutput=/tmp/c.aot",
                "-XX:AOTCache=/tmp/c.aot"
            })
    void options_for_another_archive_leave_out_the_cache_of_the_image(String options) {
        for (String value : List.of("javaOptions", "tracker.javaOptions")) {
            assertThat(javaOptions(Map.of("tracker.enabled", "true", value, options)))
                    .as(value)
                    .satisfiesOnlyOnce(line -> assertThat(line)
                            .doesNotContain("/app/inplace-guard.aot", CACHE_OPTIONS)
                            .startsWith(IMAGE_OPTIONS + " " + HEAP_OPTIONS + " " + HEAP_RATIOS + " ")
                            .endsWith(" " + options))
                    .satisfiesOnlyOnce(line -> assertThat(line).startsWith("-XX:AOTCache=/app/inplace-guard.aot "));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-XX:+UseG1GC",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-XX:StartFlightRecording",
                "-XX:+UseCompactObjectHeaders",
                "-XX:SharedBaseAddress=0",
                "-XX:AOTMode=on"
            })
    void other_options_keep_the_cache_which_a_jvm_ignores_where_it_does_not_fit(String options) {
        assertThat(javaOptions(Map.of("javaOptions", options)))
                .containsExactly("-XX:AOTCache=/app/inplace-guard.aot " + CACHE_OPTIONS + " " + IMAGE_OPTIONS + " "
                        + (options.contains("GC") ? "" : HEAP_OPTIONS + " " + HEAP_RATIOS + " ")
                        + "-XX:MaxRAMPercentage=34 -XX:+ExitOnOutOfMemoryError " + options);
    }

    /** A JVM ends where the lower ratio is above the upper one, and a user may set only one of them. */
    @ParameterizedTest
    @ValueSource(strings = {"-XX:MinHeapFreeRatio=40", "-XX:MaxHeapFreeRatio=5"})
    void a_ratio_of_the_users_replaces_both_of_the_chart(String options) {
        assertThat(javaOptions(Map.of("javaOptions", options)))
                .singleElement()
                .asString()
                .contains(HEAP_OPTIONS)
                .doesNotContain(HEAP_RATIOS.split(" "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"})
    void options_in_the_environment_count_as_well(String variable) {
        Map<String, String> values = Map.of(
                "tracker.enabled", "true",
                "extraEnv[0].name", variable,
                "extraEnv[0].value", "-Xshare:auto -XX:+UseZGC");
        assertThat(javaOptions(values))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .startsWith(IMAGE_OPTIONS + " -XX:MaxRAMPercentage")
                        .doesNotContain("AOTCache", "UseSerialGC"));
    }

    @Test
    void image_and_local_distribution_have_the_options_of_the_chart() throws IOException {
        for (Path file : List.of(Path.of("Dockerfile"), Path.of("src/dist/train.sh"))) {
            assertThat(Files.readString(file))
                    .as("%s", file)
                    .contains(IMAGE_OPTIONS.split(" "))
                    .contains(CACHE_OPTIONS, HEAP_OPTIONS, HEAP_RATIOS);
        }
    }

    private static List<String> javaOptions(Map<String, String> values) {
        return objects(values).stream()
                .flatMap(object ->
                        object.at("/spec/template/spec/containers/0/env").valueStream())
                .filter(variable -> variable.path("name").asString().equals("JAVA_TOOL_OPTIONS"))
                .map(variable -> variable.path("value").asString())
                .toList();
    }

    @Test
    void the_value_drain_seconds_of_older_charts_still_works() {
        assertThat(rendered(Map.of("drainSeconds", "7"))).contains("terminationGracePeriodSeconds: 27");
        assertThat(rendered(Map.of("shutdownDelaySeconds", "7"))).contains("terminationGracePeriodSeconds: 27");
    }

    private static final List<JsonNode> RENDERED = objects(DEFAULTS);
    private static final Map<String, CelRuntime.Program> PROGRAMS = new LinkedHashMap<>();

    private static CelRuntime.Program program(String expression) throws Exception {
        CelRuntime.Program known = PROGRAMS.get(expression);
        if (known == null) {
            Cel cel = CelFactory.standardCelBuilder()
                    .setStandardMacros(dev.cel.parser.CelStandardMacro.STANDARD_MACROS)
                    .addVar("object", SimpleType.DYN)
                    .addVar("oldObject", SimpleType.DYN)
                    .addVar("request", SimpleType.DYN)
                    .addVar("variables", SimpleType.DYN)
                    .build();
            known = cel.createProgram(cel.compile(expression).getAst());
            PROGRAMS.put(expression, known);
        }
        return known;
    }

    /** As CEL sees an object: maps, lists, strings, longs, doubles, booleans. */
    private static Object plain(JsonNode node) {
        if (node.isObject()) {
            Map<String, Object> map = new HashMap<>();
            node.properties().forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
            return map;
        }
        if (node.isArray()) {
            return node.valueStream().map(ChartTest::plain).toList();
        }
        if (node.isNumber()) {
            return node.isIntegralNumber() ? (Object) node.longValue() : node.doubleValue();
        }
        return node.isBoolean()
                ? (Object) node.booleanValue()
                : node.isNull() ? dev.cel.common.values.NullValue.NULL_VALUE : node.stringValue();
    }

    @Test
    void alerts_and_panels_name_only_metrics_that_are_documented_as_exported() throws IOException {
        Set<String> named = new TreeSet<>();
        Matcher metric = Pattern.compile("inplace_guard_[a-z_]+")
                .matcher(Files.readString(CHART.resolve("files/alerts.yaml"))
                        + Files.readString(CHART.resolve("files/dashboard.json")));
        while (metric.find()) {
            named.add(metric.group());
        }
        assertThat(named).hasSizeGreaterThan(4);
        String exported = Files.readString(Path.of("src/test/resources/metrics.txt"));
        assertThat(named).allSatisfy(name -> assertThat(exported.lines()).contains(Objects.requireNonNull(name)));
    }
}
