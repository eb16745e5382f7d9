package io.inplaceguard.integration;

import static org.awaitility.Awaitility.await;

import io.inplaceguard.certs.CertificateAuthority;
import io.inplaceguard.certs.CertificateAuthority.Authority;
import io.inplaceguard.certs.Pem;
import io.inplaceguard.load.ClientCertificate;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An etcd and a kube-apiserver, and the commands a user has: {@code kubectl} and {@code helm}. The binaries come from
 * {@code KUBEBUILDER_ASSETS}, as envtest has it. There is no controller manager and no kubelet: what the chart's Deployments
 * would run, {@link #process} runs, with the environment and the ServiceAccount that they name.
 */
final class Cluster implements AutoCloseable {

    /** What a command printed, and how it ended. */
    record Output(int status, String out, String err) {
        /** Everything printed. */
        String all() {
            return out + err;
        }

        Output succeeded() {
            if (status != 0) {
                throw new AssertionError("ended with " + status + ": " + all());
            }
            return this;
        }
    }

    private static final Path ASSETS =
            Path.of(System.getenv().getOrDefault("KUBEBUILDER_ASSETS", "/usr/local/kubebuilder/bin"));
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String TOKEN = "the-suites-own";

    final Path folder;
    final int port = freePort();
    private final int etcdPort = freePort();
    private final int peerPort = freePort();
    private final List<Process> processes = Collections.synchronizedList(new ArrayList<>());
    private final Thread hook = new Thread(this::kill);
    private final Authority clients = CertificateAuthority.authority(Instant.now(), Duration.ofDays(1));

    /** By which the API server calls webhooks that ask for a certificate. */
    final ClientCertificate client =
            ClientCertificate.of(clients, "kube-apiserver", Instant.now().plus(Duration.ofHours(20)));

    private @Nullable Process apiServer;

    Cluster(String name) throws Exception {
        folder = Files.createDirectories(Path.of("target/integration", name)).toAbsolutePath();
        delete(folder);
        Files.createDirectories(folder);
        Runtime.getRuntime().addShutdownHook(hook);
        Files.writeString(folder.resolve("tokens.csv"), TOKEN + ",admin,admin,system:masters\n");
        byte[] key = KeyPairGenerator.getInstance("RSA")
                .generateKeyPair()
                .getPrivate()
                .getEncoded();
        Files.writeString(
                folder.resolve("sa.key"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {10}).encodeToString(key)
                        + "\n-----END PRIVATE KEY-----\n");
        Files.writeString(kubeconfig("admin"), config(TOKEN));
        admissionConfiguration();
        String etcd = "http://127.0.0.1:" + etcdPort;
        String peer = "http://127.0.0.1:" + peerPort;
        start(
                "etcd",
                Map.of(),
                List.of(
                        asset("etcd"),
                        "--data-dir",
                        folder.resolve("etcd").toString(),
                        "--unsafe-no-fsync",
                        "--listen-client-urls",
                        etcd,
                        "--advertise-client-urls",
                        etcd,
                        "--listen-peer-urls",
                        peer,
                        "--initial-advertise-peer-urls",
                        peer,
                        "--initial-cluster",
                        "default=" + peer));
        startApiServer();
    }

    /** The files of docs/configuration.md for client certificates, in this folder. */
    private void admissionConfiguration() throws IOException {
        Files.writeString(folder.resolve("clients.crt"), Pem.of(clients.certificate()));
        Files.writeString(folder.resolve("webhook-client.crt"), Pem.of(client.certificate()));
        Files.writeString(folder.resolve("webhook-client.key"), Pem.of(client.key()));
        String page = Files.readString(Path.of("docs/configuration.md"));
        Matcher block = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
                .matcher(page.substring(page.indexOf("client-ca.mode=required")));
        for (String file : List.of("admission.yaml", "webhooks.kubeconfig")) {
            if (!block.find()) {
                throw new IllegalStateException("docs/configuration.md shows no " + file);
            }
            Files.writeString(
                    folder.resolve(file),
                    block.group(1)
                            .replace("/etc/kubernetes/pki/", folder + "/")
                            .replace("/etc/kubernetes/", folder + "/"));
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Starts it, again where it was stopped, and waits until it is ready. */
    void startApiServer() throws IOException {
        apiServer = start(
                "kube-apiserver",
                Map.of(),
                List.of(
                        asset("kube-apiserver"),
                        "--etcd-servers=http://127.0.0.1:" + etcdPort,
                        "--secure-port=" + port,
                        "--cert-dir=" + folder.resolve("certs"),
                        "--token-auth-file=" + folder.resolve("tokens.csv"),
                        "--authorization-mode=RBAC",
                        "--service-account-issuer=https://kubernetes.default.svc",
                        "--service-account-key-file=" + folder.resolve("sa.key"),
                        "--service-account-signing-key-file=" + folder.resolve("sa.key"),
                        "--service-cluster-ip-range=10.0.0.0/24",
                        "--admission-control-config-file=" + folder.resolve("admission.yaml"),
                        // So that a webhook is called at an address of its Service's EndpointSlice.
                        "--enable-aggregator-routing=true",
                        // Its controller, which makes the default ServiceAccounts, is not here.
                        "--disable-admission-plugins=ServiceAccount"));
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> kubectl("get", "--raw", "/readyz").status() == 0);
    }

    void stopApiServer() throws InterruptedException {
        if (apiServer != null) {
            apiServer.destroy();
            apiServer.waitFor();
        }
    }

    static String asset(String name) {
        Path file = ASSETS.resolve(name);
        if (Files.isExecutable(file)) {
            return file.toString();
        }
        // helm is no part of envtest's convention; the one on the PATH will do.
        return name;
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An address of this machine that an EndpointSlice may hold: loopback is refused there. */
    static String address() throws IOException {
        return Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address
                        && !address.isLoopbackAddress()
                        && !address.isLinkLocalAddress())
                .map(java.net.InetAddress::getHostAddress)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("this machine has no address but loopback"));
    }

    Path kubeconfig(String user) {
        return folder.resolve(user + ".kubeconfig");
    }

    private String config(String token) {
        return """
                apiVersion: v1
                kind: Config
                current-context: it
                clusters: [{name: it, cluster: {server: "https://127.0.0.1:%d", insecure-skip-tls-verify: true}}]
                users: [{name: it, user: {token: "%s"}}]
                contexts: [{name: it, context: {cluster: it, user: it}}]
                """.formatted(port, token);
    }

    /** A kubeconfig with a token of that ServiceAccount, so that the chart's RBAC is what counts. */
    Path accountConfig(String namespace, String account) throws IOException {
        String token = kubectl("create", "token", "-n", namespace, account, "--duration=2h")
                .succeeded()
                .out()
                .strip();
        return Files.writeString(kubeconfig(account), config(token));
    }

    /** A folder with the kubectl plugin of this build, for the PATH. */
    Path plugin() throws IOException {
        Path plugin = Files.createDirectories(folder.resolve("plugin"));
        for (String file :
                List.of("src/dist/kubectl-inplace", "src/dist/kubectl_complete-inplace", "target/inplace-guard.jar")) {
            Path link = plugin.resolve(Path.of(file).getFileName());
            if (Files.notExists(link)) {
                // The script looks for the jar beside the file that it is a link to.
                Files.copy(Path.of(file), link, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        return plugin;
    }

    Output kubectl(String... args) throws IOException {
        return kubectlWith("", args);
    }

    /** With something on its standard input, for {@code -f -}. */
    Output kubectlWith(String input, String... args) throws IOException {
        return run(asset("kubectl"), "", input, args);
    }

    /** With the plugin of this build on the PATH. */
    Output kubectlWithPlugin(String... args) throws IOException {
        return run(asset("kubectl"), plugin() + ":", "", args);
    }

    Output helm(String... args) throws IOException {
        return run(asset("helm"), "", "", args);
    }

    private Output run(String command, String path, String input, String... args) throws IOException {
        List<String> line = new ArrayList<>(List.of(command));
        line.addAll(Arrays.asList(args));
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        ProcessBuilder builder =
                new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("KUBECONFIG", kubeconfig("admin").toString());
        builder.environment().put("PATH", path + System.getenv("PATH"));
        builder.environment().put("HOME", folder.toString());
        Process process = builder.start();
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // It did not want it.
        }
        try {
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(String.join(" ", line) + " did not end");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        Output output = new Output(process.exitValue(), Files.readString(out), Files.readString(err));
        Files.delete(out);
        Files.delete(err);
        return output;
    }

    /** A command that goes on; its output is kept in the suite's folder. */
    Process start(String name, Map<String, String> environment, List<String> line) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve(name + ".log").toFile()));
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    /**
     * What the Deployment of that name would run: its arguments, its environment, as its ServiceAccount.
     *
     * @param more environment that goes before the Deployment's
     */
    Process process(String name, String namespace, String deployment, Path jar, Map<String, String> more)
            throws IOException {
        String account = kubectl(
                        "get",
                        "deployment",
                        deployment,
                        "-n",
                        namespace,
                        "-o",
                        "jsonpath={.spec.template.spec.serviceAccountName}")
                .succeeded()
                .out();
        String argument = kubectl(
                        "get",
                        "deployment",
                        deployment,
                        "-n",
                        namespace,
                        "-o",
                        "jsonpath={.spec.template.spec.containers[0].args[0]}")
                .succeeded()
                .out();
        Map<String, String> environment = new HashMap<>(environment(namespace, deployment));
        environment.put("KUBECONFIG", accountConfig(namespace, account).toString());
        environment.put("JAVA_TOOL_OPTIONS", "-XX:+UseSerialGC -Xmx96m -XX:TieredStopAtLevel=1");
        environment.putAll(more);
        return start(
                name,
                environment,
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        jar.toString(),
                        argument));
    }

    private Map<String, String> environment(String namespace, String deployment) throws IOException {
        String lines = kubectl(
                        "get",
                        "deployment",
                        deployment,
                        "-n",
                        namespace,
                        "-o",
                        "jsonpath={range .spec.template.spec.containers[0].env[*]}{.name}={.value}{'\\n'}{end}")
                .succeeded()
                .out();
        return lines.lines()
                .filter(line -> line.contains("="))
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.indexOf('=')), line -> line.substring(line.indexOf('=') + 1)));
    }

    /** What an HTTP GET answers; empty while nobody does. */
    static String get(String url) {
        try {
            HttpResponse<String> response = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(url))
                                    .timeout(Duration.ofSeconds(5))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == 200 ? response.body() : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private void kill() {
        synchronized (processes) {
            processes.forEach(Process::destroyForcibly);
        }
    }

    @Override
    public void close() {
        kill();
        Runtime.getRuntime().removeShutdownHook(hook);
    }

    /** Does a piece of work for each number below {@code count}, sixteen at a time. */
    static void each(int count, IntConsumer work) throws Exception {
        ForkJoinPool pool = new ForkJoinPool(16);
        try {
            pool.submit(() -> IntStream.range(0, count).parallel().forEach(work))
                    .get();
        } finally {
            pool.shutdown();
        }
    }

    /** The endpoint slice that a controller would write for the chart's Service. */
    static String endpointSlice(String namespace, int port, boolean ready) throws IOException {
        return """
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  name: inplace-guard-first
                  namespace: %s
                  labels: {kubernetes.io/service-name: inplace-guard}
                addressType: IPv4
                ports: [{name: https, port: %d, protocol: TCP}]
                endpoints: [{addresses: [%s], conditions: {ready: %s}}]
                """.formatted(namespace, port, address(), ready);
    }
}
