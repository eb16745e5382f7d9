package io.inplaceguard.certs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code certs verify}, on folders and on a server. */
class VerifyCommandTest {

    private static final Instant NOW = Instant.now();

    @TempDir
    private Path folder;

    private final CertificateAuthority.Authority authority = CertificateAuthority.authority(NOW, Duration.ofDays(100));
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void write() {
        write(Duration.ofDays(50));
    }

    private ServingCertificate write(Duration life) {
        ServingCertificate pair =
                CertificateAuthority.pair(authority, List.of("localhost", "guard.prod.svc"), NOW, life);
        new CertificateDirectory(folder).write(authority, pair);
        return pair;
    }

    private int verify(String... args) {
        CommandLine line = new CommandLine(new CertsCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        String[] all = new String[args.length + 1];
        all[0] = "verify";
        System.arraycopy(args, 0, all, 1, args.length);
        return line.execute(all);
    }

    @Test
    void a_valid_directory_is_reported_with_the_days_left() {
        assertThat(verify("--dir", folder.toString(), "--dns", "guard.prod.svc"))
                .isZero();
        assertThat(out.toString())
                .contains(
                        "(49 days left), for localhost, guard.prod.svc",
                        "trusted: CN=inplace-guard CA",
                        "(99 days left)",
                        "A call will succeed.");
    }

    @Test
    void what_would_fail_is_a_fault() throws Exception {
        assertThat(verify("--dir", folder.toString(), "--dns", "other.svc")).isEqualTo(1);
        assertThat(out.toString()).contains("fault:   it is not for other.svc");
        assertThat(verify("--dir", folder.toString(), "--days", "60")).isEqualTo(1);
        assertThat(out.toString()).contains("fault:   what is served has 49 days left");
        Path other = folder.resolve("other.crt");
        Files.writeString(
                other,
                Pem.of(CertificateAuthority.authority(NOW, Duration.ofDays(100)).certificate()));
        assertThat(verify("--dir", folder.toString(), "--ca", other.toString())).isEqualTo(1);
        assertThat(out.toString()).contains("fault:   what is served is not trusted");
    }

    @Test
    void certificates_that_cannot_be_read_exit_with_2_and_the_reason() {
        assertThat(verify()).isEqualTo(2);
        assertThat(verify("--dir", folder.resolve("nowhere").toString())).isEqualTo(2);
        assertThat(verify("--dir", folder.toString(), "http://localhost")).isEqualTo(2);
        assertThat(err.toString())
                .contains(
                        folder.resolve("nowhere").resolve("tls.crt") + " does not exist",
                        "Give a URL and --ca FILE, or --dir DIR.",
                        "is not an https URL")
                .doesNotContain("\tat ");
    }

    @Test
    void a_server_is_asked_for_what_it_serves() throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(write(Duration.ofDays(30)).keyStore(), new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        try (SSLServerSocket server =
                (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0)) {
            Thread thread = new Thread(() -> {
                try (SSLSocket socket = (SSLSocket) server.accept()) {
                    socket.startHandshake();
                } catch (java.io.IOException e) {
                    // The client has seen enough.
                }
            });
            thread.start();
            int status = verify("--dir", folder.toString(), "https://localhost:" + server.getLocalPort());
            assertThat(out.toString() + err).contains("(29 days left)", "A call will succeed.");
            assertThat(status).isZero();
            thread.join();
        }
    }
}
