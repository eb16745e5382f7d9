package io.inplaceguard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A class that does not fit on a few screens has more than one job: split it. */
class SourceSizeTest {

    private static final int MAX_LINES = 300;
    private static final int MAX_RULE_LINES = 80;
    private static final Path SOURCES = Path.of("src/main/java");

    @Test
    void no_source_file_has_more_than_300_lines_and_no_rule_more_than_80() throws IOException {
        List<String> tooLong = new ArrayList<>();
        int seen = 0;
        for (Path file : sources()) {
            seen++;
            int limit = isRule(file) ? MAX_RULE_LINES : MAX_LINES;
            long lines = Files.readString(file).lines().count();
            if (lines > limit) {
                tooLong.add(file + " has " + lines + " lines, at most " + limit + " are allowed");
            }
        }
        assertThat(seen).as("source files").isGreaterThan(100);
        assertThat(tooLong).as("files to split").isEmpty();
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }

    private static boolean isRule(Path file) {
        return file.startsWith(SOURCES.resolve("io/inplaceguard/rule"))
                && file.toString().endsWith("Rule.java");
    }
}
