package io.inplaceguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inplaceguard.certs.CertificateFolder;
import io.inplaceguard.certs.CertificateMaker;
import io.inplaceguard.certs.CertificateMaker.Authority;
import io.inplaceguard.load.ApiServerClient;
import io.inplaceguard.load.Load;
import io.inplaceguard.load.TcpBalancer;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two processes behind a balancer, restarted one after the other as a Deployment does it, under load. */
class RollingRestartIT {

    private static final String NAME = "guard.prod.svc";
    private static final Path DONE = Path.of("target", "rotation-restarts.txt");
    private static final Duration LAG = Duration.ofSeconds(5);

    @TempDir
    private Path temp;

    private record Running(Process process, int port, int management) {
        boolean isReady() {
            try {
                return HttpClient.newHttpClient()
                                .send(
                                        HttpRequest.newBuilder(URI.create("http://localhost:" + management + "/readyz")).build(),
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

    private Running start(int number) throws IOException {
        int port;
        int management;
        try (ServerSocket one = new ServerSocket(0); ServerSocket two = new ServerSocket(0)) {
            port = one.getLocalPort();
            management = two.getLocalPort();
        }
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"), "-XX:+UseSerialGC", "-Xmx64m", "-jar",
                        Path.of("target/inplace-guard.jar").toAbsolutePath().toString(), "serve",
                        "--server.port=" + port, "--management.server.port=" + management,
                        "--inplace-guard.certs.mode=files", "--inplace-guard.certs.dir=" + temp.resolve("certs"))
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("log-" + number).toFile())
                .start();
        Running running = new Running(process, port, management);
        await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(200)).until(running::isReady);
        return running;
    }

    @Test
    void no_call_fails_while_processes_are_replaced() throws Exception {
        int restarts = Integer.getInteger("restarts", 2);
        Random random = new Random(restarts);
        Authority authority = CertificateMaker.authority(Instant.now(), Duration.ofDays(10));
        new CertificateFolder(temp.resolve("certs"))
                .write(authority, CertificateMaker.pair(authority, List.of(NAME), Instant.now(), Duration.ofDays(1)));
        Deque<Running> all = new ArrayDeque<>();
        try (TcpBalancer balancer = new TcpBalancer();
                ApiServerClient client = new ApiServerClient(NAME, balancer::port, Integer.MAX_VALUE, null)) {
            client.trust(List.of(authority.certificate()));
            for (int i = 0; i < 2; i++) {
                all.add(start(i));
                balancer.add(all.getLast().port());
            }
            long begin = System.nanoTime();
            Load load = Load.validating(client, 4, 400);
            try (load) {
                for (int i = 0; i < restarts; i++) {
                    all.add(start(2 + i));
                    balancer.add(all.getLast().port());
                    Running old = all.getFirst();
                    old.process().destroy();
                    // The endpoint is taken away when its Pod is told to end, but those who route are told later.
                    Thread.sleep(random.nextInt((int) LAG.toMillis()));
                    balancer.remove(old.port());
                    assertThat(old.process().waitFor(1, TimeUnit.MINUTES)).isTrue();
                    all.removeFirst();
                }
            }
            assertThat(load.failed()).isEmpty();
            assertThat(load.calls()).isPositive();
            Files.writeString(DONE, "%d processes replaced in %d s under %d calls, none failed%n"
                    .formatted(restarts, Duration.ofNanos(System.nanoTime() - begin).toSeconds(), load.calls()));
        } finally {
            all.forEach(running -> running.process().destroyForcibly());
        }
    }
}
