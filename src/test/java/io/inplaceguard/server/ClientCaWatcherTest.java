package io.inplaceguard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.inplaceguard.certs.CertificateAuthority;
import io.inplaceguard.certs.CertificateAuthority.Authority;
import io.inplaceguard.certs.CertificateDirectory;
import io.inplaceguard.certs.Pem;
import io.inplaceguard.certs.ServingCertificate;
import io.inplaceguard.load.ApiServerClient;
import io.inplaceguard.load.ClientCertificate;
import io.inplaceguard.load.Load;
import io.inplaceguard.runtime.StartupFailure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** Clients that have to show who they are, over real sockets. */
class ClientCaWatcherTest {

    private static final Instant NOW = Instant.now();

    @TempDir
    private Path folder;

    private final Authority authority = CertificateAuthority.authority(NOW, Duration.ofDays(10));
    private @Nullable ConfigurableApplicationContext server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private void start(String mode, String... subjects) throws IOException {
        Path file = Files.writeString(folder.resolve("clients.crt"), Pem.of(authority.certificate()));
        server = ServerConfiguration.run(
                "--server.port=0",
                "--management.server.port=0",
                "--inplace-guard.shutdown-delay=0s",
                "--inplace-guard.certs.dir=" + folder.resolve("certs"),
                "--inplace-guard.client-ca.mode=" + mode,
                "--inplace-guard.client-ca.file=" + file,
                "--inplace-guard.client-ca.subjects=" + String.join(",", subjects));
    }

    private static KeyManager[] client(Authority signer, String name, Instant until) {
        return ClientCertificate.of(signer, name, until).keyManagers();
    }

    private int call(KeyManager @Nullable [] keys) throws Exception {
        ServingCertificate served = new CertificateDirectory(folder.resolve("certs")).read();
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(served.trustStore());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust.getTrustManagers(), null);
        int port = ((ServletWebServerApplicationContext) server).getWebServer().getPort();
        return HttpClient.newBuilder()
                .sslContext(context)
                .build()
                .send(
                        HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/validate"))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofByteArray(SelfCheck.review("a:1", "x", "a:2", "x")))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }

    private void refused(KeyManager @Nullable [] keys) {
        assertThatThrownBy(() -> call(keys)).isInstanceOf(IOException.class);
    }

    @Test
    void only_the_right_client_gets_through_the_handshake() throws Exception {
        start("required", "kube-apiserver", "other.san");
        Instant later = NOW.plus(Duration.ofDays(5));
        assertThat(call(client(authority, "kube-apiserver", later))).isEqualTo(200);
        assertThat(call(client(authority, "other", later))).as("by its SAN").isEqualTo(200);
        refused(null);
        refused(client(authority, "somebody", later));
        refused(client(authority, "kube-apiserver", NOW.minus(Duration.ofHours(1))));
        refused(client(CertificateAuthority.authority(NOW, Duration.ofDays(10)), "kube-apiserver", later));
    }

    @Test
    void an_optional_certificate_may_be_missing_but_not_wrong() throws Exception {
        start("optional");
        assertThat(call(null)).isEqualTo(200);
        assertThat(call(client(authority, "anybody", NOW.plus(Duration.ofDays(5)))))
                .isEqualTo(200);
        refused(client(
                CertificateAuthority.authority(NOW, Duration.ofDays(10)), "anybody", NOW.plus(Duration.ofDays(5))));
    }

    @Test
    void the_client_ca_is_replaced_under_load_and_no_call_fails() throws Exception {
        start("required");
        Instant later = NOW.plus(Duration.ofDays(5));
        Authority next = CertificateAuthority.authority(NOW, Duration.ofDays(10));
        KeyManager[] before = client(authority, "kube-apiserver", later);
        KeyManager[] after = client(next, "kube-apiserver", later);
        Path file = folder.resolve("clients.crt");
        ServingCertificate served = new CertificateDirectory(folder.resolve("certs")).read();
        int port = ((ServletWebServerApplicationContext) server).getWebServer().getPort();
        try (ApiServerClient client = new ApiServerClient("localhost", () -> port, 20, before)) {
            client.trust(served.authorities());
            Load load = Load.validating(client, 4, 400);
            try (load) {
                Files.writeString(file, Pem.of(authority.certificate()) + Pem.of(next.certificate()));
                await().ignoreExceptions().until(() -> call(after) == 200);
                int then = load.calls();
                await().until(() -> load.calls() > then + 200);
            }
            assertThat(load.failed()).isEmpty();
        }
        Files.writeString(file, "half written");
        Files.writeString(file, Pem.of(next.certificate()));
        await().until(() -> {
            try {
                call(before);
                return false;
            } catch (IOException e) {
                return true;
            }
        });
        assertThat(call(after)).isEqualTo(200);
    }

    @Test
    void without_its_file_it_does_not_start() {
        assertThatThrownBy(() -> ServerConfiguration.run(
                        "--server.port=0",
                        "--management.server.port=0",
                        "--inplace-guard.certs.dir=" + folder.resolve("certs"),
                        "--inplace-guard.client-ca.mode=required",
                        "--inplace-guard.client-ca.file=" + folder.resolve("none")))
                .satisfies(failure -> assertThat(StartupFailure.sentence(failure, ServerConfiguration.SENTENCES)
                                .orElseThrow())
                        .contains("cannot be read. Put the CA of clients there"));
        assertThatThrownBy(() -> ServerConfiguration.run("--inplace-guard.client-ca.mode=required"))
                .satisfies(failure -> assertThat(StartupFailure.sentence(failure, ServerConfiguration.SENTENCES)
                                .orElseThrow())
                        .contains("inplace-guard.client-ca.file is \"\"; allowed: a PEM file"));
    }
}
