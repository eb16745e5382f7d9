package io.inplaceguard.server;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts clients whose certificate the client CA has signed and, where subjects are configured, that bear one of them. */
final class SubjectTrustManager extends X509ExtendedTrustManager {

    private static final Logger LOG = LoggerFactory.getLogger(SubjectTrustManager.class);

    private final X509ExtendedTrustManager signed;
    private final Set<String> subjects;
    private final Predicate<X509Certificate> self;

    /**
     * @param signed   checks signatures and validity
     * @param subjects CNs, DNS names, addresses or URIs; empty: any certificate that the CA has signed
     * @param self     whether a certificate is the one with which this process calls itself
     */
    SubjectTrustManager(X509ExtendedTrustManager signed, Set<String> subjects, Predicate<X509Certificate> self) {
        this.signed = signed;
        this.subjects = Set.copyOf(subjects);
        this.self = self;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        if (!self.test(chain[0])) {
            signed.checkClientTrusted(chain, type, engine);
            requireSubject(chain[0]);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        if (!self.test(chain[0])) {
            signed.checkClientTrusted(chain, type, socket);
            requireSubject(chain[0]);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        if (!self.test(chain[0])) {
            signed.checkClientTrusted(chain, type);
            requireSubject(chain[0]);
        }
    }

    private void requireSubject(X509Certificate certificate) throws CertificateException {
        if (!subjects.isEmpty() && names(certificate).stream().noneMatch(subjects::contains)) {
            throw new CertificateException("this client is not in inplace-guard.client-ca.subjects");
        }
    }

    private static List<String> names(X509Certificate certificate) throws CertificateParsingException {
        List<String> names = new ArrayList<>();
        try {
            for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
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
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        signed.checkServerTrusted(chain, type, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        signed.checkServerTrusted(chain, type, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        signed.checkServerTrusted(chain, type);
    }

    /** Names no CA: a client that has one certificate sends it. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
