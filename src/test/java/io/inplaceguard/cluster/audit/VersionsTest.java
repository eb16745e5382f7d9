package io.inplaceguard.cluster.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionsTest {

    @ParameterizedTest(name = "API server {0}, pods/resize {1}: {2}")
    @CsvSource({
        "v1.36.2, true, ''",
        "v1.26.9, false, cannot resize pods in place",
        "v1.29.0, false, ''",
        "v1.32.1, false, does not serve pods/resize",
        "nonsense, true, ''",
    })
    void an_api_server_that_cannot_resize_is_found(String version, boolean resize, String message) {
        var findings = Versions.check(version, resize);
        if (message.isEmpty()) {
            assertThat(findings).isEmpty();
        } else {
            assertThat(findings)
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.message()).contains(message));
        }
    }
}
