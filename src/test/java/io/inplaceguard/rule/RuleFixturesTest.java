package io.inplaceguard.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.GuardSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule has a test class, an example that is allowed and one that it denies, and stays small. */
class RuleFixturesTest {

    static Stream<String> rules() {
        return new Guard(GuardSettings.DEFAULTS).ruleIds().stream();
    }

    static Stream<RuleFixtures.Fixture> fixtures() {
        return RuleFixtures.all();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void a_rule_has_examples_and_a_test_class(String rule) throws Exception {
        List<RuleFixtures.Fixture> examples = RuleFixtures.of(rule).toList();
        assertThat(examples).as("rules/%s/allow", rule).anyMatch(fixture -> !fixture.denied());
        assertThat(examples).as("rules/%s/deny", rule).anyMatch(RuleFixtures.Fixture::denied);
        Class<?> test = Class.forName("io.inplaceguard.rule." + className(rule) + "Test");
        assertThat(test.getDeclaredMethods()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void a_rule_has_at_most_eighty_lines(String rule) throws Exception {
        Path source = Path.of("src/main/java/io/inplaceguard/rule", className(rule) + ".java");
        assertThat(Files.readAllLines(source)).hasSizeLessThanOrEqualTo(80);
    }

    private static String className(String rule) {
        return Arrays.stream(rule.split("-"))
                        .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                        .collect(Collectors.joining())
                + "Rule";
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void a_denial_is_by_the_rule_that_it_is_an_example_of(RuleFixtures.Fixture fixture) {
        Set<String> violated =
                fixture.verdict().violations().stream().map(Violation::rule).collect(Collectors.toSet());
        if (fixture.denied()) {
            assertThat(violated).contains(fixture.rule());
        } else {
            assertThat(violated).isEmpty();
        }
        assertThat(fixture.expected()).doesNotContain("s3cret");
    }
}
