package io.inplaceguard.cluster.audit;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Whether an API server that trusts a caBundle would accept a serving certificate. */
final class CaBundles {

    private CaBundles() {}

    /**
     * The first problem as a sentence; empty without one.
     *
     * @param bundle  base64 of PEM, as in a webhook configuration
     * @param serving the same for the certificate in the Secret; empty where it is not known
     */
    static String problem(String bundle, String serving, Instant now) {
        if (bundle.isEmpty()) {
            return "The caBundle is empty, so the API server cannot call the webhook.";
        }
        try {
            List<X509Certificate> authorities = certificates(bundle);
            if (authorities.isEmpty()) {
                return "The caBundle has no certificate, so the API server cannot call the webhook.";
            }
            List<X509Certificate> valid = authorities.stream()
                    .filter(authority -> isValid(authority, now))
                    .toList();
            if (valid.isEmpty()) {
                return "Every certificate of the caBundle has expired, so the API server cannot call the webhook.";
            }
            List<X509Certificate> leaf = serving.isEmpty() ? List.of() : certificates(serving);
            if (leaf.isEmpty()) {
                return "";
            }
            if (!isValid(leaf.get(0), now)) {
                return "The serving certificate is not valid now; it expires at "
                        + leaf.get(0).getNotAfter().toInstant() + ".";
            }
            return valid.stream().anyMatch(authority -> hasSigned(authority, leaf.get(0)))
                    ? ""
                    : "No certificate of the caBundle has signed the serving certificate.";
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return "The caBundle or the serving certificate is not PEM.";
        }
    }

    private static List<X509Certificate> certificates(String base64) throws GeneralSecurityException {
        List<X509Certificate> found = new ArrayList<>();
        byte[] pem = Base64.getDecoder().decode(base64);
        for (Certificate each :
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem))) {
            found.add((X509Certificate) each);
        }
        return found;
    }

    private static boolean isValid(X509Certificate certificate, Instant now) {
        return !now.isAfter(certificate.getNotAfter().toInstant())
                && !now.isBefore(certificate.getNotBefore().toInstant());
    }

    private static boolean hasSigned(X509Certificate authority, X509Certificate leaf) {
        try {
            leaf.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
