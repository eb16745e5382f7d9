package io.inplaceguard.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.guard.GuardSettings.TemplateMetadata;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import io.inplaceguard.rule.Consequence;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The guard's verdict on 2,600 generated pairs that OpenKruise's own functions and Kubernetes' own validation decided, with
 * vertical scaling on and template metadata allowed: as {@code /validate} sees them and as {@code check} sees them.
 */
class OpenKruiseVerdictsTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Guard GUARD = new Guard(
            GuardSettings.DEFAULTS.withTemplateMetadata(TemplateMetadata.ALLOW),
            OwnerStrategies.UNKNOWN,
            () -> new OpenKruiseProfile(VerticalScaling.ENABLED, true));

    /** What becomes of an update. */
    private enum Outcome {
        /** Nothing changes, or the pods are updated in place. */
        IN_PLACE,
        /** OpenKruise does not update in place. */
        RECREATE,
        /** OpenKruise tries and the API server refuses. */
        REFUSED,
        /** A SidecarSet's existing pods are skipped. */
        SKIPPED
    }

    @Test
    void every_pair_is_decided_as_the_controllers_and_the_api_server_decide_it() throws IOException {
        Map<String, Integer> counts = new TreeMap<>();
        List<String> otherwise = new ArrayList<>();
        for (JsonNode pair : pairs()) {
            for (ObjectStage stage : ObjectStage.values()) {
                Set<Outcome> expected = expected(pair, stage);
                Outcome outcome = outcome(pair, stage);
                counts.merge(pair.path("kind").asString() + " " + stage + " " + outcome, 1, Integer::sum);
                if (!expected.contains(outcome)) {
                    otherwise.add(pair.path("id").asString() + " " + stage + ": " + expected + ", not " + outcome);
                }
            }
        }
        counts.forEach((name, count) -> System.out.println(name + ": " + count));
        assertThat(otherwise).isEmpty();
    }

    /**
     * The decision of the corpus. Children of a UnitedDeployment get their defaults later; a DaemonSet's template never gets
     * any. Of DaemonSets and StatefulSets the API server was not asked, so the guard may also find what it refuses.
     */
    private static Set<Outcome> expected(JsonNode pair, ObjectStage stage) {
        String kind = pair.path("kind").asString();
        boolean later = kind.equals("UnitedDeployment") || stage == ObjectStage.SUBMITTED;
        boolean defaulted = later && !pair.path("defaulted").isNull();
        String decision = pair.path(defaulted ? "defaulted" : "stored").asString();
        if (isRefusedByWebhook(pair)) {
            return Set.of(decision.equals("nc") ? Outcome.IN_PLACE : Outcome.RECREATE);
        }
        return switch (decision) {
            case "nc" -> Set.of(Outcome.IN_PLACE);
            case "ip" ->
                switch (pair.path("api").asString("")) {
                    case "accepts" -> Set.of(Outcome.IN_PLACE);
                    case "refuses" -> Set.of(Outcome.REFUSED);
                    default -> Set.of(Outcome.IN_PLACE, Outcome.REFUSED);
                };
            case "rc" -> Set.of(Outcome.RECREATE);
            case "skip" -> Set.of(Outcome.SKIPPED);
            default -> throw new IllegalArgumentException(decision);
        };
    }

    /** OpenKruise's webhook refuses a resize of the StatefulSet that a UnitedDeployment creates. */
    private static boolean isRefusedByWebhook(JsonNode pair) {
        String child = "/spec/template/advancedStatefulSetTemplate/spec/template/spec/containers";
        return pair.path("kind").asString().equals("UnitedDeployment")
                && pair.at("/old" + child).isArray()
                && !resources(pair.at("/old" + child)).equals(resources(pair.at("/new" + child)));
    }

    private static List<JsonNode> resources(JsonNode containers) {
        return containers
                .valueStream()
                .map(container -> container.path("resources"))
                .toList();
    }

    private static Outcome outcome(JsonNode pair, ObjectStage stage) {
        String kind = pair.path("kind").asString();
        Verdict verdict = GUARD.validate(
                AdmissionAttributes.update(
                        "apps.kruise.io",
                        pair.path("version").asString(),
                        kind,
                        ObjectView.of(withStrategy(pair, pair.path("old"))),
                        ObjectView.of(withStrategy(pair, pair.path("new")))),
                stage);
        List<String> warnings = verdict.warnings().stream().map(Warning::id).toList();
        if (kind.equals("SidecarSet")) {
            return isHashed(verdict) ? Outcome.SKIPPED : Outcome.IN_PLACE;
        }
        if (kind.equals("DaemonSet")) {
            return warnings.contains("recreate")
                    ? Outcome.RECREATE
                    : warnings.contains("never-finishes") ? Outcome.REFUSED : Outcome.IN_PLACE;
        }
        if (!verdict.denied()) {
            return Outcome.IN_PLACE;
        }
        return verdict.violations().stream().allMatch(violation -> violation.consequence() == Consequence.REFUSED)
                ? Outcome.REFUSED
                : Outcome.RECREATE;
    }

    /** Volumes and plain init containers are warned of too, but they are not in the hash that the corpus is about. */
    private static boolean isHashed(Verdict verdict) {
        return verdict.warnings().stream()
                .anyMatch(warning -> warning.sentence().startsWith("existing pods will be skipped"));
    }

    private static JsonNode withStrategy(JsonNode pair, JsonNode object) {
        JsonNode copy = object.deepCopy();
        ObjectNode spec = copy.path("spec").asObject();
        String version = pair.path("version").asString();
        switch (pair.path("kind").asString()) {
            case "CloneSet", "StatefulSet" ->
                policy(
                        spec,
                        version.equals("v1alpha1")
                                && pair.path("kind").asString().equals("CloneSet"));
            case "DaemonSet" ->
                spec.set(
                        "updateStrategy",
                        JSON.readTree("{\"rollingUpdate\":{\"rollingUpdateType\":\"InPlaceIfPossible\"}}"));
            case "UnitedDeployment" -> {
                for (String child : List.of("cloneSetTemplate", "advancedStatefulSetTemplate")) {
                    JsonNode owner = spec.path("template").path(child).path("spec");
                    if (owner.isObject()) {
                        policy(owner.asObject(), false);
                    }
                }
            }
            default -> {}
        }
        return copy;
    }

    private static void policy(ObjectNode spec, boolean flat) {
        spec.set(
                "updateStrategy",
                JSON.readTree(
                        flat
                                ? "{\"type\":\"InPlaceOnly\"}"
                                : "{\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceOnly\"}}"));
    }

    private static List<JsonNode> pairs() throws IOException {
        try (var stream = new GZIPInputStream(Objects.requireNonNull(
                        OpenKruiseVerdictsTest.class.getResourceAsStream("/cases/openkruise.jsonl.gz")));
                var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            return reader.lines().map(JSON::readTree).toList();
        }
    }
}
