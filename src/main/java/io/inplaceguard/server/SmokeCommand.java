package io.inplaceguard.server;

import io.inplaceguard.certs.CertificateException;
import io.inplaceguard.certs.Pem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.Callable;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code smoke URL --ca FILE}: whether a webhook admits what it should and denies what it should. For {@code helm test}. */
@Command(
        name = "smoke",
        mixinStandardHelpOptions = true,
        description = "Posts two reviews to a running webhook: one it has to admit and one it has to deny.",
        footer = {"", "Example:", "  java -jar inplace-guard.jar smoke --ca certs/ca.crt https://localhost:8443"})
public final class SmokeCommand implements Callable<Integer> {

    private static final int TIMEOUT_MILLIS = 10_000;

    @Spec
    private CommandSpec spec;

    @Option(names = "--ca", required = true, paramLabel = "FILE", description = "the CA to trust, PEM")
    private Path authority;

    @Parameters(paramLabel = "URL", description = "where the webhook is, without a path")
    private URI place;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try {
            SSLContext trust = trusting(Pem.certificates(authority.toString(), Files.readString(authority)));
            boolean admitted = isAllowed(trust, SelfCheck.review("a:1", "x", "a:2", "x"));
            out.println("an image that changes is " + (admitted ? "admitted" : "denied, which is wrong"));
            boolean denied = !isAllowed(trust, SelfCheck.review("a:1", "x", "a:1", "y"));
            out.println("an argument that changes is " + (denied ? "denied" : "admitted, which is wrong"));
            out.flush();
            return admitted && denied ? 0 : 1;
        } catch (IOException | GeneralSecurityException | CertificateException e) {
            spec.commandLine().getErr().println(place + " cannot be reached: " + e.getMessage());
            return 2;
        }
    }

    private boolean isAllowed(SSLContext trust, byte[] review) throws IOException {
        URL url = place.resolve("/validate/enforce").toURL();
        if (!(url.openConnection() instanceof HttpsURLConnection connection)) {
            throw new IOException("give an https URL");
        }
        connection.setSSLSocketFactory(trust.getSocketFactory());
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        try (OutputStream body = connection.getOutputStream()) {
            body.write(review);
        }
        try (InputStream answer = connection.getInputStream()) {
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8).contains("\"allowed\":true");
        }
    }

    private static SSLContext trusting(List<X509Certificate> authorities) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (int i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry("ca-" + i, authorities.get(i));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }
}
