package io.inplaceguard.server;

import io.inplaceguard.certs.CertificateException;
import io.inplaceguard.certs.Pem;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.apache.tomcat.util.net.SSLUtil;
import org.apache.tomcat.util.net.jsse.JSSEImplementation;
import org.apache.tomcat.util.net.jsse.JSSEUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which clients may connect, where that is asked: signed by the client CA, and of an allowed subject if any is named. */
final class ClientCaWatcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ClientCaWatcher.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    /** Static, because Tomcat makes what asks it by its class's name. A process has one webhook. */
    private static volatile Set<String> subjects = Set.of();

    private static volatile @Nullable X509Certificate self;

    private final Path file;
    private final Consumer<List<X509Certificate>> changed;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "client-ca-watcher");
        thread.setDaemon(true);
        return thread;
    });
    private List<X509Certificate> handedOn;
    private String complained = "";

    /**
     * @param allowed CNs, DNS names, addresses or URIs; empty for anybody that the CA has signed
     * @param changed gets the CAs when the file has changed
     */
    ClientCaWatcher(
            Path file, List<String> allowed, List<X509Certificate> first, Consumer<List<X509Certificate>> changed) {
        this.file = file;
        this.changed = changed;
        this.handedOn = first;
        subjects = Set.copyOf(allowed);
        executor.scheduleWithFixedDelay(this::look, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** @throws CertificateException where the file cannot be read or holds no certificate */
    static List<X509Certificate> read(Path file) {
        try {
            return Pem.certificates(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new CertificateException(
                    file + " cannot be read. Put the CA of clients there, or set inplace-guard.client-ca.mode=off.", e);
        }
    }

    /** The certificate by which this process calls itself before it is ready; nobody else has its key. */
    static void trustSelf(X509Certificate certificate) {
        self = certificate;
    }

    private void look() {
        try {
            List<X509Certificate> now = read(file);
            if (!now.equals(handedOn)) {
                changed.accept(now);
                handedOn = now;
                LOG.info("trusting the new client CA of {}", file);
            }
            complained = "";
        } catch (RuntimeException e) {
            String problem = String.valueOf(e.getMessage());
            if (!problem.equals(complained)) {
                LOG.warn("keeping the current client CA: {}", problem);
                complained = problem;
            }
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    /** Tomcat's own, but for who is trusted. */
    public static final class Implementation extends JSSEImplementation {
        @Override
        public SSLUtil getSSLUtil(SSLHostConfigCertificate certificate) {
            return new JSSEUtil(certificate) {
                @Override
                public TrustManager[] getTrustManagers() throws Exception {
                    TrustManager[] managers = super.getTrustManagers();
                    return managers == null
                            ? null
                            : Arrays.stream(managers)
                                    .map(manager -> manager instanceof X509ExtendedTrustManager x509
                                            ? new Subjects(x509)
                                            : manager)
                                    .toArray(TrustManager[]::new);
                }
            };
        }
    }

    /** Lets through whom the CA has signed and the settings name. */
    private static final class Subjects extends X509ExtendedTrustManager {
        private final X509ExtendedTrustManager signed;

        Subjects(X509ExtendedTrustManager signed) {
            this.signed = signed;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws java.security.cert.CertificateException {
            if (!chain[0].equals(self)) {
                signed.checkClientTrusted(chain, type, engine);
                allow(chain[0]);
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws java.security.cert.CertificateException {
            if (!chain[0].equals(self)) {
                signed.checkClientTrusted(chain, type, socket);
                allow(chain[0]);
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type)
                throws java.security.cert.CertificateException {
            if (!chain[0].equals(self)) {
                signed.checkClientTrusted(chain, type);
                allow(chain[0]);
            }
        }

        private static void allow(X509Certificate certificate) throws java.security.cert.CertificateException {
            if (!subjects.isEmpty() && names(certificate).stream().noneMatch(subjects::contains)) {
                throw new java.security.cert.CertificateException(
                        "this client is not in inplace-guard.client-ca.subjects");
            }
        }

        private static List<String> names(X509Certificate certificate) throws CertificateParsingException {
            List<String> names = new ArrayList<>();
            try {
                for (Rdn part :
                        new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                    if (part.getType().equalsIgnoreCase("CN")) {
                        names.add(String.valueOf(part.getValue()));
                    }
                }
            } catch (InvalidNameException e) {
                LOG.debug("a client's subject cannot be read");
            }
            var alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                alternatives.forEach(entry -> names.add(String.valueOf(entry.get(1))));
            }
            return names;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws java.security.cert.CertificateException {
            signed.checkServerTrusted(chain, type, engine);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws java.security.cert.CertificateException {
            signed.checkServerTrusted(chain, type, socket);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type)
                throws java.security.cert.CertificateException {
            signed.checkServerTrusted(chain, type);
        }

        /** Names no CA: a client that has one certificate sends it. */
        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
