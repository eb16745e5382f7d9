package io.inplaceguard;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** {@code serve} from the packaged jar, as a process. */
record JarServer(Process process, int port, int management) {

    /** Starts one on free ports and waits until it is ready. */
    static JarServer start(Path log, List<String> jvm, String... settings) throws IOException {
        int port;
        int management;
        try (ServerSocket one = new ServerSocket(0);
                ServerSocket two = new ServerSocket(0)) {
            port = one.getLocalPort();
            management = two.getLocalPort();
        }
        List<String> command =
                new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java")));
        command.addAll(jvm);
        command.addAll(List.of(
                "-jar", Path.of("target/inplace-guard.jar").toAbsolutePath().toString(), "serve"));
        command.addAll(List.of("--server.port=" + port, "--management.server.port=" + management));
        command.addAll(List.of(settings));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        JarServer server = new JarServer(process, port, management);
        try {
            await("ready: " + log)
                    .atMost(Duration.ofMinutes(1))
                    .failFast("ended: " + log, () -> !process.isAlive())
                    .until(server::isReady);
            return server;
        } catch (RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    boolean isReady() {
        try {
            return HttpClient.newHttpClient()
                            .send(
                                    HttpRequest.newBuilder(URI.create("http://localhost:" + management + "/readyz"))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
