package io.inplaceguard.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.Helm;
import io.inplaceguard.guard.AdmissionAttributes;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.ObjectStage;
import io.inplaceguard.guard.ObjectView;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The policy evaluated by CEL for Java, against what OpenKruise and the guard decide. */
class FallbackPolicyTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Path CORPUS = Path.of("src/test/resources/cases/openkruise.jsonl.gz");
    private static final CelPolicy POLICY = new CelPolicy(FallbackPolicy.text());
    private static final Guard GUARD =
            new Guard(GuardSettings.DEFAULTS.withTemplateMetadata(GuardSettings.TemplateMetadata.ALLOW));

    /** A pair of the corpus with the strategy that makes it governed. */
    private record Pair(String id, String decision, ObjectNode before, ObjectNode after) {

        static Pair of(JsonNode row) {
            String kind = row.path("kind").asString();
            String version = row.path("version").asString();
            ObjectNode before = row.path("old").asObject().deepCopy();
            ObjectNode after = row.path("new").asObject().deepCopy();
            for (ObjectNode object : List.of(before, after)) {
                object.withObject("/spec")
                        .set(
                                "updateStrategy",
                                JSON.readTree(
                                        kind.equals("CloneSet") && version.equals("v1alpha1")
                                                ? "{\"type\":\"InPlaceOnly\"}"
                                                : "{\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceOnly\"}}"));
            }
            return new Pair(row.path("id").asString(), row.path("stored").asString(), before, after);
        }

        boolean guardDenies() {
            String[] version = before.path("apiVersion").asString().split("/");
            return !GUARD.validate(
                            AdmissionAttributes.update(
                                    version[0],
                                    version[1],
                                    before.path("kind").asString(),
                                    ObjectView.of(before),
                                    ObjectView.of(after)),
                            ObjectStage.STORED)
                    .violations()
                    .isEmpty();
        }
    }

    private static List<Pair> corpus() throws IOException {
        List<Pair> pairs = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(CORPUS)), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode row = JSON.readTree(line);
                if (List.of("CloneSet", "StatefulSet").contains(row.path("kind").asString())) {
                    pairs.add(Pair.of(row));
                }
            }
        }
        return pairs;
    }

    @Test
    void it_denies_nothing_that_openkruise_does_in_place_or_the_guard_admits() throws IOException {
        int recreated = 0;
        int both = 0;
        int guardDenials = 0;
        int guardBoth = 0;
        List<String> falseDenials = new ArrayList<>();
        for (Pair pair : corpus()) {
            boolean denies = !POLICY.violations(pair.before(), pair.after()).isEmpty();
            boolean guardDenies = pair.guardDenies();
            boolean inPlace = !pair.decision().equals("rc");
            if (denies && (inPlace || !guardDenies)) {
                falseDenials.add(pair.id() + " " + pair.decision() + " guard " + (guardDenies ? "denies" : "admits"));
            }
            recreated += inPlace ? 0 : 1;
            both += !inPlace && denies ? 1 : 0;
            guardDenials += guardDenies ? 1 : 0;
            guardBoth += guardDenies && denies ? 1 : 0;
        }
        System.out.printf(
                "fallback policy: denies %d of %d pairs that OpenKruise cannot do in place, %d of %d that the guard denies%n",
                both, recreated, guardBoth, guardDenials);
        assertThat(falseDenials).isEmpty();
    }

    private static final String CLONE_SET = """
            {"apiVersion": "apps.kruise.io/v1beta1", "kind": "CloneSet", "metadata": {"name": "web", "namespace": "shop"},
             "spec": {"replicas": 3, "updateStrategy": {"rollingUpdate": {"podUpdatePolicy": "InPlaceOnly"}},
              "template": {"metadata": {"labels": {"app": "web"}},
               "spec": {
                "containers": [
                 {"name": "app", "image": "app:1", "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                  "resources": {"requests": {"cpu": "100m"}}, "ports": [{"containerPort": 80}]},
                 {"name": "log", "image": "log:1"}],
                "initContainers": [{"name": "init", "image": "init:1"}],
                "volumes": [{"name": "v", "projected": {"sources": [
                  {"downwardAPI": {"items": [{"path": "a", "fieldRef": {"fieldPath": "metadata.name"}}]}}]}}]}}}}""";

    private static List<String> edited(String old, String pointer, String value) {
        ObjectNode before = JSON.readTree(old).asObject();
        ObjectNode after = before.deepCopy();
        int cut = pointer.lastIndexOf('/');
        JsonNode parent = after.at(pointer.substring(0, cut));
        String last = pointer.substring(cut + 1);
        if (parent.isArray()) {
            parent.asArray().set(Integer.parseInt(last), JSON.readTree(value));
        } else if (value == null) {
            parent.asObject().remove(last);
        } else {
            parent.asObject().set(last, JSON.readTree(value));
        }
        return POLICY.violations(before, after);
    }

    @ParameterizedTest(name = "{0} = {1}: {2}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "containers/0/image|\"app:2\"|-",
                "containers/0/resources/requests/cpu|\"200m\"|-",
                "containers/0/resources|-|-",
                "hostNetwork|false|-",
                "dnsPolicy|\"\"|-",
                "securityContext|{}|-",
                "tolerations|[]|-",
                "priority|0|-",
                "affinity|{\"nodeAffinity\": {\"x\": [], \"y\": null}}|-",
                "containers/0/ports/0/hostPort|0|-",
                "containers/0/ports/0/containerPort|80.0|-",
                "containers/0/env/0/value|\"2\"|spec.template.spec.containers[name=app].env",
                "containers/0/env/0|{\"name\": \"C\", \"value\": \"1\"}|spec.template.spec.containers[name=app].env",
                "containers/0/env|-|spec.template.spec.containers[name=app].env",
                "containers/0/args|[\"x\"]|spec.template.spec.containers[name=app].args",
                "containers/0/tty|true|spec.template.spec.containers[name=app].tty",
                "containers/1/imagePullPolicy|\"Always\"|spec.template.spec.containers[name=log].imagePullPolicy",
                "containers/0/name|\"other\"|containers are added, removed, renamed or reordered",
                "containers|[]|containers are added, removed, renamed or reordered",
                "initContainers/0/image|\"init:2\"|spec.template.spec.initContainers",
                "hostNetwork|true|spec.template.spec.hostNetwork",
                "affinity|{\"nodeAffinity\": {\"x\": [1]}}|spec.template.spec.affinity",
                "volumes/0/projected/sources/0/downwardAPI/items/0/fieldRef/fieldPath|\"metadata.uid\"|spec.template.spec.volumes",
                "volumes|-|spec.template.spec.volumes",
                "futureField|\"x\"|spec.template.spec.futureField",
            })
    void an_update_of_a_governed_clone_set_is_denied_by_field(String field, String value, String message) {
        List<String> violations = edited(CLONE_SET, "/spec/template/spec/" + field, value);
        if (message == null) {
            assertThat(violations).isEmpty();
        } else {
            assertThat(violations).hasSize(1).first().asString().contains(message);
        }
    }

    @Test
    void every_changed_field_is_named_and_no_value() {
        ObjectNode before = JSON.readTree(CLONE_SET).asObject();
        ObjectNode after = JSON.readTree(CLONE_SET
                        .replace("\"value\": \"1\"", "\"value\": \"secret\"")
                        .replace("\"initContainers\"", "\"hostPID\": true, \"initContainers\""))
                .asObject();
        assertThat(POLICY.violations(before, after))
                .containsExactly(
                        "InPlaceOnly: these fields cannot be changed in place: spec.template.spec.hostPID, "
                                + "spec.template.spec.containers[name=app].env. Revert them, or change the update strategy. [not-in-place]");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"rollingUpdate\": {\"podUpdatePolicy\": \"InPlaceOnly\"}}|v1beta1|CloneSet|true",
                "{\"type\": \"RollingUpdate\", \"rollingUpdate\": {\"podUpdatePolicy\": \"InPlaceOnly\"}}|v1beta1|StatefulSet|true",
                "{\"rollingUpdate\": {\"podUpdatePolicy\": \"InPlaceOnly\"}}|v1alpha1|StatefulSet|true",
                "{\"type\": \"InPlaceOnly\"}|v1alpha1|CloneSet|true",
                "{\"type\": \"OnDelete\", \"rollingUpdate\": {\"podUpdatePolicy\": \"InPlaceOnly\"}}|v1beta1|StatefulSet|false",
                "{\"rollingUpdate\": {\"podUpdatePolicy\": \"InPlaceIfPossible\"}}|v1beta1|CloneSet|false",
                "{\"rollingUpdate\": {\"podUpdatePolicy\": \"InPlaceOnly\"}}|v1alpha1|CloneSet|false",
                "{\"type\": \"InPlaceOnly\"}|v1beta1|CloneSet|false",
                "{\"type\": null, \"rollingUpdate\": null}|v1beta1|CloneSet|false",
                "null|v1beta1|CloneSet|false",
                "\"InPlaceOnly\"|v1beta1|CloneSet|false",
            })
    void only_workloads_under_in_place_only_are_governed(
            String strategy, String version, String kind, boolean governed) {
        ObjectNode object = JSON.readTree(CLONE_SET).asObject();
        object.put("apiVersion", "apps.kruise.io/" + version).put("kind", kind);
        object.withObject("/spec").set("updateStrategy", JSON.readTree(strategy));
        List<String> violations = edited(object.toString(), "/spec/template/spec/hostNetwork", "true");
        assertThat(violations.isEmpty()).isNotEqualTo(governed);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void the_annotation_governs_whether_it_is_added_or_removed(boolean stored) {
        ObjectNode before = JSON.readTree(CLONE_SET).asObject();
        before.withObject("/spec").remove("updateStrategy");
        ObjectNode after = before.deepCopy();
        after.withObject("/spec/template/spec").put("hostNetwork", true);
        assertThat(POLICY.violations(before, after)).isEmpty();
        (stored ? before : after)
                .withObject("/metadata/annotations")
                .put("inplace-guard.io/update-policy", "InPlaceOnly");
        assertThat(POLICY.violations(before, after)).hasSize(1);
    }

    /** What is stored anywhere in a template as null, empty or zero equals absence, and never makes a denial. */
    @Test
    void empty_values_anywhere_are_never_a_change() throws IOException {
        for (Pair pair : corpus()) {
            ObjectNode noisy = pair.before().deepCopy();
            addEmptyValues(noisy.at("/spec/template/spec"), pair.id().hashCode());
            assertThat(POLICY.violations(pair.before(), noisy)).as(pair.id()).isEmpty();
            assertThat(POLICY.violations(noisy, pair.before())).as(pair.id()).isEmpty();
        }
    }

    private static void addEmptyValues(JsonNode node, int seed) {
        List<String> empties = List.of("null", "\"\"", "0", "false", "[]", "{}", "{\"a\":{\"b\":[]}}");
        node.forEach(child -> addEmptyValues(child, seed + 1));
        if (node.isObject()) {
            node.asObject().set("added", JSON.readTree(empties.get(Math.floorMod(seed + node.size(), empties.size()))));
        }
    }

    @Test
    void the_command_prints_the_text_of_the_chart() throws IOException {
        String chart = Files.readString(Path.of("charts/inplace-guard/files/fallback-policy.yaml"));
        StringWriter out = new StringWriter();
        assertThat(new CommandLine(new PolicyCommand())
                        .setOut(new PrintWriter(out))
                        .execute())
                .isZero();
        assertThat(out).hasToString(chart);
    }

    @ParameterizedTest
    @CsvSource({"enforce, Deny", "warn, Warn", "audit, Audit", "off, ''"})
    void the_mode_of_namespaces_without_the_label_can_be_chosen(String mode, String action) {
        StringWriter out = new StringWriter();
        new CommandLine(new PolicyCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(out))
                .execute("--mode", mode);
        String unlabeled =
                "inplace-guard-fallback-unlabeled\nspec:\n  policyName: inplace-guard-fallback\n  validationActions: ["
                        + action + "]";
        if (action.isEmpty()) {
            assertThat(out.toString()).doesNotContain("unlabeled").contains("values: [audit]");
        } else {
            assertThat(out.toString()).contains(unlabeled);
        }
        assertThat(out.toString())
                .contains(
                        "inplace-guard-fallback-enforce\nspec:\n  policyName: inplace-guard-fallback\n  validationActions: [Deny]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"enforce", "warn", "audit", "off"})
    void the_chart_renders_what_the_command_prints(String mode) {
        StringWriter out = new StringWriter();
        new CommandLine(new PolicyCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(out))
                .execute("--mode", mode);
        String rendered = new Helm(Path.of("charts/inplace-guard"))
                .template()
                .withName("guard")
                .withNamespace("inplace-system")
                .withKubeVersion("1.33.0")
                .set("fallbackPolicy.enabled", "true")
                .set("mode", mode)
                .call();
        String policy = Stream.of(rendered.split("(?m)^---\n"))
                .filter(document -> document.startsWith("# Source: inplace-guard/templates/fallback-policy.yaml"))
                .map(document -> document.substring(document.indexOf('\n') + 1).strip())
                .collect(Collectors.joining("\n---\n"));
        assertThat(policy).isEqualTo(out.toString().strip());
    }
}
