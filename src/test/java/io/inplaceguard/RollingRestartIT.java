package io.inplaceguard;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.certs.CertificateAuthority;
import io.inplaceguard.certs.CertificateAuthority.Authority;
import io.inplaceguard.certs.CertificateDirectory;
import io.inplaceguard.load.ApiServerClient;
import io.inplaceguard.load.Load;
import io.inplaceguard.load.TcpBalancer;
import java.io.IOException;
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

    private JarServer start(int number) throws IOException {
        return JarServer.start(
                temp.resolve("log-" + number),
                List.of("-XX:+UseSerialGC", "-Xmx64m"),
                "--inplace-guard.certs.mode=files",
                "--inplace-guard.certs.dir=" + temp.resolve("certs"));
    }

    @Test
    void no_call_fails_while_processes_are_replaced() throws Exception {
        int restarts = Integer.getInteger("restarts", 2);
        Random random = new Random(restarts);
        Authority authority = CertificateAuthority.authority(Instant.now(), Duration.ofDays(10));
        new CertificateDirectory(temp.resolve("certs"))
                .write(
                        authority,
                        CertificateAuthority.pair(authority, List.of(NAME), Instant.now(), Duration.ofDays(1)));
        Deque<JarServer> all = new ArrayDeque<>();
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
                    JarServer old = all.getFirst();
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
            Files.writeString(
                    DONE,
                    "%d processes replaced in %d s under %d calls, none failed%n"
                            .formatted(
                                    restarts,
                                    Duration.ofNanos(System.nanoTime() - begin).toSeconds(),
                                    load.calls()));
        } finally {
            all.forEach(running -> running.process().destroyForcibly());
        }
    }
}
