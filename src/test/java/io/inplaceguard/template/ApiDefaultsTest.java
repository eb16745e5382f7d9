package io.inplaceguard.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class ApiDefaultsTest {

    private static final JsonMapper JSON = new JsonMapper();

    /** Decided by ParseImageName of Kubernetes 1.32. */
    @Test
    void every_image_has_the_pull_policy_that_kubernetes_gives_it() {
        var stream = Objects.requireNonNull(ApiDefaultsTest.class.getResourceAsStream("/fields/images.tsv"));
        List<String[]> rows = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))
                .lines()
                .map(line -> line.split("\t"))
                .toList();
        assertThat(rows).hasSizeGreaterThan(250);
        assertThat(rows).allSatisfy(row -> {
            var container = JSON.createObjectNode().set("image", JSON.readTree(row[0]));
            assertThat(Objects.requireNonNull(ApiDefaults.PULL_POLICY.value(container))
                            .stringValue())
                    .as(row[0])
                    .isEqualTo(row[1]);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "A", "-", "/", ".", "a-", "a/", ":"})
    void a_long_image_is_read_without_a_stack_overflow(String part) {
        assertThat(ApiDefaults.isLatest(part.repeat(100_000))).isFalse();
        assertThat(ApiDefaults.isLatest("x/" + part.repeat(1_022 / part.length())))
                .isFalse();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\":\"v\"}                            | true",
                "{\"name\":\"v\",\"secret\":null}            | true",
                "{\"name\":\"v\",\"secret\":{}}              | false",
                "{\"name\":\"v\",\"emptyDir\":{}}            | false",
            })
    void a_volume_without_a_source_is_an_empty_dir(String volume, boolean defaulted) {
        assertThat(ApiDefaults.EMPTY_DIR.value(JSON.readTree(volume))).isEqualTo(defaulted ? JsonTree.EMPTY : null);
    }
}
