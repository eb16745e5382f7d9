package io.inplaceguard.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;

class QuantityTest {

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "1000m, 1",
        "0.5, 500m",
        "1024Mi, 1Gi",
        "1Gi, 1073741824",
        "2e9, 2G",
        "2E9, 2G",
        "1E, 1000000000000000000",
        "1., 1",
        ".5, 0.5",
        "+1, 1",
        "1n, 1m",
        "0.0001, 1m",
        "1.5Gi, 1536Mi",
        "-1, -1000m",
        "1e-3, 1m",
        "' 1 ', 1",
        "007, 7",
    })
    void is_a_number(String left, String right) {
        assertThat(Quantity.parse(left)).isPresent();
        assertThat(Quantity.parse(left)
                        .orElseThrow()
                        .sameAs(Quantity.parse(right).orElseThrow()))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "abc",
                "1x",
                "1KI",
                "1ki",
                "1mi",
                ".",
                "Mi",
                "1 Gi",
                "1e",
                "--1",
                "0x10",
                "1e99999",
                "1e999999999",
                "1,5"
            })
    void is_none(String text) {
        assertThat(Quantity.parse(text)).isEmpty();
    }

    @ParameterizedTest(name = "{0} agrees with the Kubernetes model")
    @ValueSource(
            strings = {
                "1", "100m", "1500m", "0.25", "1k", "3M", "2G", "5T", "1P", "1Ki", "7Mi", "9Gi", "2Ti", "1Pi", "12e3",
                "1.25Gi"
            })
    void agrees_with_the_kubernetes_model(String text) {
        BigDecimal theirs = io.fabric8.kubernetes.api.model.Quantity.getAmountInBytes(
                new io.fabric8.kubernetes.api.model.Quantity(text));
        assertThat(Quantity.parse(text).orElseThrow().number()).isEqualByComparingTo(theirs);
    }

    @Test
    void a_json_number_is_one_and_so_is_null() {
        JsonNodeFactory json = JsonNodeFactory.instance;
        assertThat(Quantity.of(json.numberNode(1))
                        .orElseThrow()
                        .sameAs(Quantity.parse("1000m").orElseThrow()))
                .isTrue();
        assertThat(Quantity.of(json.nullNode()).orElseThrow().isPositive()).isFalse();
        assertThat(Quantity.of(json.booleanNode(true))).isEmpty();
        assertThat(Quantity.of(json.objectNode())).isEmpty();
    }

    @Test
    void is_shown_as_it_was_written() {
        assertThat(Quantity.parse("1024Mi").orElseThrow()).hasToString("1024Mi");
    }
}
