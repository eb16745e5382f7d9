package io.inplaceguard.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.inplaceguard.certs.CertificateAuthority;
import io.inplaceguard.certs.CertificateAuthority.Authority;
import io.inplaceguard.certs.Pem;
import io.inplaceguard.certs.ServingCertificate;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What {@code helm test} reports: both verdicts, or the step that failed. */
class SmokeCommandTest {

    private static final String NAME = "guard.prod.svc";

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private HttpsServer server;
    private int status = 200;
    private Function<String, Boolean> verdict = body -> !body.contains("\"y\"");

    @BeforeEach
    void start() throws Exception {
        Authority authority = CertificateAuthority.authority(Instant.now(), Duration.ofDays(2));
        ServingCertificate pair =
                CertificateAuthority.pair(authority, List.of(NAME), Instant.now(), Duration.ofDays(1));
        Files.writeString(folder.resolve("ca.crt"), Pem.of(pair.signer()));
        Files.writeString(
                folder.resolve("other.crt"),
                Pem.of(CertificateAuthority.authority(Instant.now(), Duration.ofDays(2))
                        .certificate()));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(pair.keyStore(), new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        byte[] answer = ("{\"response\":{\"allowed\":" + verdict.apply(body) + "}}").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private int smoke(String... args) {
        return new CommandLine(new SmokeCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private String byAddress() {
        return "https://127.0.0.1:" + server.getAddress().getPort();
    }

    @Test
    void an_address_with_the_name_of_the_certificate_needs_no_name_resolution() {
        assertThat(smoke("--ca", file("ca.crt"), "--dns", NAME, byAddress())).isZero();
        assertThat(out).hasToString("a changed image is admitted%na changed argument is denied%n".formatted());
    }

    @Test
    void a_webhook_that_admits_everything_fails() {
        verdict = body -> true;
        assertThat(smoke("--ca", file("ca.crt"), "--dns", NAME, byAddress())).isEqualTo(1);
        assertThat(out).asString().contains("a changed argument is admitted, which is wrong");
    }

    @Test
    void a_certificate_for_another_name_is_a_failure_of_TLS() {
        assertThat(smoke("--ca", file("ca.crt"), byAddress())).isEqualTo(2);
        assertThat(smoke("--ca", file("ca.crt"), "--dns", "other.prod.svc", byAddress()))
                .isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(2).allMatch(line -> line.startsWith("TLS failed: "));
    }

    @Test
    void a_certificate_of_another_CA_is_a_failure_of_TLS() {
        assertThat(smoke("--ca", file("other.crt"), "--dns", NAME, byAddress())).isEqualTo(2);
        assertThat(err).asString().startsWith("TLS failed: ");
    }

    @Test
    void an_unknown_host_is_a_failure_of_name_resolution() {
        assertThat(smoke("--ca", file("ca.crt"), "https://guard.invalid")).isEqualTo(2);
        assertThat(err).asString().startsWith("Name resolution failed: guard.invalid is unknown.");
    }

    @Test
    void a_closed_port_is_a_failure_of_the_connection() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        assertThat(smoke("--ca", file("ca.crt"), "https://127.0.0.1:" + port)).isEqualTo(2);
        assertThat(err).asString().startsWith("Connection to https://127.0.0.1:" + port + " failed: ");
    }

    @Test
    void an_error_status_is_no_verdict() {
        status = 503;
        assertThat(smoke("--ca", file("ca.crt"), "--dns", NAME, byAddress())).isEqualTo(2);
        assertThat(err).asString().startsWith("No verdict from " + byAddress() + ": HTTP 503");
    }

    @Test
    void a_missing_CA_file_is_named() {
        assertThat(smoke("--ca", file("none.crt"), byAddress())).isEqualTo(2);
        assertThat(err).asString().startsWith("The CA cannot be read: ").contains("none.crt");
    }
}
