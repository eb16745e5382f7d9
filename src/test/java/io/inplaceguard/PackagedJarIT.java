package io.inplaceguard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The jar as users start it. */
class PackagedJarIT {

    private static final String WEB = """
            apiVersion: apps.kruise.io/v1alpha1
            kind: CloneSet
            metadata: {name: web}
            spec:
              updateStrategy: {type: %s}
              template: {spec: {containers: [{name: app, image: 'registry.example/web:%s', args: ['%s']}]}}
            """;

    @TempDir
    Path temp;

    private CommandOutput run(String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-jar",
                Path.of("target/inplace-guard.jar").toAbsolutePath().toString()));
        command.addAll(List.of(args));
        return CommandOutput.of(new ProcessBuilder(command).directory(temp.toFile()), temp);
    }

    @ParameterizedTest(name = "{0} {1} {2}: {3}")
    @CsvSource({
        "InPlaceOnly, 2, a, 0",
        "InPlaceOnly, 1, b, 1",
        "InPlaceIfPossible, 1, b, 3",
    })
    void check_ends_with_the_status_of_its_verdict_in_every_format(
            String strategy, String image, String args, int status) throws Exception {
        Files.writeString(temp.resolve("old.yaml"), WEB.formatted(strategy, "1", "a"), StandardCharsets.UTF_8);
        Files.writeString(temp.resolve("new.yaml"), WEB.formatted(strategy, image, args), StandardCharsets.UTF_8);
        for (String format : List.of("text", "json", "junit", "github", "sarif")) {
            CommandOutput run = run("check", "old.yaml", "new.yaml", "--fail-on=warn", "-o", format);
            assertThat(run.status()).as(run.err()).isEqualTo(status);
            assertThat(run.err()).isEmpty();
            if (status == 1) {
                assertThat(run.out()).contains("not-in-place").contains("new.yaml");
            }
        }
    }

    @Test
    void what_cannot_be_decided_is_2_and_a_sentence() throws Exception {
        CommandOutput run = run("check", "old.yaml", "new.yaml");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).startsWith("old.yaml does not exist.").doesNotContain("\tat ");
        assertThat(run("check", "--bad").status()).isEqualTo(2);
        assertThat(run("nonsense").status()).isEqualTo(2);
    }

    @Test
    void help_version_and_explain() throws Exception {
        assertThat(run("--version").out()).startsWith("inplace-guard ");
        assertThat(run("--help").out()).contains("serve", "check", "certs", "explain");
        assertThat(run("serve", "--help").out()).contains("Spring properties");
        assertThat(run("check", "--help").out()).contains("--fail-on", "Exit status");
        assertThat(run("explain", "qos-class").out()).startsWith("## qos-class");
    }

    @Test
    void a_start_that_finds_its_certificates_loads_nothing_from_signed_jars() throws Exception {
        String certs = "--inplace-guard.certs.dir=" + temp.resolve("certs");
        assertThat(classes(certs)).anyMatch(line -> line.contains(" org.bouncycastle."));
        assertThat(classes(certs)).isNotEmpty().noneMatch(line -> line.contains(" org.bouncycastle."));
    }

    /** The classes that a server has loaded when it is ready. */
    private List<String> classes(String... settings) throws Exception {
        Path loaded = temp.resolve("classes.txt");
        JarServer server =
                JarServer.start(temp.resolve("serve.log"), List.of("-Xlog:class+load:file=" + loaded), settings);
        server.process().destroyForcibly().waitFor();
        return Files.readAllLines(loaded);
    }

    @Test
    void serve_that_cannot_start_says_why_in_one_sentence_and_ends() throws Exception {
        CommandOutput run =
                run("serve", "--inplace-guard.certs.mode=files", "--server.port=0", "--management.server.port=0");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("certs/ca.crt does not exist.").hasLineCount(1);
        CommandOutput misspelt =
                run("serve", "--inplace-guard.cert.mode=files", "--server.port=0", "--management.server.port=0");
        assertThat(misspelt.err())
                .isEqualTo(
                        "inplace-guard.cert.mode is an unknown setting. Correct its name; docs/configuration.md lists all settings.\n");
    }
}
