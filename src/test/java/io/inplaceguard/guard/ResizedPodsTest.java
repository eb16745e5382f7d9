package io.inplaceguard.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Resizes where running pods have requests that the template does not have. Each outcome is that of OpenKruise 1.9.0 and
 * Kubernetes 1.36: OpenKruise sees the template, the API server the running pod.
 */
class ResizedPodsTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Guard GUARD = new Guard(
            GuardSettings.DEFAULTS,
            OwnerStrategies.UNKNOWN,
            () -> new OpenKruiseProfile(VerticalScaling.ENABLED, true));

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                // The second container has limits alone, so the template is not Guaranteed to OpenKruise; its pods are.
                "Guaranteed by a default | \"\" "
                        + "| a 100m 64Mi 100m 64Mi; b - - 1 1Gi | a 100m 64Mi 100m 128Mi; b - - 1 1Gi | qos-class REFUSED",
                "Guaranteed | \"\" | a 100m 64Mi 100m 64Mi | a 50m 64Mi 100m 64Mi | qos-class RECREATE",
                // The class of the pod as a whole does not depend on its containers.
                "pod-level limits of a Guaranteed container | 'limits':{'cpu':'2','memory':'2Gi'} "
                        + "| a 1 1Gi 1 1Gi; b - - 1 1Gi | a 1 1Gi 2 1Gi; b - - 1 1Gi | none",
                "an implied request below a higher limit | 'requests':{'cpu':'3'},'limits':{'memory':'3Gi'} "
                        + "| a - - 1 2Gi | a - - 1500m 2Gi | none",
                "an implied request above a lower limit | 'requests':{'cpu':'3'},'limits':{'memory':'3Gi'} "
                        + "| a - - 1 2Gi | a - - 500m 2Gi | resize-unsupported REFUSED",
                // The limit rises, the request of the running container does not.
                "sum of implied requests | 'requests':{'cpu':'1500m'} "
                        + "| a - - 1 1Gi; b 100m - - - | a - - 3 1Gi; b 100m - - - | none",
                "pod-level request implied, less requested | 'limits':{'cpu':'3','memory':'4Gi'} "
                        + "| a 100m 256Mi 1 1Gi | a 100m 64Mi 1 1Gi | none",
                "pod-level request implied, more requested | 'limits':{'cpu':'3','memory':'4Gi'} "
                        + "| a 100m 256Mi 1 1Gi | a 100m 512Mi 1 1Gi | resize-unsupported REFUSED",
                "pod-level request implied, moved between containers | 'limits':{'cpu':'3'} "
                        + "| a 100m - 1 -; b 300m - 1 - | a 200m - 1 -; b 200m - 1 - | none",
                "a negative request | \"\" | a 500m - 1 - | a -1 - 1 - | resource-bounds REFUSED",
                // OpenKruise's webhook would round up to 1m, and what is stored is patched as it is.
                "an amount below a milli | \"\" | a 1n - 1 - | a 0.001 - 1 - | none",
                "pod-level request exceeded | 'requests':{'cpu':'1'} "
                        + "| a 500m - - - | a 1500m - - - | resource-bounds REFUSED",
            })
    void requests_of_running_pods_count(String name, String pod, String before, String after, String expected) {
        Verdict verdict = GUARD.validate(
                AdmissionAttributes.update(
                        "apps.kruise.io", "v1beta1", "CloneSet", cloneSet(pod, before), cloneSet(pod, after)),
                ObjectStage.STORED);
        String found = verdict.violations().stream()
                .map(violation -> violation.rule() + " " + violation.consequence())
                .distinct()
                .reduce((a, b) -> a + ", " + b)
                .orElse("none");
        assertThat(found).isEqualTo(expected);
    }

    /** Containers as {@code name cpu-request memory-request cpu-limit memory-limit}, a dash for none. */
    private static ObjectView cloneSet(String pod, String containers) {
        StringBuilder list = new StringBuilder();
        for (String container : containers.split(";")) {
            String[] words = container.strip().split(" ");
            list.append(list.isEmpty() ? "" : ",")
                    .append("{'name':'")
                    .append(words[0])
                    .append("','image':'a.b/c:1','resources':{'requests':")
                    .append(amounts(words[1], words[2]))
                    .append(",'limits':")
                    .append(amounts(words[3], words[4]))
                    .append("}}");
        }
        String resources = pod.isEmpty() ? "" : "'resources':{" + pod + "},";
        return ObjectView.of(json("{'spec':{'updateStrategy':{'rollingUpdate':{'podUpdatePolicy':'InPlaceOnly'}},"
                + "'template':{'spec':{" + resources + "'containers':[" + list + "]}}}}"));
    }

    private static String amounts(String cpu, String memory) {
        String first = cpu.equals("-") ? "" : "'cpu':'" + cpu + "'";
        String second = memory.equals("-") ? "" : "'memory':'" + memory + "'";
        return "{" + first + (first.isEmpty() || second.isEmpty() ? "" : ",") + second + "}";
    }

    private static JsonNode json(String text) {
        return JSON.readTree(text.replace('\'', '"'));
    }
}
