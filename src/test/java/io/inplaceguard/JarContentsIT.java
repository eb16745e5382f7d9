package io.inplaceguard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the packaged jar carries besides classes: its version, its SBOM and the licences of its libraries. */
class JarContentsIT {

    private static final Path JAR = Path.of("target/inplace-guard.jar");

    @Test
    void the_manifest_has_the_version_of_the_pom() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            String version = jar.getManifest().getMainAttributes().getValue("Implementation-Version");
            assertThat(Files.readString(Path.of("pom.xml")))
                    .contains("<artifactId>inplace-guard</artifactId>\n  <version>" + version + "</version>");
        }
    }

    @Test
    void the_sbom_and_the_notices_name_every_library_in_the_jar() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            JsonNode sbom = new JsonMapper().readTree(text(jar, "META-INF/sbom/application.cdx.json"));
            List<String> components = sbom.path("components")
                    .valueStream()
                    .map(component -> component.path("name").asString() + "-"
                            + component.path("version").asString() + ".jar")
                    .toList();
            List<String> notices = Pattern.compile("\\([^\\s:()]+:([^\\s:()]+):([^\\s:()]+) - ")
                    .matcher(text(jar, "META-INF/THIRD-PARTY.txt"))
                    .results()
                    .map((MatchResult line) -> line.group(1) + "-" + line.group(2) + ".jar")
                    .toList();
            List<String> libraries = jar.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.startsWith("BOOT-INF/lib/") && name.endsWith(".jar"))
                    .map(name -> name.substring("BOOT-INF/lib/".length()))
                    // The launcher's own mode for extracting the jar; part of Spring Boot.
                    .filter(name -> !name.startsWith("spring-boot-jarmode-"))
                    .toList();
            assertThat(libraries).hasSizeGreaterThan(40);
            assertThat(components).as("components of the SBOM").containsAll(libraries);
            assertThat(notices).as("lines of THIRD-PARTY.txt").containsAll(libraries);
        }
    }

    /** The client needs a model to be loaded even where it is not used; those that it does not need are left out. */
    @Test
    void models_of_apis_that_nothing_uses_are_not_in_the_jar() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            assertThat(jar.stream()
                            .map(entry -> entry.getName())
                            .filter(name -> name.contains("/kubernetes-model-"))
                            .map(name -> name.replaceAll(".*/kubernetes-model-([a-z]+)-.*", "$1")))
                    .containsExactlyInAnyOrder(
                            "admissionregistration",
                            "apps",
                            "autoscaling",
                            "batch",
                            "certificates",
                            "common",
                            "coordination",
                            "core",
                            "discovery",
                            "extensions",
                            "rbac");
        }
    }

    @Test
    void the_licence_of_this_project_is_in_the_jar() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            assertThat(text(jar, "META-INF/LICENSE")).isEqualTo(Files.readString(Path.of("LICENSE")));
        }
    }

    private static String text(JarFile jar, String name) {
        try (var in = jar.getInputStream(jar.getEntry(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
