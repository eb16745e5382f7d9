package io.inplaceguard.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.admission.AdmissionHandler;
import io.inplaceguard.admission.Cases;
import io.inplaceguard.check.report.ObjectIdentity;
import io.inplaceguard.check.report.Result;
import io.inplaceguard.guard.DifferentialTest;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import io.inplaceguard.guard.OwnerStrategies;
import io.inplaceguard.guard.Verdict;
import io.inplaceguard.rule.Violation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** check and /validate say the same of the same pair: verdict, rules, fields and warnings. */
class CheckMatchesWebhookTest {

    private static final JsonMapper JSON = new JsonMapper();
    /** Where OpenKruise writes no defaults, what is submitted and what is stored are compared alike. */
    private static final OpenKruiseProfile PROFILE = new OpenKruiseProfile(VerticalScaling.UNKNOWN, false);

    private static final Guard GUARD = new Guard(GuardSettings.DEFAULTS, OwnerStrategies.UNKNOWN, () -> PROFILE);
    private static final AdmissionHandler REVIEWER = new AdmissionHandler(GuardSettings.DEFAULTS, GUARD);
    private static final ManifestChecker CHECKER = new ManifestChecker(GUARD);

    @TempDir
    Path temp;

    @Test
    void on_every_case_and_on_ten_thousand_generated_pairs() throws Exception {
        int compared = 0;
        for (Cases.Case example : Cases.all().toList()) {
            JsonNode request = example.review().path("request");
            // What check cannot be asked: a subresource, another operation, one state alone.
            if (request.path("subResource").asString("").isEmpty()
                    && request.path("operation").asString("").equals("UPDATE")
                    && request.path("object").isObject()
                    && request.path("oldObject").isObject()
                    && !request.at("/object/kind").asString("").isEmpty()) {
                compare(request, example.body(), "json");
                compare(request, example.body(), "yaml");
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(90);
        for (int seed = 0; seed < 10_000; seed++) {
            ObjectNode request = request(DifferentialTest.pair(seed));
            compare(request, review(request), seed % 2 == 0 ? "json" : "yaml");
        }
    }

    private void compare(JsonNode request, byte[] review, String format) throws Exception {
        Verdict online = REVIEWER.replay(review).verdict();
        ManifestReader sources = new ManifestReader(System.in, "", note -> {});
        Map<ObjectIdentity, ManifestObject> before = sources.read(file("old", request.path("oldObject"), format));
        Map<ObjectIdentity, ManifestObject> after = sources.read(file("new", request.path("object"), format));
        List<Result> results = CHECKER.check(before, after);
        assertThat(results).hasSize(1);
        List<Violation> findings = results.get(0).violations().stream()
                .map(Result.Located::violation)
                .toList();
        assertThat(findings).as("%s", request).isEqualTo(online.violations());
        assertThat(results.get(0).warnings()).isEqualTo(online.warnings());
    }

    private String file(String side, JsonNode object, String format) throws Exception {
        Path file = temp.resolve(side + "." + format);
        String text = format.equals("json") ? object.toString() : new Yaml().dump(JSON.treeToValue(object, Map.class));
        Files.writeString(file, text);
        return file.toString();
    }

    private static ObjectNode request(List<JsonNode> pair) {
        ObjectNode request = JSON.createObjectNode().put("uid", "u").put("operation", "UPDATE");
        request.putObject("kind")
                .put("group", "apps.kruise.io")
                .put("version", "v1beta1")
                .put("kind", "CloneSet");
        request.set("oldObject", named(pair.get(0)));
        request.set("object", named(pair.get(1)));
        return request;
    }

    private static JsonNode named(JsonNode object) {
        ObjectNode named = object.deepCopy()
                .asObject()
                .put("apiVersion", "apps.kruise.io/v1beta1")
                .put("kind", "CloneSet");
        named.putObject("metadata").put("name", "web");
        return named;
    }

    private static byte[] review(ObjectNode request) {
        ObjectNode review =
                JSON.createObjectNode().put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
        review.set("request", request);
        return review.toString().getBytes(StandardCharsets.UTF_8);
    }
}
