package io.inplaceguard.cluster.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class VersionsTest {

    @ParameterizedTest(name = "API server {0}, pods/resize {1}, manager {2}, gate {3}: {4}")
    @CsvSource({
        "v1.36.2, true, m:v1.9.0, ENABLED, ''",
        "v1.36.2, true, m@sha256:00, ENABLED, ''",
        "v1.26.9, false, m:v1.9.0, ENABLED, cannot resize pods in place",
        "v1.29.0, false, m:v1.9.0, ENABLED, ''",
        "v1.32.1, false, m:v1.9.0, ENABLED, does not serve pods/resize",
        "v1.33.0-gke.1, true, registry:5000/m:v1.8.0, ENABLED, OpenKruise 1.8 resizes pods in a way",
        "v1.33.0, true, m:v1.8.0, DISABLED, ''",
        "v1.32.0, true, m:v1.8.0, ENABLED, ''",
        "nonsense, true, m:latest, ENABLED, ''",
    })
    void versions_that_cannot_resize_are_found(
            String apiServer, boolean resize, String image, VerticalScaling gate, String message) {
        JsonNode manager = new JsonMapper().readTree("""
                {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"spec": {"containers": [{"image": "%s"}]}}}}""".formatted(image));
        var findings = Versions.check(apiServer, resize, manager, new OpenKruiseProfile(gate, true));
        if (message.isEmpty()) {
            assertThat(findings).isEmpty();
        } else {
            assertThat(findings)
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.message()).contains(message));
        }
    }
}
