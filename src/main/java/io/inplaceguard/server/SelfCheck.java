package io.inplaceguard.server;

import io.inplaceguard.certs.CertificateAuthority;
import io.inplaceguard.certs.ServingCertificate;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * Ready means: the TLS socket serves the current certificate and a review has been evaluated end to end. It also warms up
 * what the first real review would wait for.
 */
final class SelfCheck {

    private static final String UID = "inplace-guard-self-check";
    /** Enough that whatever a review needs is loaded; what is compiled on top of it fills the cache and then the memory. */
    private static final int TRAINING_ROUNDS = 4;

    /** A review, and the path it is posted to. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared; a review of 100 KB is not copied.
    record Posted(String path, byte[] review) {}

    /** The very certificate is trusted, whatever names it has. One object: connections are reused only with the same verifier. */
    private static final HostnameVerifier ANY_NAME = (host, session) -> true;

    private SelfCheck() {}

    /** A small review once to each path: what any review needs is loaded and linked then. */
    static List<Posted> small() {
        byte[] review = review("a:1", "x", "a:2", "x");
        return Stream.of("/validate/audit", "/mutate", "/validate")
                .map(path -> new Posted(path, review))
                .toList();
    }

    /**
     * Recorded reviews, a few times over, to train a cache of classes by: those of {@code *.mutate.json} to {@code /mutate}, the
     * others to {@code /validate}.
     *
     * @throws UncheckedIOException where the folder cannot be read
     */
    static List<Posted> recorded(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Posted> once = new ArrayList<>();
            for (Path file : files.filter(each -> each.toString().endsWith(".json"))
                    .sorted()
                    .toList()) {
                once.add(new Posted(
                        file.toString().endsWith(".mutate.json") ? "/mutate" : "/validate", Files.readAllBytes(file)));
            }
            return Collections.nCopies(TRAINING_ROUNDS, once).stream()
                    .flatMap(List::stream)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Posts them to the own port, one after the other.
     *
     * @throws IllegalStateException when one gets no verdict
     */
    static void run(int port, ServingTls tls, List<Posted> reviews) {
        try {
            post(port, tls, reviews);
        } catch (IllegalStateException e) {
            // The certificate may have been swapped just then.
            post(port, tls, reviews);
        }
    }

    private static void post(int port, ServingTls tls, List<Posted> reviews) {
        try {
            SSLContext context = trustingOnly(tls);
            // One factory: connections are reused only among those of the same one.
            SSLSocketFactory sockets = context.getSocketFactory();
            // Else every connection would first load the public CAs, which nothing here trusts.
            HttpsURLConnection.setDefaultSSLSocketFactory(sockets);
            for (Posted posted : reviews) {
                HttpsURLConnection connection =
                        (HttpsURLConnection) URI.create("https://127.0.0.1:" + port + posted.path())
                                .toURL()
                                .openConnection();
                connection.setSSLSocketFactory(sockets);
                connection.setHostnameVerifier(ANY_NAME);
                connection.setConnectTimeout(5_000);
                connection.setReadTimeout(5_000);
                connection.setDoOutput(true);
                connection.setRequestProperty("Content-Type", "application/json");
                try (OutputStream out = connection.getOutputStream()) {
                    out.write(posted.review());
                }
                try (InputStream in = connection.getInputStream()) {
                    String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    if (!answer.contains("\"allowed\":")) {
                        throw new IllegalStateException(
                                "The webhook does not answer its own review on port " + port + ".");
                    }
                }
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(
                    "The webhook cannot be reached on its own port " + port + ": " + e.getMessage(), e);
        }
    }

    private static SSLContext trustingOnly(ServingTls tls) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(ServingCertificate.trustStore(List.of(tls.served().leaf())));
        SSLContext context = SSLContext.getInstance("TLS");
        if (tls.asksClients()) {
            // A certificate of the moment's own, which no file and no other process has.
            ServingCertificate self = CertificateAuthority.pair(
                    CertificateAuthority.authority(Instant.now(), Duration.ofDays(1)),
                    List.of("localhost"),
                    Instant.now(),
                    Duration.ofDays(1));
            ClientTrustBridge.acceptSelf(self.leaf());
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(self.keyStore(), new char[0]);
            context.init(keys.getKeyManagers(), factory.getTrustManagers(), null);
            return context;
        }
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    /** The update of a CloneSet under InPlaceOnly whose image and argument may change. */
    static byte[] review(String oldImage, String oldArgument, String image, String argument) {
        String object = """
                {"metadata":{"name":"self-check"},"spec":{"updateStrategy":{"type":"InPlaceOnly"},"template":{"spec":\
                {"containers":[{"name":"app","image":"%s","args":["%s"],"resources":{"limits":{"cpu":"1"},"requests":{"cpu":"500m"}}}]}}}}""";
        return """
               {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"%s","kind":{"group":"apps.kruise.io",\
               "version":"v1alpha1","kind":"CloneSet"},"operation":"UPDATE","object":%s,"oldObject":%s}}""".formatted(UID, object.formatted(image, argument), object.formatted(oldImage, oldArgument))
                .getBytes(StandardCharsets.UTF_8);
    }
}
