package io.inplaceguard.cluster.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What audit expects of webhooks is what the chart writes, under all values that change them. */
class ChartWebhooksTest {

    private static final JsonMapper JSON = new JsonMapper();

    private static List<JsonNode> configurations(Map<String, String> values) {
        TemplateCommand template = new Helm(Path.of("charts/inplace-guard"))
                .template()
                .withName("guard")
                .withNamespace("inplace-system")
                .withKubeVersion("1.33.0");
        values.forEach(template::set);
        List<JsonNode> found = new ArrayList<>();
        for (Object document : new Yaml().loadAll(template.call())) {
            JsonNode object = JSON.valueToTree(document);
            if (object.path("kind").asString("").endsWith("WebhookConfiguration")) {
                found.add(object);
            }
        }
        return found;
    }

    static Stream<Map<String, String>> values() {
        return Stream.of(
                Map.of(),
                Map.of("mode", "off"),
                Map.of("mode", "warn"),
                Map.of("mode", "audit", "webhooks.failurePolicy.validatePods", "Ignore"),
                Map.of("webhooks.excludedNamespaces[0]", "kube-public", "certs.mode", "cert-manager"),
                Map.of(
                        "kinds[0].group", "game.kruise.io",
                        "kinds[0].kind", "GameServerSet",
                        "kinds[0].resource", "gameserversets",
                        "kinds[0].versions[0]", "v1alpha1",
                        "kinds[0].templates[0]", "spec.gameServerTemplate",
                        "kinds[0].policy", "annotation"));
    }

    private static boolean isValidating(JsonNode configuration) {
        return configuration.path("kind").asString().startsWith("Validating");
    }

    @ParameterizedTest
    @MethodSource("values")
    void no_webhook_of_the_chart_differs_and_none_is_missing(Map<String, String> values) {
        List<JsonNode> configurations = configurations(values);
        assertThat(configurations).hasSize(2);
        for (JsonNode configuration : configurations) {
            boolean validating = isValidating(configuration);
            List<String> names = new ArrayList<>();
            for (JsonNode webhook : configuration.path("webhooks")) {
                names.add(ChartWebhooks.shortName(webhook));
                assertThat(ChartWebhooks.differences(validating, webhook))
                        .as("%s", webhook)
                        .isEmpty();
            }
            assertThat(names).containsAll(ChartWebhooks.required(validating));
            assertThat(names)
                    .filteredOn(name -> !name.startsWith("kinds"))
                    .containsExactlyInAnyOrderElementsOf(ChartWebhooks.required(validating));
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "rules | /rules/0/operations | [\"CREATE\"]",
                "rules | /rules/0/resources | [\"pods\"]",
                "rules | /rules | []",
                "matchPolicy | /matchPolicy | \"Exact\"",
                "clientConfig.service.path | /clientConfig/service/path | \"/validate/warn\"",
                "namespaceSelector | /namespaceSelector | {}",
                "namespaceSelector | /namespaceSelector/matchLabels | {\"team\": \"a\"}",
                "namespaceSelector | /namespaceSelector/matchExpressions/0/values | [\"prod\"]",
                "objectSelector | /objectSelector | {\"matchLabels\": {\"a\": \"b\"}}",
                "matchConditions | /matchConditions/0/name | \"mine\"",
                "name | /name | \"more.inplace-guard.io\"",
            })
    void each_difference_is_named(String field, String path, String value) {
        JsonNode configuration = configurations(Map.of()).stream()
                .filter(ChartWebhooksTest::isValidating)
                .findFirst()
                .orElseThrow();
        JsonNode webhook = configuration
                .path("webhooks")
                .valueStream()
                .filter(each -> each.path("name").asString().equals("pods.enforce.inplace-guard.io"))
                .findFirst()
                .orElseThrow();
        int cut = path.lastIndexOf('/');
        ((ObjectNode) webhook.at(path.substring(0, cut))).set(path.substring(cut + 1), JSON.readTree(value));
        assertThat(ChartWebhooks.differences(true, webhook)).containsExactly(field);
    }

    @Test
    void a_mutating_webhook_that_is_not_invoked_again_differs() {
        JsonNode webhook = configurations(Map.of()).stream()
                .filter(configuration -> !isValidating(configuration))
                .findFirst()
                .orElseThrow()
                .at("/webhooks/0");
        ((ObjectNode) webhook).put("reinvocationPolicy", "Never");
        assertThat(ChartWebhooks.differences(false, webhook)).containsExactly("reinvocationPolicy");
    }
}
