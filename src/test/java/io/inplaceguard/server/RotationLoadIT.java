package io.inplaceguard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inplaceguard.certs.CertificateAuthority;
import io.inplaceguard.certs.CertificateAuthority.Authority;
import io.inplaceguard.certs.CertificateDirectory;
import io.inplaceguard.certs.ServingCertificate;
import io.inplaceguard.load.ApiServerClient;
import io.inplaceguard.load.Load;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** Leaves replaced one after the other at 500 calls a second: every one of them is served, and no call fails. */
class RotationLoadIT {

    private static final String NAME = "guard.prod.svc";
    private static final Path DONE = Path.of("target", "rotation-leaves.txt");
    /** 50 leaves in 60 seconds. */
    private static final Duration PACE = Duration.ofMillis(1_200);

    @TempDir
    private Path folder;

    private final Authority authority = CertificateAuthority.authority(Instant.now(), Duration.ofDays(10));

    private ServingCertificate write() {
        ServingCertificate pair =
                CertificateAuthority.pair(authority, List.of(NAME), Instant.now(), Duration.ofDays(1));
        new CertificateDirectory(folder).write(authority, pair);
        return pair;
    }

    @Test
    void no_call_fails_while_leaves_are_replaced() throws Exception {
        int rotations = Integer.getInteger("leaves", 5);
        write();
        long start = System.nanoTime();
        try (ConfigurableApplicationContext server = ServerConfiguration.run(
                        "--server.port=0",
                        "--management.server.port=0",
                        "--inplace-guard.shutdown-delay=0s",
                        "--inplace-guard.certs.mode=files",
                        "--inplace-guard.certs.dir=" + folder);
                ApiServerClient client = new ApiServerClient(
                        NAME, ((ServletWebServerApplicationContext) server).getWebServer()::getPort, 50, null)) {
            client.trust(List.of(authority.certificate()));
            Load load = Load.validating(client, 4, 500);
            try (load) {
                for (int i = 0; i < rotations; i++) {
                    long next = System.nanoTime() + PACE.toNanos();
                    ServingCertificate pair = write();
                    await().pollInterval(Duration.ofMillis(20))
                            .until(() -> client.seen().contains(pair.leaf()));
                    Thread.sleep(Math.max(
                            0, Duration.ofNanos(next - System.nanoTime()).toMillis()));
                }
            }
            assertThat(load.failed()).isEmpty();
            assertThat(load.calls()).isPositive();
            Files.writeString(
                    DONE,
                    "%d leaves replaced in %d s under %d calls, none failed%n"
                            .formatted(
                                    rotations,
                                    Duration.ofNanos(System.nanoTime() - start).toSeconds(),
                                    load.calls()));
        }
    }
}
