package io.inplaceguard;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The packages form a line; each may use only those to its right: review, guard, rule, template. */
class LayoutTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.inplaceguard");

    @Test
    void there_is_something_to_look_at() {
        assertThat(CLASSES).hasSizeGreaterThan(20);
    }

    @Test
    void no_packages_depend_on_each_other_in_a_circle() {
        slices().matching("io.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void the_engine_is_plain_java() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.inplaceguard.review..", "io.inplaceguard.guard..", "io.inplaceguard.rule..", "io.inplaceguard.template..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework..", "jakarta..", "io.fabric8..", "java.net..", "picocli..")
                .check(CLASSES);
    }

    @ParameterizedTest(name = "{0} does not use {1}")
    @CsvSource({
        "template, rule", "template, guard", "template, review",
        "rule, guard", "rule, review",
        "guard, review",
    })
    void the_line_is_kept(String left, String right) {
        noClasses()
                .that()
                .resideInAPackage("io.inplaceguard." + left + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.inplaceguard." + right + "..")
                .check(CLASSES);
    }
}
