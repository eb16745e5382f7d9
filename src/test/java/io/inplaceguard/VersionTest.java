package io.inplaceguard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The version of pom.xml is the only one: the command line, the chart and its image show the same. */
class VersionTest {

    private static final Path CHART = Path.of("charts/inplace-guard");

    @Test
    void the_command_line_shows_the_version_of_the_pom() throws IOException {
        StringWriter out = new StringWriter();
        int status =
                InplaceGuard.commandLine().setOut(new PrintWriter(out, true)).execute("--version");
        assertThat(status).isZero();
        assertThat(out.toString().strip()).isEqualTo("inplace-guard " + pomVersion());
    }

    @Test
    void the_chart_and_the_application_in_it_have_the_version_of_the_pom() throws IOException {
        Map<String, Object> chart = new Yaml().load(Files.readString(CHART.resolve("Chart.yaml")));
        assertThat(chart)
                .as("charts/inplace-guard/Chart.yaml")
                .containsEntry("version", pomVersion())
                .containsEntry("appVersion", pomVersion());
    }

    @Test
    void the_image_tag_defaults_to_the_version_of_the_application() throws IOException {
        Map<String, Map<String, Object>> values = new Yaml().load(Files.readString(CHART.resolve("values.yaml")));
        assertThat(values.get("image")).as("image in values.yaml").containsEntry("tag", "");
        assertThat(Files.readString(CHART.resolve("templates/_helpers.tpl"))).contains(".Chart.AppVersion");
    }

    @Test
    void the_changelog_has_a_section_for_the_version() throws IOException {
        assertThat(Files.readString(Path.of("CHANGELOG.md"))).contains("\n## [" + pomVersion() + "]");
    }

    private static String pomVersion() throws IOException {
        Matcher version = Pattern.compile("<artifactId>inplace-guard</artifactId>\\s*<version>([^<]+)</version>")
                .matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).as("version in pom.xml").isTrue();
        return version.group(1);
    }
}
