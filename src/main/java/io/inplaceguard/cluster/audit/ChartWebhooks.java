package io.inplaceguard.cluster.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What the chart writes into its webhooks under all of its values, as far as it decides which requests reach the guard. Source:
 * templates/webhooks.yaml of the chart; a test compares the two.
 */
final class ChartWebhooks {

    private static final String SUFFIX = ".inplace-guard.io";
    private static final String MODE = "inplace-guard.io/mode";
    private static final String NAMESPACE = "kubernetes.io/metadata.name";
    private static final List<String> PODS = List.of("pods", "pods/resize");
    private static final List<String> WORKLOADS =
            List.of("clonesets", "statefulsets", "daemonsets", "uniteddeployments");

    /** Match conditions of the chart. Any other one leaves requests out. */
    private static final Set<String> CONDITIONS = Set.of(
            "not-being-deleted",
            "spec-changed",
            "template-or-strategy-changed",
            "governed",
            "not-governed",
            "injected-fields-or-strategy-changed",
            "lacks-a-resize-policy",
            "mode-is-off");

    /** The requests that a webhook gets: every operation on every resource; both are empty where values decide. */
    private record Expected(String path, List<String> operations, List<String> resources) {}

    private static final Map<String, Expected> VALIDATING = Map.of(
            "pods", new Expected("/validate/", List.of("UPDATE"), PODS),
            "other-pods", new Expected("/validate/", List.of("UPDATE"), PODS),
            "workloads", new Expected("/validate/", List.of("UPDATE"), WORKLOADS),
            "kinds", new Expected("/validate/", List.of(), List.of()),
            "sidecarsets", new Expected("/validate/", List.of("UPDATE"), List.of("sidecarsets")));

    private static final Map<String, Expected> MUTATING = Map.of(
            "pod-creation", new Expected("/mutate", List.of("CREATE"), List.of("pods")),
            "pods", new Expected("/mutate", List.of("UPDATE"), PODS),
            "workloads", new Expected("/mutate", List.of("CREATE", "UPDATE"), WORKLOADS),
            "kinds", new Expected("/mutate", List.of(), List.of()));

    private ChartWebhooks() {}

    /** Whether a webhook is one of this project. */
    static boolean isOurs(JsonNode webhook) {
        return webhook.path("name").asString("").endsWith(SUFFIX);
    }

    /** A webhook's name without its suffix, such as {@code pods.enforce}. */
    static String shortName(JsonNode webhook) {
        String name = webhook.path("name").asString("");
        return name.substring(0, name.length() - SUFFIX.length());
    }

    /** The webhooks that a configuration has under all values of the chart. */
    static List<String> required(boolean validating) {
        return validating
                ? Stream.concat(
                                Stream.of("pods", "other-pods", "workloads")
                                        .flatMap(name -> Stream.of("enforce", "warn", "audit")
                                                .map(mode -> name + "." + mode)),
                                Stream.of("sidecarsets"))
                        .toList()
                : List.of("pod-creation", "pods", "workloads");
    }

    /** What of a webhook is not as the chart makes it: paths of its fields, the name of the webhook left out. */
    static List<String> differences(boolean validating, JsonNode webhook) {
        String name = shortName(webhook);
        int dot = name.indexOf('.');
        Expected expected = (validating ? VALIDATING : MUTATING).get(dot < 0 ? name : name.substring(0, dot));
        if (expected == null) {
            return List.of("name");
        }
        List<String> fields = new ArrayList<>();
        String mode = dot < 0 ? "" : name.substring(dot + 1);
        String path = webhook.at("/clientConfig/service/path")
                .asString(webhook.at("/clientConfig/url").asString("").replaceFirst("^https://[^/]*", ""));
        if (!path.startsWith(expected.path() + mode)) {
            fields.add("clientConfig.service.path");
        }
        if (!covers(webhook.path("rules"), expected)) {
            fields.add("rules");
        }
        if (!webhook.path("matchPolicy").asString("Equivalent").equals("Equivalent")) {
            fields.add("matchPolicy");
        }
        if (!validating && !webhook.path("reinvocationPolicy").asString("Never").equals("IfNeeded")) {
            fields.add("reinvocationPolicy");
        }
        if (!isChartsSelector(webhook.path("namespaceSelector"))) {
            fields.add("namespaceSelector");
        }
        if (!webhook.at("/objectSelector/matchLabels").isEmpty()
                || !webhook.at("/objectSelector/matchExpressions").isEmpty()) {
            fields.add("objectSelector");
        }
        for (JsonNode condition : webhook.path("matchConditions")) {
            if (!CONDITIONS.contains(condition.path("name").asString(""))) {
                fields.add("matchConditions");
                break;
            }
        }
        return fields;
    }

    private static boolean covers(JsonNode rules, Expected expected) {
        for (String operation : expected.operations()) {
            for (String resource : expected.resources()) {
                boolean covered = false;
                for (JsonNode rule : rules) {
                    covered |= has(rule.path("operations"), operation) && has(rule.path("resources"), resource);
                }
                if (!covered) {
                    return false;
                }
            }
        }
        return !rules.isEmpty();
    }

    private static boolean has(JsonNode list, String word) {
        for (JsonNode each : list) {
            if (each.asString("").equals(word) || each.asString("").equals("*")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isChartsSelector(JsonNode selector) {
        boolean excludes = false;
        boolean byMode = false;
        for (JsonNode expression : selector.path("matchExpressions")) {
            String key = expression.path("key").asString("");
            boolean notIn = expression.path("operator").asString("").equals("NotIn");
            if (key.equals(NAMESPACE) && notIn) {
                excludes |= has(expression.path("values"), "kube-system");
            } else if (key.equals(MODE)) {
                byMode = true;
            } else {
                return false;
            }
        }
        return excludes && byMode && selector.path("matchLabels").isEmpty();
    }
}
