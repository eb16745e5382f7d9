package io.inplaceguard.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rule {@code vertical-scaling}. */
class VerticalScalingRuleTest {

    static Stream<RuleFixtures.Fixture> fixtures() {
        return RuleFixtures.of("vertical-scaling");
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void an_update_gets_the_text_that_its_example_expects(RuleFixtures.Fixture fixture) {
        assertThat(RuleFixtures.text(fixture.verdict())).isEqualTo(fixture.expected());
        assertThat(fixture.verdict().denied()).isEqualTo(fixture.denied());
    }

    @Test
    void it_declares_what_happens_when_a_violation_is_admitted() {
        assertThat(new Rules(new MetadataPolicy(false, List.of())).consequences("vertical-scaling"))
                .containsExactlyInAnyOrder(Consequence.RECREATE, Consequence.REFUSED);
    }
}
