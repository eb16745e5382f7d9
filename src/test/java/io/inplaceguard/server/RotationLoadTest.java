package io.inplaceguard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inplaceguard.certs.CertificateFolder;
import io.inplaceguard.certs.CertificateMaker;
import io.inplaceguard.certs.CertificateMaker.Authority;
import io.inplaceguard.certs.ServingPair;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** Leaves replaced under load, by a client that keeps connections alive, opens new ones now and then, and never tries again. */
class RotationLoadTest {

    private static final int CLIENTS = 4;
    private static final int CALLS_OF_A_CONNECTION = 50;
    private static final Path DONE = Path.of("target", "rotation-load.txt");

    @TempDir
    private Path folder;

    private final Authority authority = CertificateMaker.authority(Instant.now(), Duration.ofDays(10));
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicBoolean going = new AtomicBoolean(true);
    private final List<String> failed = Collections.synchronizedList(new ArrayList<>());

    private ServingPair write() {
        ServingPair pair = CertificateMaker.pair(authority, List.of("localhost"), Instant.now(), Duration.ofDays(1));
        new CertificateFolder(folder).write(authority, pair);
        return pair;
    }

    private void load(URI place, SSLContext context) {
        byte[] review = SelfCheck.review("a:1", "x", "a:2", "x");
        while (going.get()) {
            HttpClient client = HttpClient.newBuilder().sslContext(context).version(HttpClient.Version.HTTP_1_1).build();
            for (int i = 0; i < CALLS_OF_A_CONNECTION && going.get(); i++) {
                try {
                    HttpResponse<String> answer = client.send(
                            HttpRequest.newBuilder(place)
                                    .header("Content-Type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofByteArray(review))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
                    if (answer.statusCode() != 200 || !answer.body().contains("\"uid\":\"inplace-guard-self-check\"")) {
                        failed.add(answer.statusCode() + " " + answer.body());
                    }
                    calls.incrementAndGet();
                } catch (Exception e) {
                    failed.add(e.toString());
                }
            }
        }
    }

    @Test
    void no_call_fails_while_leaves_are_replaced() throws Exception {
        int rotations = Integer.getInteger("rotations", 3);
        ServingPair first = write();
        try (ConfigurableApplicationContext server = ServerConfiguration.run(
                "--server.port=0", "--management.server.port=0", "--inplace-guard.drain=0s",
                "--inplace-guard.certs.mode=files", "--inplace-guard.certs.dir=" + folder)) {
            int port = ((ServletWebServerApplicationContext) server).getWebServer().getPort();
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(first.trustStore());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Thread thread = new Thread(() -> load(URI.create("https://localhost:" + port + "/validate"), context));
                threads.add(thread);
                thread.start();
            }
            ServingTls tls = server.getBean(ServingTls.class);
            for (int i = 0; i < rotations; i++) {
                ServingPair next = write();
                await().until(() -> tls.served().leaf().equals(next.leaf()));
                int then = calls.get();
                await().until(() -> calls.get() > then + 2 * CLIENTS * CALLS_OF_A_CONNECTION);
            }
            going.set(false);
            for (Thread thread : threads) {
                thread.join();
            }
        }
        assertThat(failed).isEmpty();
        assertThat(calls.get()).isGreaterThan(rotations * CALLS_OF_A_CONNECTION);
        java.nio.file.Files.writeString(DONE, rotations + " leaves replaced under " + calls.get() + " calls, none failed\n");
    }
}
