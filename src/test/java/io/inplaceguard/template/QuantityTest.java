package io.inplaceguard.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

class QuantityTest {

    private static final JsonMapper JSON = new JsonMapper();

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
        "Mi, 0",
        "., 0",
    })
    void different_spellings_are_the_same_amount(String left, String right) {
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
                "1 Gi",
                "1e",
                "--1",
                "0x10",
                "1e99999",
                "1e999999999",
                "1,5",
                "1.5.5",
                "1ee5",
                "1e5m"
            })
    void other_texts_are_not_quantities(String text) {
        assertThat(Quantity.parse(text)).isEmpty();
    }

    @ParameterizedTest(name = "{0} agrees with the Kubernetes model")
    @ValueSource(
            strings = {
                "1", "100m", "1500m", "0.25", "1k", "3M", "2G", "5T", "1P", "1Ki", "7Mi", "9Gi", "2Ti", "1Pi", "12e3",
                "1.25Gi"
            })
    void amounts_agree_with_the_kubernetes_model(String text) {
        BigDecimal theirs = io.fabric8.kubernetes.api.model.Quantity.getAmountInBytes(
                new io.fabric8.kubernetes.api.model.Quantity(text));
        assertThat(Quantity.parse(text).orElseThrow().number()).isEqualByComparingTo(theirs);
    }

    @ParameterizedTest(name = "{0} and {1} are one text to Go")
    @CsvSource({
        "1000m, 1",
        "1024Mi, 1Gi",
        "0.5, 500m",
        "1000, 1k",
        "'\"2\"', 2",
        "1.0, 1",
        "65536Ki, 64Mi",
        "'\" 1 \"', 1",
        "null, 0",
        "0Ki, 0",
    })
    void spellings_that_go_writes_back_as_one_text(String left, String right) {
        assertThat(canonical(left)).isPresent().isEqualTo(canonical(right));
    }

    @ParameterizedTest(name = "{0} and {1} are two texts to Go")
    @CsvSource({
        "1Gi, 1073741824",
        "1G, 1e9",
        "1, +1",
        "1, 01",
        "2., 2",
        "100m, 100.4m",
        "100m, 100400u",
        "1e0, 1",
        "0.5Gi, 536870912",
    })
    void spellings_that_go_keeps_apart(String left, String right) {
        assertThat(canonical(left)).isPresent().isNotEqualTo(canonical(right));
    }

    private static Optional<String> canonical(String text) {
        boolean json = text.equals("null") || text.startsWith("\"") || text.matches("[0-9.]*[0-9]");
        return Quantity.canonical(
                json
                        ? JSON.readTree(text.matches("0[0-9]+") ? '"' + text + '"' : text)
                        : JsonNodeFactory.instance.stringNode(text),
                false);
    }

    /** Written by resource.Quantity of k8s.io/apimachinery 0.32: the text, and the text after RoundUp to milli. */
    @Test
    void every_text_that_go_wrote_is_written_the_same_way() {
        List<String[]> rows = rows();
        assertThat(rows).hasSizeGreaterThan(900);
        assertThat(rows).allSatisfy(row -> {
            JsonNode value = JSON.readTree(row[0]);
            if (row.length == 2) {
                assertThat(Quantity.canonical(value, false)).as(row[0]).isEmpty();
            } else {
                assertThat(Quantity.canonical(value, false)).as(row[0]).contains(row[1]);
                assertThat(Quantity.canonical(value, true)).as(row[0]).contains(row[2]);
            }
        });
    }

    private static List<String[]> rows() {
        var stream = Objects.requireNonNull(QuantityTest.class.getResourceAsStream("/fields/quantities.tsv"));
        return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))
                .lines()
                .map(line -> line.split("\t"))
                .toList();
    }

    @Test
    void a_json_number_is_a_quantity_and_null_is_zero() {
        JsonNodeFactory json = JsonNodeFactory.instance;
        assertThat(Quantity.of(json.numberNode(1))
                        .orElseThrow()
                        .sameAs(Quantity.parse("1000m").orElseThrow()))
                .isTrue();
        assertThat(Quantity.of(json.nullNode()).orElseThrow().isPositive()).isFalse();
        assertThat(Quantity.of(json.booleanNode(true))).isEmpty();
        assertThat(Quantity.of(json.objectNode())).isEmpty();
    }

    @ParameterizedTest(name = "the JSON number {0} is stored as {1}")
    @CsvSource({
        "1e3, 1k",
        "1.5e9, 1500M",
        "1e21, 1e+21",
        "1e-7, 100e-9",
        "1.23e-7, 1.23e-7",
        "0.1, 100m",
        "-2.50, -2500m"
    })
    void a_json_number_counts_as_the_api_server_stores_it(String number, String text) {
        JsonNode value = JsonNodeFactory.instance.numberNode(new BigDecimal(number));
        assertThat(Quantity.canonical(value, false)).contains(text);
    }

    @Test
    void a_quantity_is_shown_as_it_was_written() {
        assertThat(Quantity.parse("1024Mi").orElseThrow()).hasToString("1024Mi");
    }
}
