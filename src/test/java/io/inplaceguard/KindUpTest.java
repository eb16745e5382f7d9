package io.inplaceguard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code make kind-up} with commands that only write down how they were called. */
class KindUpTest {

    private static final String IMAGE = "localhost:5000/guard:1.10";

    @TempDir
    private Path folder;

    /** The only folder of the PATH. */
    private Path bin;

    private Path calls;

    @BeforeEach
    void tools() throws IOException {
        bin = Files.createDirectories(folder.resolve("bin"));
        calls = Files.createFile(folder.resolve("calls"));
        for (String tool : List.of("bash", "sh", "dirname", "grep", "mktemp", "rm", "basename")) {
            Path found = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                    .map(path -> Path.of(path, tool))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow();
            Files.createSymbolicLink(bin.resolve(tool), found);
        }
    }

    private void stub(String name, String script) throws IOException {
        Path file = Files.writeString(
                bin.resolve(name), "#!/bin/sh\necho \"" + name + " $*\" >> " + calls + "\n" + script + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private CommandOutput run(Map<String, String> environment, String... arguments) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(Stream.concat(Stream.of("src/demo/kind-up.sh"), Stream.of(arguments))
                        .toList());
        builder.environment().keySet().removeAll(List.of("KRUISE", "GATES"));
        builder.environment().put("PATH", bin.toString());
        builder.environment().putAll(environment);
        return CommandOutput.of(builder, folder);
    }

    private void all(String engine, String clusters) throws IOException {
        stub("kind", "if [ \"$1\" = get ]; then printf '" + clusters + "'; fi");
        stub("kubectl", "");
        stub("helm", "");
        stub(engine, "if [ \"$1\" = image ]; then echo sha256:7; fi");
    }

    @Test
    void missing_tools_are_named_before_anything_is_built() throws Exception {
        stub("kubectl", "");
        CommandOutput output = run(Map.of(), "--check");
        assertThat(output.status()).isEqualTo(1);
        assertThat(output.out())
                .isEqualTo("make kind-up needs: kind helm docker (or podman). kind: https://kind.sigs.k8s.io, helm:"
                        + " https://helm.sh\n");
        assertThat(Files.readString(Path.of("Makefile")))
                .contains("\t@src/demo/kind-up.sh --check\n\t@$(MAKE) --no-print-directory image\n");
        all("docker", "");
        assertThat(run(Map.of(), "--check").status()).isZero();
        assertThat(calls).isEmptyFile();
    }

    @Test
    void with_docker_the_image_is_loaded_and_both_charts_are_installed() throws Exception {
        all("docker", "other\\n");
        CommandOutput output = run(Map.of("GATES", "A=true,B=false", "KRUISE", "1.8.0"), IMAGE);
        assertThat(output.status()).as("%s", output).isZero();
        assertThat(Files.readAllLines(calls))
                .containsExactly(
                        "kind get clusters",
                        "kind create cluster --name inplace-guard",
                        "kind load docker-image " + IMAGE + " --name inplace-guard",
                        "helm repo add openkruise https://openkruise.github.io/charts/ --force-update",
                        "helm upgrade --install kruise openkruise/kruise --version 1.8.0 --kube-context"
                                + " kind-inplace-guard --wait --set-string featureGates=A=true\\,B=false",
                        "docker image inspect --format {{.Id}} " + IMAGE,
                        "helm upgrade --install inplace-guard charts/inplace-guard --kube-context kind-inplace-guard"
                                + " --namespace inplace-guard --create-namespace --wait --set tracker.enabled=true"
                                + " --set-string image.repository=localhost:5000/guard --set-string image.tag=1.10"
                                + " --set-string podAnnotations.image-id=sha256:7");
        assertThat(output.out())
                .contains("Try it: kubectl --context kind-inplace-guard apply -f src/demo/cloneset.yaml");
        assertThat(Path.of("src/demo/cloneset.yaml")).exists();
    }

    @Test
    void a_cluster_that_is_there_is_used() throws Exception {
        all("docker", "inplace-guard\\nother\\n");
        assertThat(run(Map.of(), IMAGE).status()).isZero();
        assertThat(Files.readString(calls))
                .doesNotContain("kind create")
                .contains("--version 1.9.0", "featureGates=InPlaceWorkloadVerticalScaling=true");
    }

    @Test
    void with_podman_alone_the_image_is_loaded_from_an_archive() throws Exception {
        all("podman", "");
        stub("kind", "echo \"$KIND_EXPERIMENTAL_PROVIDER\" >> " + calls);
        assertThat(run(Map.of(), IMAGE).status()).isZero();
        assertThat(Files.readString(calls))
                .containsPattern("kind create cluster --name inplace-guard\npodman\n")
                .containsPattern("podman save -o (\\S+)/image.tar " + IMAGE
                        + "\nkind load image-archive \\1/image.tar --name inplace-guard\n")
                .contains("podAnnotations.image-id=sha256:7");
    }

    @Test
    void an_image_without_a_tag_is_refused() throws Exception {
        all("docker", "");
        CommandOutput output = run(Map.of(), "localhost:5000/guard");
        assertThat(output.status()).isEqualTo(1);
        assertThat(output.out()).isEqualTo("make kind-up needs an image with a tag, not localhost:5000/guard\n");
    }
}
