package io.inplaceguard.server;

import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Set;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.apache.tomcat.util.net.SSLUtil;
import org.apache.tomcat.util.net.jsse.JSSEImplementation;
import org.apache.tomcat.util.net.jsse.JSSEUtil;
import org.jspecify.annotations.Nullable;

/** Hands the accepted subjects to Tomcat, which creates this class by its name. Static for that reason; a process has one webhook. */
public final class ClientTrustBridge extends JSSEImplementation {

    private static volatile Set<String> subjects = Set.of();

    private static volatile @Nullable X509Certificate self;

    /** @param allowed CNs, DNS names, addresses or URIs; empty: any certificate that the CA has signed */
    static void accept(Set<String> allowed) {
        subjects = Set.copyOf(allowed);
    }

    /** The certificate with which this process calls itself before it is ready; nobody else has its key. */
    static void acceptSelf(X509Certificate certificate) {
        self = certificate;
    }

    @Override
    public SSLUtil getSSLUtil(SSLHostConfigCertificate certificate) {
        return new JSSEUtil(certificate) {
            @Override
            public TrustManager @Nullable [] getTrustManagers() throws Exception {
                TrustManager[] managers = super.getTrustManagers();
                return managers == null
                        ? null
                        : Arrays.stream(managers)
                                .map(ClientTrustBridge::limited)
                                .toArray(TrustManager[]::new);
            }
        };
    }

    private static TrustManager limited(TrustManager manager) {
        return manager instanceof X509ExtendedTrustManager x509
                ? new SubjectTrustManager(x509, subjects, certificate -> certificate.equals(self))
                : manager;
    }
}
