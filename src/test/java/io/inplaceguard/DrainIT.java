package io.inplaceguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inplaceguard.certs.CertificateDirectory;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM, once and twice. */
class DrainIT {

    @TempDir
    Path temp;

    private JarServer serve(String drain) throws IOException {
        return JarServer.start(
                temp.resolve("log"),
                List.of(),
                "--inplace-guard.shutdown-delay=" + drain,
                "--inplace-guard.certs.dir=" + temp.resolve("certs"));
    }

    private HttpResponse<String> asked(JarServer server) throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(new CertificateDirectory(temp.resolve("certs")).read().trustStore());
        SSLContext trusting = SSLContext.getInstance("TLS");
        trusting.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder()
                .sslContext(trusting)
                .build()
                .send(
                        HttpRequest.newBuilder(URI.create("https://localhost:" + server.port() + "/validate"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static void untilUnready(JarServer server) {
        await().atMost(Duration.ofSeconds(3)).until(() -> !server.isReady());
    }

    @Test
    void told_to_end_it_is_unready_at_once_serves_on_and_ends() throws Exception {
        JarServer server = serve("4s");
        Process process = server.process();
        try {
            assertThat(asked(server).headers().firstValue("Connection")).isEmpty();
            process.destroy();
            untilUnready(server);
            HttpResponse<String> late = asked(server);
            assertThat(late.statusCode()).isEqualTo(405);
            assertThat(late.headers().firstValue("Connection")).contains("close");
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(143);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void told_twice_it_ends_at_once() throws Exception {
        JarServer server = serve("10m");
        Process process = server.process();
        try {
            process.destroy();
            untilUnready(server);
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void interrupted_at_a_terminal_it_ends_in_order_too() throws Exception {
        Assumptions.assumeFalse(
                isInterruptIgnored(), "what a shell runs in its background ignores SIGINT, and hands that on");
        Process process = serve("1s").process();
        try {
            new ProcessBuilder("kill", "-INT", "" + process.pid()).start().waitFor();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(130);
        } finally {
            process.destroyForcibly();
        }
    }

    private static boolean isInterruptIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status)
                && Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .anyMatch(line ->
                                (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
    }
}
