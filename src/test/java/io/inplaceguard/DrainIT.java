package io.inplaceguard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM, once and twice. */
class DrainIT {

    @TempDir
    Path temp;

    private int port;
    private int management;

    private Process serve(String drain) throws Exception {
        try (ServerSocket one = new ServerSocket(0); ServerSocket two = new ServerSocket(0)) {
            port = one.getLocalPort();
            management = two.getLocalPort();
        }
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"), "-jar", Path.of("target/inplace-guard.jar").toAbsolutePath().toString(), "serve",
                        "--server.port=" + port, "--management.server.port=" + management, "--inplace-guard.drain=" + drain,
                        "--inplace-guard.certs.dir=" + temp.resolve("certs"))
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("log").toFile())
                .start();
        for (int i = 0; i < 600 && !isReady(); i++) {
            assertThat(process.isAlive()).isTrue();
            Thread.sleep(100);
        }
        return process;
    }

    private boolean isReady() {
        try {
            return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("http://localhost:" + management + "/readyz")).build(), HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }

    private HttpResponse<String> asked() throws Exception {
        SSLContext trusting = SSLContext.getInstance("TLS");
        trusting.init(null, new TrustManager[] {new Trusting()}, new SecureRandom());
        return HttpClient.newBuilder().sslContext(trusting).build().send(
                HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + "/validate"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void told_to_end_it_is_unready_at_once_serves_on_and_ends() throws Exception {
        Process process = serve("4s");
        try {
            assertThat(asked().headers().firstValue("Connection")).isEmpty();
            process.destroy();
            for (int i = 0; i < 30 && isReady(); i++) {
                Thread.sleep(100);
            }
            assertThat(isReady()).isFalse();
            HttpResponse<String> late = asked();
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
        Process process = serve("10m");
        try {
            process.destroy();
            for (int i = 0; i < 30 && isReady(); i++) {
                Thread.sleep(100);
            }
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void interrupted_at_a_terminal_it_ends_in_order_too() throws Exception {
        Assumptions.assumeFalse(isInterruptIgnored(), "what a shell runs in its background ignores SIGINT, and hands that on");
        Process process = serve("1s");
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
        return Files.exists(status) && Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
    }

    /** Trusts whatever is there and asks for no name: this is about the end, not about certificates. */
    private static final class Trusting extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
