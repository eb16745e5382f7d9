package io.inplaceguard.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** What the documents point to exists: pages, sections, classes, make targets. */
class DocumentsTest {

    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#\\s]*)(#[^)\\s]+)?\\)");
    private static final Pattern CLASS =
            Pattern.compile("`([A-Z][A-Za-z]*[a-z][A-Z][A-Za-z]*|Guard|Rules|Verdict|Mutation)`");
    private static final Pattern TEST_CLASS = Pattern.compile("`([A-Z][A-Za-z]+(?:Test|IT|Fuzz))`");
    private static final Pattern MAKE = Pattern.compile("\\bmake ([a-z][a-z-]*)(?=`|\\n|    )");

    @Test
    void links_lead_to_pages_and_sections_that_exist() {
        List<String> broken = new ArrayList<>();
        for (Path page : pages()) {
            LINK.matcher(read(page)).results().forEach(link -> {
                Path target = link.group(1).isEmpty()
                        ? page
                        : page.resolveSibling(link.group(1)).normalize();
                boolean found = Files.exists(target)
                        && (link.group(2) == null
                                || anchors(target).contains(link.group(2).substring(1)));
                if (!found) {
                    broken.add(page + ": " + link.group());
                }
            });
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void classes_that_the_documents_name_exist() {
        Set<String> classes = files(Path.of("src"), ".java")
                .map(file -> file.getFileName().toString().replace(".java", ""))
                .collect(Collectors.toSet());
        assertThat(names(Path.of("docs/architecture.md"), CLASS)).isNotEmpty().isSubsetOf(classes);
        assertThat(pages().stream().flatMap(page -> names(page, TEST_CLASS).stream()))
                .isNotEmpty()
                .isSubsetOf(classes);
    }

    @Test
    void make_targets_that_the_documents_name_exist() {
        String makefile = read(Path.of("Makefile"));
        assertThat(pages().stream().flatMap(page -> names(page, MAKE).stream()).distinct())
                .isNotEmpty()
                .allSatisfy(target -> assertThat(makefile).contains("\n" + target + ":"));
    }

    @Test
    void workflows_and_dependabot_are_yaml() {
        assertThat(files(Path.of(".github"), ".yml"))
                .isNotEmpty()
                .allSatisfy(file -> assertThat(new Yaml().<Object>load(read(file)))
                        .as(file.toString())
                        .isNotNull());
    }

    @Test
    void actions_are_pinned_by_major_version() {
        assertThat(files(Path.of(".github/workflows"), ".yml")
                        .flatMap(file -> names(file, Pattern.compile("uses: (\\S+)")).stream()))
                .isNotEmpty()
                .allMatch(action -> action.matches("[\\w-]+/[\\w/-]+@v\\d+"));
    }

    private static List<String> names(Path page, Pattern pattern) {
        return pattern.matcher(read(page))
                .results()
                .map(result -> result.group(1))
                .distinct()
                .toList();
    }

    /** The anchors that GitHub gives to the headings of a page. */
    private static List<String> anchors(Path page) {
        return Pattern.compile("^#+ (.*)$", Pattern.MULTILINE)
                .matcher(read(page))
                .results()
                .map((MatchResult heading) -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    private static List<Path> pages() {
        return Stream.concat(files(Path.of("docs"), ".md"), topLevel()).toList();
    }

    private static Stream<Path> topLevel() {
        return Stream.of("README.md", "CONTRIBUTING.md", "SECURITY.md", "RELEASE.md", "CHANGELOG.md")
                .map(Path::of);
    }

    private static Stream<Path> files(Path folder, String suffix) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
