package io.inplaceguard.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.rule.Violation;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Pods under InPlaceOnly: updates, resizes, and Pods that are not running yet. */
class PodUpdateTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Guard GUARD = new Guard(GuardSettings.DEFAULTS);

    private static JsonNode pod(String rest) {
        return JSON.readTree("""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","annotations":{"inplace-guard.io/update-policy":"InPlaceOnly"}},
                 "spec":{"containers":[{"name":"app","image":"r.example/app:1","resizePolicy":[{"resourceName":"cpu","restartPolicy":"NotRequired"}],
                   "resources":{"requests":{"cpu":"1","memory":"1Gi"},"limits":{"cpu":"2"}}}],
                  "initContainers":[{"name":"mesh","image":"m:1","restartPolicy":"Always","resources":{"requests":{"cpu":"1"},"limits":{"cpu":"2"}}},
                   {"name":"setup","image":"s:1","resources":{"requests":{"cpu":"1"},"limits":{"cpu":"2"}}}]%s}}""".formatted(rest));
    }

    private static void assertRules(JsonNode before, JsonNode after, String subresource, String rules) {
        List<String> expected = rules == null ? List.of() : Arrays.asList(rules.split(" "));
        assertThat(GUARD.validate(Samples.update(before, after, subresource), ObjectStage.STORED)
                        .violations())
                .extracting(Violation::rule)
                .containsExactlyElementsOf(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/spec/containers/0/resources/requests/cpu      | \"2\"   |",
                "/spec/containers/0/resources/limits/memory     | \"2Gi\" |",
                "/spec/containers/0/resources/requests/cpu      | \"3\"   | resource-bounds",
                "/spec/initContainers/0/resources/requests/cpu  | \"2\"   |",
                "/spec/initContainers/0/resources/requests/cpu  | \"3\"   | resource-bounds",
                "/spec/initContainers/1/resources/limits/memory | \"1Gi\" |",
                "/spec/resources                                | {\"requests\":{\"cpu\":\"4\"},\"limits\":{\"cpu\":\"5\"}} |",
                "/spec/containers/0/resizePolicy/0/restartPolicy | \"RestartContainer\" | resize-policy",
                "/spec/containers/0/resources/limits/cpu        | -       | resource-set",
                "/spec/tolerations                              | [{\"key\":\"x\"}] | not-in-place",
            })
    void a_resize_is_admitted_as_long_as_bounds_class_and_policies_hold(String pointer, String value, String rules) {
        JsonNode before = pod("");
        assertRules(before, Samples.set(before, pointer, value), "resize", rules);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/spec/resources/requests/cpu               | \"5\" |",
                "/spec/resources/limits/cpu                 | \"4\" | qos-class",
                "/spec/containers/0/resources/requests/cpu  | \"2\" |",
            })
    void pod_level_resources_are_resized_within_their_class(String pointer, String value, String rules) {
        JsonNode before = pod(
                ",\"resources\":{\"requests\":{\"cpu\":\"4\",\"memory\":\"4Gi\"},\"limits\":{\"cpu\":\"6\",\"memory\":\"4Gi\"}}");
        assertRules(before, Samples.set(before, pointer, value), "resize", rules);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/spec/initContainers/0/resources/requests/cpu  | \"2\"   | not-in-place",
                "/spec/containers/0/resources/limits/memory     | \"2Gi\" | resource-set",
                "/spec/containers/0/image                       | \"r.example/app:2\" |",
                "/metadata/labels                               | {\"a\":\"b\"} |",
            })
    void an_update_that_is_not_a_resize_has_the_rules_of_a_pod(String pointer, String value, String rules) {
        JsonNode before = pod("");
        assertRules(before, Samples.set(before, pointer, value), "", rules);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/spec/schedulingGates   | -                                 |",
                "/spec/schedulingGates/0 | -                                 |",
                "/spec/nodeSelector      | {\"pool\":\"a\",\"zone\":\"b\"}   |",
                "/spec/nodeSelector      | {\"pool\":\"c\"}                  | not-in-place",
                "/spec/affinity          | {\"nodeAffinity\":{}}             |",
                "/spec/tolerations       | [{\"key\":\"x\"}]                 | not-in-place",
                "/spec/schedulingGates/+ | {\"name\":\"third\"}              | not-in-place",
            })
    void a_pod_with_scheduling_gates_may_be_released_and_narrowed(String pointer, String value, String rules) {
        JsonNode before = pod(
                ",\"schedulingGates\":[{\"name\":\"queue\"},{\"name\":\"quota\"}],\"nodeSelector\":{\"pool\":\"a\"}");
        assertRules(before, Samples.set(before, pointer, value), "", rules);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/spec/nodeSelector | {\"pool\":\"a\"}       | not-in-place",
                "/spec/affinity     | {\"nodeAffinity\":{}}  | not-in-place",
            })
    void a_running_pod_may_not_be_narrowed(String pointer, String value, String rules) {
        JsonNode before = pod("");
        assertRules(before, Samples.set(before, pointer, value), "", rules);
    }
}
