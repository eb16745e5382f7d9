package io.inplaceguard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.yaml.snakeyaml.Yaml;

/** The kubectl plugin as krew installs it: unpacked into a store, with a link to its executable in a folder of the PATH. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubectlPluginIT {

    private static final Path PLUGIN = Path.of("target/plugin").toAbsolutePath();

    @TempDir
    static Path temp;

    private Path bin;

    @BeforeAll
    void install() throws Exception {
        bin = Files.createDirectories(temp.resolve("bin"));
        Path store = Files.createDirectories(temp.resolve("store"));
        assertThat(run(Path.of("."), "src/dist/plugin.sh").status()).isZero();
        assertThat(run(
                                store,
                                "tar",
                                "-xzf",
                                PLUGIN.resolve("kubectl-inplace.tar.gz").toString())
                        .status())
                .isZero();
        for (String name : List.of("kubectl-inplace", "kubectl_complete-inplace")) {
            Files.createSymbolicLink(bin.resolve(name), Path.of("../store", name));
        }
    }

    private CommandOutput run(Path folder, String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().merge("PATH", bin.toString(), (path, added) -> added + ":" + path);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return CommandOutput.of(builder, temp);
    }

    private CommandOutput plugin(String... args) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(bin.resolve("kubectl-inplace").toString()));
        command.addAll(List.of(args));
        return run(temp, command.toArray(String[]::new));
    }

    @Test
    void it_runs_from_a_link_and_has_no_server() throws Exception {
        CommandOutput none = plugin();
        assertThat(none.status()).isZero();
        assertThat(none.out())
                .startsWith("Usage: kubectl inplace ")
                .contains("  kubectl inplace audit -A\n")
                .doesNotContain("serve ", "complete ");
        assertThat(plugin("explain", "not-in-place").out()).startsWith("## not-in-place\n");
        assertThat(plugin("plan", "--help").out())
                .startsWith("Usage: kubectl inplace plan ")
                .contains("  kubectl inplace plan -f web.yaml\n");
        assertThat(plugin("--server.port=0").status()).isEqualTo(2);
    }

    @Test
    void without_java_it_names_what_is_missing() throws Exception {
        CommandOutput run = run(temp, "sh", "-c", "JAVA_HOME=/nowhere kubectl-inplace --version");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .isEqualTo("kubectl-inplace needs Java 17 or newer: put java on the PATH, or set JAVA_HOME.\n");
    }

    @ParameterizedTest(name = "{0}<TAB>")
    @CsvSource({
        "'', 'audit,certs,check', ':4'",
        "pl, 'plan', ':4'",
        "plan --fi, '--field-manager,--filename', ':4'",
        "'plan -o ', 'json,text', ':4'",
        "'audit --fail-on ', 'error,note,warning', ':4'",
        "explain not-, 'not-applied,not-in-place', ':4'",
        "'plan -f ', '', ':0'",
    })
    void words_are_completed_as_kubectl_asks_for_it(String words, String candidates, String directive)
            throws Exception {
        List<String> command =
                new ArrayList<>(List.of(bin.resolve("kubectl_complete-inplace").toString()));
        command.addAll(List.of(words.split(" ", -1)));
        CommandOutput run = run(temp, command.toArray(String[]::new));
        assertThat(run.status()).isZero();
        List<String> lines = run.out()
                .lines()
                .filter(line -> !line.equals("--help") && !line.equals("--version"))
                .toList();
        List<String> expected = candidates.isEmpty() ? List.of() : List.of(candidates.split(","));
        assertThat(lines.subList(0, expected.size())).isEqualTo(expected);
        assertThat(lines).last().isEqualTo(directive);
    }

    @Test
    void the_completion_script_is_one_of_bash() throws Exception {
        Path script = Files.writeString(
                temp.resolve("completion.bash"), plugin("completion").out());
        assertThat(run(temp, "bash", "-n", script.toString()).status()).isZero();
        assertThat(Files.readString(script)).contains("complete -F _complete_kubectl-inplace");
    }

    @Test
    @SuppressWarnings("unchecked")
    void the_krew_manifest_is_of_this_archive_and_version() throws Exception {
        Map<String, Object> manifest = new Yaml().load(Files.readString(PLUGIN.resolve("inplace.yaml")));
        assertThat(manifest)
                .containsEntry("apiVersion", "krew.googlecontainertools.github.com/v1alpha2")
                .containsEntry("kind", "Plugin")
                .containsEntry("metadata", Map.of("name", "inplace"));
        Map<String, Object> spec = (Map<String, Object>) manifest.get("spec");
        Map<String, Object> platform = ((List<Map<String, Object>>) spec.get("platforms")).get(0);
        String version = plugin("--version").out().strip().replace("inplace-guard ", "v");
        assertThat(spec).containsEntry("version", version);
        assertThat((String) spec.get("shortDescription")).hasSizeLessThan(50);
        assertThat((String) platform.get("uri")).contains("/" + version + "/").endsWith("/kubectl-inplace.tar.gz");
        byte[] archive = Files.readAllBytes(PLUGIN.resolve("kubectl-inplace.tar.gz"));
        assertThat(platform)
                .containsEntry(
                        "sha256",
                        HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-256").digest(archive)))
                .containsEntry("bin", "kubectl-inplace");
        assertThat(temp.resolve("store").resolve("LICENSE")).exists();
    }
}
