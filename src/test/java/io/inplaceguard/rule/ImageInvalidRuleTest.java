package io.inplaceguard.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rule {@code image-invalid}. */
class ImageInvalidRuleTest {

    static Stream<RuleFixtures.Fixture> fixtures() {
        return RuleFixtures.of("image-invalid");
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void an_update_gets_the_text_that_its_example_expects(RuleFixtures.Fixture fixture) {
        assertThat(RuleFixtures.text(fixture.verdict())).isEqualTo(fixture.expected());
        assertThat(fixture.verdict().denied()).isEqualTo(fixture.denied());
    }

    @Test
    void it_declares_what_happens_when_a_violation_is_admitted() {
        assertThat(new Rules(new MetadataPolicy(false, List.of())).consequences("image-invalid"))
                .containsExactlyInAnyOrder(Consequence.RECREATE, Consequence.REFUSED);
    }

    @Test
    void replacing_an_image_by_one_with_white_space_is_tried_and_refused_and_removing_it_recreates() {
        assertThat(consequence("image-with-white-space")).isEqualTo(Consequence.REFUSED);
        assertThat(consequence("image-removed")).isEqualTo(Consequence.RECREATE);
        assertThat(consequence("image-emptied")).isEqualTo(Consequence.RECREATE);
    }

    private static Consequence consequence(String name) {
        return RuleFixtures.of("image-invalid")
                .filter(fixture -> fixture.folder().endsWith(name))
                .findFirst()
                .orElseThrow()
                .verdict()
                .violations()
                .get(0)
                .consequence();
    }
}
