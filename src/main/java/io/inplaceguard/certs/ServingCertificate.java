package io.inplaceguard.certs;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What a TLS server serves and what its clients trust.
 *
 * @param authorities the CA certificates clients trust; several while one replaces another
 * @param chain       the leaf, then its intermediates if any
 * @param key         the leaf's private key
 */
public record ServingCertificate(List<X509Certificate> authorities, List<X509Certificate> chain, PrivateKey key) {

    private static final char[] NO_PASSWORD = new char[0];

    public ServingCertificate {
        authorities = List.copyOf(authorities);
        chain = List.copyOf(chain);
    }

    /** The serving certificate. */
    public X509Certificate leaf() {
        return chain.get(0);
    }

    /** When the leaf expires. */
    public Instant notAfter() {
        return leaf().getNotAfter().toInstant();
    }

    /** Whether the leaf is valid then. */
    public boolean isValidAt(Instant time) {
        return !time.isBefore(leaf().getNotBefore().toInstant()) && time.isBefore(notAfter());
    }

    /** Whether less than a third of the lifetime of leaf or CA is left. */
    public boolean isNearExpiryAt(Instant time) {
        return isNearExpiry(leaf(), time) || authorities.stream().allMatch(authority -> isNearExpiry(authority, time));
    }

    /** Whether less than a third of a certificate's lifetime is left. */
    public static boolean isNearExpiry(X509Certificate certificate, Instant time) {
        Instant end = certificate.getNotAfter().toInstant();
        Duration life = Duration.between(certificate.getNotBefore().toInstant(), end);
        return time.isAfter(end.minusSeconds(life.toSeconds() / 3));
    }

    /** Whether this pair may be served from then on: valid, not near its expiry, trusted, and for all these names. */
    public boolean isGoodFor(Collection<String> names, Instant time) {
        return isValidAt(time) && !isNearExpiryAt(time) && covers(names) && isTrusted();
    }

    /** Whether one of the authorities has signed the end of the chain, as clients will ask. */
    public boolean isTrusted() {
        return signedBy().isPresent();
    }

    /** The authority that has signed the end of the chain; the first of all where none has. */
    public X509Certificate signer() {
        return signedBy().orElseGet(() -> authorities.get(0));
    }

    private Optional<X509Certificate> signedBy() {
        X509Certificate last = chain.get(chain.size() - 1);
        return authorities.stream()
                .filter(authority -> isSigned(last, authority))
                .findFirst();
    }

    private static boolean isSigned(X509Certificate certificate, X509Certificate authority) {
        try {
            certificate.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /** Whether the leaf names all of these DNS names or IP addresses. */
    public boolean covers(Collection<String> names) {
        return covers(leaf(), names);
    }

    /** Whether that certificate is for all of those DNS names and IP addresses. */
    public static boolean covers(X509Certificate leaf, Collection<String> names) {
        try {
            var alternatives = leaf.getSubjectAlternativeNames();
            List<String> covered = alternatives == null
                    ? List.of()
                    : alternatives.stream()
                            .map(entry -> String.valueOf(entry.get(1)))
                            .toList();
            return names.stream().allMatch(name -> covered.contains(SubjectAltName.canonical(name)));
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    /** For a TLS server: one entry {@code serving}, without a password, in memory. */
    public KeyStore keyStore() {
        try {
            KeyStore store = empty();
            store.setKeyEntry("serving", key, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
            return store;
        } catch (GeneralSecurityException e) {
            throw new CertificateException("The serving pair cannot be put into a key store: " + e.getMessage(), e);
        }
    }

    /** For a TLS client: the CA certificates, in memory. */
    public KeyStore trustStore() {
        return trustStore(authorities);
    }

    /** A trust store of these, in memory. */
    public static KeyStore trustStore(List<X509Certificate> authorities) {
        try {
            KeyStore store = empty();
            for (int i = 0; i < authorities.size(); i++) {
                store.setCertificateEntry("ca-" + i, authorities.get(i));
            }
            return store;
        } catch (GeneralSecurityException e) {
            throw new CertificateException("The CA cannot be put into a trust store: " + e.getMessage(), e);
        }
    }

    /**
     * JKS, for it never leaves the memory: PKCS #12 encrypts and decrypts the key in 10,000 rounds each, a tenth of the time to
     * Ready.
     */
    private static KeyStore empty() throws GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("JKS");
        try {
            store.load(null, NO_PASSWORD);
        } catch (java.io.IOException e) {
            throw new GeneralSecurityException(e);
        }
        return store;
    }
}
