package io.inplaceguard;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.stream.Collectors.flatMapping;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
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
        Map<String, Set<String>> uses = CLASSES.stream()
                .collect(groupingBy(
                        JavaClass::getPackageName,
                        TreeMap::new,
                        flatMapping(LayoutTest::otherPackages, toCollection(TreeSet::new))));
        // What uses none of those that are left is in no circle; what is left in the end is in one, or uses one.
        while (uses.values().removeIf(used -> Collections.disjoint(used, uses.keySet()))) {}
        assertThat(uses).isEmpty();
    }

    private static Stream<String> otherPackages(JavaClass of) {
        return of.getDirectDependenciesFromSelf().stream()
                .map(dependency ->
                        dependency.getTargetClass().getBaseComponentType().getPackageName())
                .filter(name -> !name.equals(of.getPackageName()));
    }

    @Test
    void the_engine_is_plain_java() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.inplaceguard.admission..",
                        "io.inplaceguard.guard..",
                        "io.inplaceguard.rule..",
                        "io.inplaceguard.template..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework..", "jakarta..", "io.fabric8..", "java.net..", "picocli..")
                .check(CLASSES);
    }

    @ParameterizedTest(name = "{0} does not use {1}")
    @CsvSource({
        "template, rule",
        "template, guard",
        "template, admission",
        "rule, guard",
        "rule, admission",
        "guard, admission",
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
