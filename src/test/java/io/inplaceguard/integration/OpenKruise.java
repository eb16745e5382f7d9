package io.inplaceguard.integration;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * OpenKruise beside the API server of a {@link Cluster}: its CRDs, its webhooks, its RBAC and Deployment as its source's
 * {@code config} folder has them, and its manager as a process with that Deployment's feature gates.
 *
 * <p>The binary is {@code OPENKRUISE_MANAGER}, or {@code openkruise-manager} or {@code manager} in the folder of the API server's
 * binary; the folder is {@code OPENKRUISE_CONFIG}, or {@code openkruise-config} beside the manager.
 */
final class OpenKruise {

    private static final String NAMESPACE = "kruise-system";
    private static final String DEPLOYMENT = "kruise-controller-manager";

    private final Cluster cluster;
    private final Path binary;
    private final int webhook = Cluster.freePort();
    private @Nullable Process process;

    private OpenKruise(Cluster cluster, Path binary) {
        this.cluster = cluster;
        this.binary = binary;
    }

    /** The manager's binary, where there is one with its {@code config} folder. */
    static Optional<Path> binary() {
        String given = System.getenv("OPENKRUISE_MANAGER");
        Stream<Path> candidates = given == null
                ? Stream.of("openkruise-manager", "manager").map(name -> Path.of(Cluster.asset(name)))
                : Stream.of(Path.of(given));
        return candidates
                .filter(Files::isExecutable)
                .map(Path::toAbsolutePath)
                .filter(file -> Files.isDirectory(config(file)))
                .findFirst();
    }

    private static Path config(Path binary) {
        String given = System.getenv("OPENKRUISE_CONFIG");
        return given == null ? binary.resolveSibling("openkruise-config") : Path.of(given);
    }

    /** Installs what a cluster has of it and starts the manager. */
    static OpenKruise install(Cluster cluster, Path binary, String gates) throws IOException, InterruptedException {
        String manifests = cluster.kubectl("kustomize", config(binary) + "/default")
                .succeeded()
                .out();
        cluster.kubectlWith(manifests, "apply", "--server-side", "-f", "-").succeeded();
        cluster.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
                .succeeded();
        OpenKruise kruise = new OpenKruise(cluster, binary);
        kruise.restart(gates);
        return kruise;
    }

    /** Writes the gates into the Deployment, as Helm would, and starts the manager with them. */
    void restart(String gates) throws IOException, InterruptedException {
        stop();
        cluster.kubectl(
                        "patch",
                        "deployment",
                        DEPLOYMENT,
                        "-n",
                        NAMESPACE,
                        "--type=json",
                        "-p",
                        "[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/args\",\"value\":[\"--feature-gates="
                                + gates + "\"]}]")
                .succeeded();
        int health = Cluster.freePort();
        List<String> line = new ArrayList<>(List.of(
                binary.toString(),
                "--kubeconfig=" + cluster.accountConfig(NAMESPACE, "kruise-manager"),
                "--feature-gates=" + gates,
                "--enable-leader-election=false",
                "--enable-pprof=false",
                "--metrics-addr=0",
                "--health-probe-addr=127.0.0.1:" + health,
                "--rest-config-qps=1000",
                "--rest-config-burst=2000"));
        process = cluster.start(
                "openkruise",
                Map.of(
                        "POD_NAMESPACE",
                        NAMESPACE,
                        "WEBHOOK_HOST",
                        "localhost",
                        "WEBHOOK_PORT",
                        "" + webhook,
                        "WEBHOOK_CERT_DIR",
                        cluster.folder.resolve("openkruise-certs").toString()),
                line);
        await().atMost(Duration.ofMinutes(2))
                .until(() ->
                        Cluster.get("http://localhost:" + health + "/readyz").contains("ok"));
    }

    void stop() throws InterruptedException {
        if (process != null) {
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }
}
