package io.inplaceguard;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Which packages may depend on which, and where each framework may be used: the two tables below are the layout, and
 * docs/architecture.md draws them. A new package needs a row in {@link #MAY_USE}.
 */
class LayoutTest {

    private static final String BASE = "io.inplaceguard";

    /** Packages of this project, by the package that may use them. {@code InplaceGuard} itself picks a command of any. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            entry("server", Set.of("settings", "runtime", "admission", "guard", "certs", "certs.rotation", "kube")),
            entry("tracker", Set.of("settings", "runtime", "kube")),
            entry("check", Set.of("settings", "check.report", "admission", "guard", "rule")),
            entry("policy", Set.of()),
            entry("settings", Set.of("runtime", "guard")),
            entry("check.report", Set.of("guard", "rule")),
            entry("cluster", Set.of("settings", "check", "check.report", "guard", "kube")),
            entry("cluster.audit", Set.of("settings", "cluster", "check", "check.report", "guard", "rule", "kube")),
            entry("cluster.plan", Set.of("cluster", "check", "check.report", "guard", "rule")),
            entry("runtime", Set.of()),
            entry("admission", Set.of("guard", "rule", "template")),
            entry("guard", Set.of("rule", "template")),
            entry("rule", Set.of("template")),
            entry("template", Set.of()),
            entry("kube", Set.of("guard")),
            entry("certs", Set.of()),
            entry("certs.rotation", Set.of("certs")));

    /** Single classes of another package that may be used as well. */
    private static final Map<String, Set<String>> MAY_USE_CLASS =
            Map.of("tracker", Set.of("guard.AnnotationKeys", "guard.StuckRollout"));

    /** Where a framework may be used; {@code ""} is the package of {@code InplaceGuard}. */
    private static final Map<String, Library> LIBRARIES = Map.of(
            "Spring", library("org.springframework", "server", "tracker", "runtime", "settings"),
            "the servlet API", library("jakarta", "server", "runtime"),
            "the fabric8 client", library("io.fabric8", "kube", "certs.rotation", "tracker", "cluster", "cluster.plan"),
            "BouncyCastle", library("org.bouncycastle", "certs"),
            "picocli",
                    library(
                            "picocli",
                            "",
                            "server",
                            "certs",
                            "check",
                            "policy",
                            "check.report",
                            "cluster.plan",
                            "cluster.audit"));

    /** Single classes outside those packages that may use a framework as well. */
    private static final Map<String, Set<String>> ALSO_USED_IN =
            // The wiring passes one client to those that use it.
            Map.of("the fabric8 client", Set.of("server.ServerConfiguration"));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("__"))
            .importPackages(BASE);

    @Test
    void packages_do_not_depend_on_each_other_in_a_circle() {
        slices().matching(BASE + ".(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void every_package_has_a_row_in_the_table_and_every_row_a_package() {
        Set<String> packages = CLASSES.stream()
                .map(LayoutTest::packageOf)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(MAY_USE.keySet()).as("rows of MAY_USE in LayoutTest").containsExactlyInAnyOrderElementsOf(packages);
    }

    static Stream<String> packages() {
        return MAY_USE.keySet().stream().sorted();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("packages")
    void a_package_uses_only_the_packages_in_its_row(String user) {
        Set<String> allowed = new TreeSet<>(MAY_USE.get(user));
        allowed.addAll(MAY_USE_CLASS.getOrDefault(user, Set.of()));
        assertThat(CLASSES.stream()
                        .filter(type -> packageOf(type).equals(user))
                        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                        .filter(dependency -> isOurs(target(dependency)))
                        .filter(dependency -> !packageOf(target(dependency)).equals(user))
                        .filter(dependency -> !allowed.contains(packageOf(target(dependency))))
                        .filter(dependency -> !allowed.contains(relative(topLevel(target(dependency)))))
                        .map(dependency -> origin(dependency) + " uses " + relative(topLevel(target(dependency))))
                        .distinct()
                        .sorted())
                .as("the package %s may use only %s", user, allowed)
                .isEmpty();
    }

    static Stream<String> libraries() {
        return LIBRARIES.keySet().stream().sorted();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("libraries")
    void a_framework_is_used_only_where_the_table_allows_it(String name) {
        Library library = LIBRARIES.get(name);
        Set<String> also = ALSO_USED_IN.getOrDefault(name, Set.of());
        assertThat(CLASSES.stream()
                        .filter(type -> !library.allowedIn().contains(packageOf(type)))
                        .filter(type -> !also.contains(relative(topLevel(type))))
                        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                        .filter(dependency -> library.has(target(dependency)))
                        .map(dependency -> origin(dependency) + " uses "
                                + target(dependency).getSimpleName())
                        .distinct()
                        .sorted())
                .as("%s may be used only in %s and %s", name, new TreeSet<>(library.allowedIn()), also)
                .isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("libraries")
    void a_framework_of_the_table_is_used_in_each_package_that_may_use_it(String name) {
        Library library = LIBRARIES.get(name);
        assertThat(CLASSES.stream()
                        .filter(type -> type.getDirectDependenciesFromSelf().stream()
                                .anyMatch(dependency -> library.has(target(dependency))))
                        .map(LayoutTest::packageOf))
                .as("users of %s", name)
                .containsAll(library.allowedIn());
    }

    private static Library library(String prefix, String... allowedIn) {
        return new Library(prefix, Set.of(allowedIn));
    }

    private record Library(String prefix, Set<String> allowedIn) {
        boolean has(JavaClass type) {
            return type.getPackageName().startsWith(prefix);
        }
    }

    private static String origin(Dependency dependency) {
        return relative(topLevel(dependency.getOriginClass()));
    }

    private static JavaClass target(Dependency dependency) {
        return dependency.getTargetClass().getBaseComponentType();
    }

    private static boolean isOurs(JavaClass type) {
        return type.getPackageName().equals(BASE) || type.getPackageName().startsWith(BASE + ".");
    }

    private static JavaClass topLevel(JavaClass type) {
        JavaClass outer = type;
        while (outer.getEnclosingClass().isPresent()) {
            outer = outer.getEnclosingClass().get();
        }
        return outer;
    }

    /** @return the package below {@code io.inplaceguard}, empty for that package itself */
    private static String packageOf(JavaClass type) {
        return type.getPackageName().equals(BASE) ? "" : type.getPackageName().substring(BASE.length() + 1);
    }

    private static String relative(JavaClass type) {
        return type.getName().substring(BASE.length() + 1);
    }
}
