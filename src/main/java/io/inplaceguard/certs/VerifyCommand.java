package io.inplaceguard.certs;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code certs verify}: what is served, what is trusted, whether the one fits the other, and how many days are left. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = {
            "Prints what is served, what is trusted, and the days left.",
            "Exit status: 0 a call succeeds; 1 a call would fail, or will within --days; 2 the certificates cannot be read."
        },
        footer = {
            "",
            "Examples:",
            "  java -jar inplace-guard.jar certs verify --dir certs",
            "  java -jar inplace-guard.jar certs verify --ca ca.crt --dns inplace-guard.inplace-guard.svc https://localhost:8443",
            "  kubectl get validatingwebhookconfiguration inplace-guard -o jsonpath='{.webhooks[0].clientConfig.caBundle}' | base64 -d > ca.crt",
        })
public final class VerifyCommand implements Callable<Integer> {

    private static final int TIMEOUT_MILLIS = 10_000;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "a certificate folder: its tls.crt where no URL is given, its ca.crt where no --ca is")
    private @Nullable Path folder;

    @Option(names = "--ca", paramLabel = "FILE", description = "what is trusted, PEM: what the caBundle holds")
    private @Nullable Path authority;

    @Option(
            names = "--dns",
            paramLabel = "NAME",
            description = "a name that must be served, the first one is asked for (SNI); default: the URL's host")
    private List<String> names = List.of();

    @Option(
            names = "--days",
            defaultValue = "7",
            description = "fewer days left than that are a failure (${DEFAULT-VALUE})")
    private int days;

    @Parameters(arity = "0..1", paramLabel = "URL", description = "where the webhook is")
    private @Nullable URI place;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        Path trustedFile =
                authority != null || folder == null ? authority : folder.resolve(CertificateDirectory.CA_CERTIFICATE);
        if (trustedFile == null || (place == null && folder == null)) {
            err.println("Give a URL and --ca FILE, or --dir DIR.");
            return 2;
        }
        try {
            List<X509Certificate> served = place == null ? fromFile(Objects.requireNonNull(folder)) : fromServer(place);
            return verdict(served, certificates(trustedFile), Instant.now());
        } catch (IOException | GeneralSecurityException | CertificateException e) {
            err.println("Cannot read the certificates: " + reason(e));
            return 2;
        }
    }

    /** Many an IOException's message is only a file or host name: its type then holds the reason. */
    private static String reason(Exception e) {
        if (e instanceof NoSuchFileException) {
            return e.getMessage() + " does not exist";
        }
        if (e instanceof AccessDeniedException) {
            return e.getMessage() + ": permission denied";
        }
        if (e instanceof MalformedInputException) {
            return "the file is not text, PEM is expected";
        }
        if (e instanceof UnknownHostException) {
            return "unknown host " + e.getMessage();
        }
        return e instanceof CertificateException
                        || (e.getMessage() != null && e.getMessage().contains(" "))
                ? String.valueOf(e.getMessage())
                : e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    private static List<X509Certificate> certificates(Path file) throws IOException {
        return Pem.certificates(file.toString(), Files.readString(file));
    }

    /** The certificate of a directory. */
    private static List<X509Certificate> fromFile(Path folder) throws IOException {
        return certificates(folder.resolve(CertificateDirectory.CERTIFICATE));
    }

    private List<String> wanted() {
        return !names.isEmpty()
                ? names
                : place == null ? List.of() : List.of(place.getHost().replaceAll("[\\[\\]]", ""));
    }

    private List<X509Certificate> fromServer(URI place) throws IOException, GeneralSecurityException {
        if (!"https".equals(place.getScheme()) || place.getHost() == null) {
            throw new IOException(place + " is not an https URL");
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new AcceptAll()}, null);
        int port = place.getPort() < 0 ? 443 : place.getPort();
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(place.getHost().replaceAll("[\\[\\]]", ""), port), TIMEOUT_MILLIS);
            plain.setSoTimeout(TIMEOUT_MILLIS);
            try (SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(plain, place.getHost(), port, true)) {
                if (!names.isEmpty() && !names.get(0).matches("[0-9.]+|.*:.*")) {
                    SSLParameters parameters = socket.getSSLParameters();
                    parameters.setServerNames(List.of(new SNIHostName(names.get(0))));
                    socket.setSSLParameters(parameters);
                }
                socket.startHandshake();
                return Arrays.stream(socket.getSession().getPeerCertificates())
                        .map(X509Certificate.class::cast)
                        .toList();
            }
        }
    }

    /** Accepts any certificate, because it is only inspected; no request is sent. */
    private static final class AcceptAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private int verdict(List<X509Certificate> served, List<X509Certificate> trusted, Instant now)
            throws GeneralSecurityException {
        PrintWriter out = spec.commandLine().getOut();
        X509Certificate leaf = served.get(0);
        List<String> faults = new ArrayList<>();
        out.println("served:  " + describe(leaf, now) + ", for " + alternatives(leaf));
        trusted.forEach(each -> out.println("trusted: " + describe(each, now)));
        if (now.isBefore(leaf.getNotBefore().toInstant())) {
            faults.add(
                    "what is served is not valid before " + leaf.getNotBefore().toInstant());
        } else if (!now.isBefore(leaf.getNotAfter().toInstant())) {
            faults.add("what is served has expired");
        } else if (left(leaf, now) < days) {
            faults.add("what is served has " + left(leaf, now) + " days left");
        }
        X509Certificate signer = trusted.stream()
                .filter(each -> isTrusted(served, each))
                .findFirst()
                .orElse(null);
        if (signer == null) {
            faults.add("what is served is not trusted: none of the trusted certificates has signed it");
        } else if (!now.isBefore(signer.getNotAfter().toInstant())) {
            faults.add("the CA that signed it has expired");
        } else if (left(signer, now) < days) {
            faults.add("the CA that signed it has " + left(signer, now) + " days left");
        }
        for (String name : wanted()) {
            if (!ServingCertificate.covers(leaf, List.of(name))) {
                faults.add("it is not for " + name);
            }
        }
        faults.forEach(fault -> out.println("fault:   " + fault));
        out.println(
                faults.isEmpty()
                        ? "A call will succeed."
                        : "Renew the certificates, or correct the caBundle; see certs --help.");
        out.flush();
        return faults.isEmpty() ? 0 : 1;
    }

    private static boolean isTrusted(List<X509Certificate> served, X509Certificate authority) {
        try {
            CertPath path = CertificateFactory.getInstance("X.509")
                    .generateCertPath(served.stream()
                            .filter(each -> !each.equals(authority))
                            .toList());
            PKIXParameters parameters = new PKIXParameters(java.util.Set.of(new TrustAnchor(authority, null)));
            parameters.setRevocationEnabled(false);
            // Expiry is reported separately.
            parameters.setDate(served.get(0).getNotBefore());
            CertPathValidator.getInstance("PKIX").validate(path, parameters);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static String describe(X509Certificate certificate, Instant now) {
        return certificate.getSubjectX500Principal().getName() + ", until "
                + certificate.getNotAfter().toInstant() + " (" + left(certificate, now) + " days left)";
    }

    private static long left(X509Certificate certificate, Instant now) {
        return Duration.between(now, certificate.getNotAfter().toInstant()).toDays();
    }

    private static String alternatives(X509Certificate leaf) throws GeneralSecurityException {
        var all = leaf.getSubjectAlternativeNames();
        return all == null
                ? "no name"
                : all.stream().map(entry -> String.valueOf(entry.get(1))).collect(Collectors.joining(", "));
    }
}
