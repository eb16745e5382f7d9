package io.inplaceguard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code make dist}, whose steps are those of the image: the cache is trained for mode cluster and the tracker, and optional. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrainingIT {

    private Path temp;
    private Path dist;

    @BeforeAll
    void train(@TempDir Path folder) throws Exception {
        temp = folder;
        dist = temp.resolve("dist");
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        run(Map.of("DIST", dist.toString(), "JAVA", java.toString()), "src/dist/train.sh");
    }

    private String run(Map<String, String> environment, String... command) throws IOException, InterruptedException {
        Path out = temp.resolve("out");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
        builder.environment().putAll(new HashMap<>(environment));
        Process process = builder.start();
        try {
            assertThat(process.waitFor(4, TimeUnit.MINUTES))
                    .as("ended by itself")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(out)).isZero();
        return Files.readString(out);
    }

    @Test
    void server_and_tracker_have_run_against_an_api_server() throws IOException {
        assertThat(Files.readString(dist.resolve("train.log")))
                .contains("caBundle written", "read from Deployment", "acquired the lease")
                .doesNotContain("issued a certificate");
        try (Stream<Path> files = Files.list(dist)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsAnyOf("inplace-guard.aot", "inplace-guard.jsa")
                    .doesNotContain("certs");
        }
    }

    /** A JVM that cannot use the cache starts without it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-Xshare:auto",
                "-XX:+UseG1GC",
                "-XX:+UseParallelGC",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-modules=jdk.net",
                "-XX:StartFlightRecording=filename=/dev/null",
                "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0"
            })
    void no_option_of_the_jvm_ends_the_start(String option) throws Exception {
        assertThat(run(Map.of("JAVA_OPTS", option), dist.resolve("run").toString(), "--version"))
                .contains("inplace-guard");
    }

    @Test
    void a_rewritten_file_time_does_not_end_the_start() throws Exception {
        Path jar = dist.resolve("inplace-guard.jar");
        assertThat(jar.toFile().setLastModified(0)).isTrue();
        assertThat(run(Map.of(), dist.resolve("run").toString(), "--version")).contains("inplace-guard");
    }
}
