package io.inplaceguard.certs;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Makes a CA and serving certificates: ECDSA P-256, SHA-256. */
public final class CertificateAuthority {

    /** A CA with its key. */
    public record Authority(X509Certificate certificate, PrivateKey key) {}

    /** The default lifetime of a serving certificate. */
    public static final Duration LEAF_LIFE = Duration.ofDays(90);

    /** The default lifetime of a CA. */
    public static final Duration AUTHORITY_LIFE = Duration.ofDays(730);

    /** Clocks of clients may be a little behind. */
    public static final Duration SKEW = Duration.ofMinutes(5);

    private CertificateAuthority() {}

    /** A new CA, valid from now on. */
    public static Authority authority(Instant now, Duration life) {
        return CertificateIssuer.authority(now, life);
    }

    /**
     * A new serving pair of that CA; it never outlives it.
     *
     * @param names DNS names and IP addresses
     * @throws CertificateException when a name is neither a DNS name nor an address
     */
    public static ServingCertificate pair(Authority authority, List<String> names, Instant now, Duration life) {
        Set<String> unique = new LinkedHashSet<>();
        names.forEach(name -> unique.add(SubjectAltName.canonical(name)));
        if (unique.isEmpty()) {
            throw new CertificateException("A serving certificate needs at least one DNS name. Give one.");
        }
        return CertificateIssuer.pair(authority, unique, now, life);
    }
}
