package io.inplaceguard.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.rule.Violation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two ControllerRevisions as OpenKruise writes them. */
class StuckRolloutTest {

    private static final JsonMapper JSON = new JsonMapper();

    private static JsonNode revision(String image, String env, String label, String cpu) {
        return JSON.readTree("""
                {"spec": {"template": {"$patch": "replace", "metadata": {"creationTimestamp": null, "labels": {"app": "%s"}},
                 "spec": {"containers": [{"name": "app", "image": "%s", "env": [{"name": "A", "value": "%s"}],
                  "resources": {"requests": {"cpu": "%s"}}}]}}}}""".formatted(label, image, env, cpu));
    }

    @ParameterizedTest
    @CsvSource({"CloneSet", "StatefulSet"})
    void a_difference_that_is_not_in_place_is_stuck_and_named(String kind) {
        StuckRollout stuck = StuckRollout.of(
                        kind, revision("app:1", "1", "web", "100m"), revision("app:2", "secret", "web", "100m"))
                .orElseThrow();
        assertThat(stuck.fields()).singleElement().asString().startsWith("spec.template.spec.containers[name=app].env");
        assertThat(stuck.violations()).extracting(Violation::rule).containsExactly("not-in-place");
        assertThat(stuck.violations())
                .noneMatch(violation -> violation.message().contains("secret"));
    }

    @Test
    void images_resources_and_labels_are_applied_in_place() {
        assertThat(StuckRollout.of(
                        "CloneSet", revision("app:1", "1", "web", "100m"), revision("app:2", "1", "other", "200m")))
                .isEmpty();
    }

    @Test
    void where_the_feature_gate_is_known_to_be_off_a_resize_is_stuck() {
        OpenKruiseProfile off = new OpenKruiseProfile(OpenKruiseProfile.VerticalScaling.DISABLED, true);
        assertThat(StuckRollout.of(
                        "CloneSet",
                        UpdateStrategy.IN_PLACE_ONLY,
                        revision("app:1", "1", "web", "100m"),
                        revision("app:1", "1", "web", "200m"),
                        off))
                .get()
                .extracting(StuckRollout::violations)
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.list(Violation.class))
                .extracting(Violation::rule)
                .containsExactly("vertical-scaling");
    }

    @ParameterizedTest
    @CsvSource({"CloneSet", "StatefulSet", "DaemonSet"})
    void where_pods_are_recreated_only_what_the_api_server_refuses_is_stuck(String kind) {
        JsonNode before = revision("app:1", "1", "web", "100m");
        for (UpdateStrategy strategy : UpdateStrategy.values()) {
            boolean only = strategy == UpdateStrategy.IN_PLACE_ONLY;
            boolean inPlace = only || strategy == UpdateStrategy.IN_PLACE_IF_POSSIBLE;
            assertThat(of(kind, strategy, before, revision("app:1", "2", "web", "100m")))
                    .as("%s, env", strategy)
                    .isEqualTo(only);
            assertThat(of(kind, strategy, before, revision(" app:1", "1", "web", "100m")))
                    .as("%s, image", strategy)
                    .isEqualTo(inPlace);
            assertThat(of(kind, strategy, before, revision(" app:1", "2", "web", "100m")))
                    .as("%s, env and image", strategy)
                    .isEqualTo(only);
        }
    }

    private static boolean of(String kind, UpdateStrategy strategy, JsonNode current, JsonNode update) {
        return StuckRollout.of(kind, strategy, current, update, OpenKruiseProfile.UNKNOWN)
                .isPresent();
    }

    @Test
    void a_revision_without_a_template_is_compared_too() {
        assertThat(StuckRollout.of("CloneSet", JSON.readTree("{}"), JSON.readTree("{}")))
                .isEmpty();
        assertThat(StuckRollout.of("CloneSet", JSON.readTree("null"), revision("app:1", "1", "web", "100m")))
                .isPresent();
    }
}
