package io.inplaceguard.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rule {@code template-metadata}. */
class TemplateMetadataRuleTest {

    static Stream<RuleFixtures.Fixture> fixtures() {
        return RuleFixtures.of("template-metadata");
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void an_update_gets_the_text_that_its_example_expects(RuleFixtures.Fixture fixture) {
        assertThat(RuleFixtures.text(fixture.verdict())).isEqualTo(fixture.expected());
        assertThat(fixture.verdict().denied()).isEqualTo(fixture.denied());
    }

    @Test
    void it_declares_what_happens_when_a_violation_is_admitted() {
        assertThat(new Rules(new MetadataPolicy(false, List.of())).consequences("template-metadata"))
                .containsExactlyInAnyOrder(Consequence.POLICY, Consequence.REFUSED);
    }

    @Test
    void a_policy_of_the_cluster_differs_from_what_the_api_server_refuses() {
        assertThat(consequence("label-added")).isEqualTo(Consequence.POLICY);
        assertThat(consequence("label-with-an-invalid-value")).isEqualTo(Consequence.REFUSED);
        assertThat(consequence("finalizer-added")).isEqualTo(Consequence.REFUSED);
    }

    @Test
    void keys_match_exactly_or_by_prefix() {
        MetadataPolicy policy = new MetadataPolicy(false, List.of("version", "example.com/*"));
        assertThat(policy.allows("version")).isTrue();
        assertThat(policy.allows("version2")).isFalse();
        assertThat(policy.allows("example.com/a")).isTrue();
        assertThat(policy.allows("example.org/a")).isFalse();
        assertThat(new MetadataPolicy(true, List.of()).allows("any")).isTrue();
    }

    private static Consequence consequence(String name) {
        return RuleFixtures.of("template-metadata")
                .filter(fixture -> fixture.folder().endsWith(name))
                .findFirst()
                .orElseThrow()
                .verdict()
                .violations()
                .get(0)
                .consequence();
    }
}
