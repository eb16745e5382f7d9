package io.inplaceguard.server;

import io.inplaceguard.certs.CertificateException;
import io.inplaceguard.certs.Pem;
import io.inplaceguard.certs.ServingCertificate;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URL;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.Callable;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code smoke URL --ca FILE}: whether a webhook admits what it should and denies what it should. For {@code helm test}. */
@Command(
        name = "smoke",
        mixinStandardHelpOptions = true,
        description = {
            "Posts two reviews to a running webhook: one it has to admit and one it has to deny.",
            "Exit status: 0 both verdicts are right; 1 one is wrong; 2 no verdict, with the step that failed: name resolution,",
            "connection, TLS or answer."
        },
        footer = {"", "Example:", "  java -jar inplace-guard.jar smoke --ca certs/ca.crt https://localhost:8443"})
public final class SmokeCommand implements Callable<Integer> {

    private static final int TIMEOUT_MILLIS = 10_000;

    @Spec
    private CommandSpec spec;

    @Option(names = "--ca", required = true, paramLabel = "FILE", description = "the CA to trust, PEM")
    private Path authority;

    @Option(
            names = "--dns",
            paramLabel = "NAME",
            description =
                    "the name that the certificate must be for; default: the URL's host. For a URL with an IP address")
    private @Nullable String name;

    @Parameters(paramLabel = "URL", description = "where the webhook is, without a path")
    private URI place;

    /** Whether the certificate is not for {@code --dns}: the exception's text differs between JDKs. */
    private boolean otherName;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try {
            SSLContext trust = trusting(Pem.certificates(authority.toString(), Files.readString(authority)));
            boolean admitted = isAllowed(trust, SelfCheck.review("a:1", "x", "a:2", "x"));
            out.println("a changed image is " + (admitted ? "admitted" : "denied, which is wrong"));
            boolean denied = !isAllowed(trust, SelfCheck.review("a:1", "x", "a:1", "y"));
            out.println("a changed argument is " + (denied ? "denied" : "admitted, which is wrong"));
            out.flush();
            return admitted && denied ? 0 : 1;
        } catch (IOException | GeneralSecurityException | CertificateException e) {
            spec.commandLine().getErr().println(failure(e));
            return 2;
        }
    }

    /** Which step failed, and what to check. */
    private String failure(Exception e) {
        if (e instanceof CertificateException || e instanceof NoSuchFileException) {
            return "The CA cannot be read: " + e.getMessage();
        }
        if (e instanceof UnknownHostException) {
            return "Name resolution failed: " + place.getHost()
                    + " is unknown. Check that the Service exists and that cluster DNS"
                    + " works, or give the Service's IP address and --dns NAME.";
        }
        if (otherName) {
            return "TLS failed: the certificate is not for " + name + ". certs verify shows what it is for.";
        }
        if (e instanceof SSLException || e instanceof GeneralSecurityException) {
            return "TLS failed: " + e.getMessage() + ". certs verify shows what is served and what is trusted.";
        }
        if (e instanceof ConnectException
                || e instanceof SocketTimeoutException
                || e instanceof NoRouteToHostException) {
            return "Connection to " + place + " failed: " + e.getMessage()
                    + ". Check that the Pods are ready and that no NetworkPolicy blocks the port.";
        }
        return "No verdict from " + place + ": " + e.getMessage();
    }

    private boolean isAllowed(SSLContext trust, byte[] review) throws IOException {
        URL url = place.resolve("/validate/enforce").toURL();
        if (!(url.openConnection() instanceof HttpsURLConnection connection)) {
            throw new IOException("give an https URL");
        }
        connection.setSSLSocketFactory(trust.getSocketFactory());
        if (name != null) {
            String expected = name;
            // Asked only where the certificate is not for the URL's host.
            connection.setHostnameVerifier((host, session) -> {
                otherName = !isFor(session, expected);
                return !otherName;
            });
        }
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        try (OutputStream body = connection.getOutputStream()) {
            body.write(review);
        }
        int status = connection.getResponseCode();
        if (status != HttpURLConnection.HTTP_OK) {
            throw new IOException("HTTP " + status);
        }
        try (InputStream answer = connection.getInputStream()) {
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8).contains("\"allowed\":true");
        }
    }

    private static boolean isFor(SSLSession session, String name) {
        try {
            return ServingCertificate.covers((X509Certificate) session.getPeerCertificates()[0], List.of(name));
        } catch (SSLPeerUnverifiedException e) {
            return false;
        }
    }

    private static SSLContext trusting(List<X509Certificate> authorities) throws GeneralSecurityException, IOException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(ServingCertificate.trustStore(authorities));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }
}
