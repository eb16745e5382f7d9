package io.inplaceguard.certs.rotation;

import io.fabric8.kubernetes.api.model.Secret;
import io.inplaceguard.certs.CertificateAuthority.Authority;
import io.inplaceguard.certs.CertificateException;
import io.inplaceguard.certs.Pem;
import io.inplaceguard.certs.ServingCertificate;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the Secret holds. While a CA replaces another it holds two: first the next one beside the current one, then the
 * current one beside the old one.
 *
 * @param authority the CA of the leaf
 * @param key       its key; null where it was lost, so that nothing can be signed by it any more
 * @param next      the CA to come: published, but nothing served is signed by it yet
 * @param old       the CA that was: still trusted, until no replica serves a leaf of it
 * @param chain     the leaf; empty where it cannot be used
 * @param leafKey   its key
 */
record CertificateSecret(
        X509Certificate authority,
        @Nullable PrivateKey key,
        @Nullable Authority next,
        @Nullable X509Certificate old,
        List<X509Certificate> chain,
        @Nullable PrivateKey leafKey) {

    static final String CA_CERTIFICATE = "ca.crt";
    static final String CA_KEY = "ca.key";
    static final String NEXT_CERTIFICATE = "next-ca.crt";
    static final String NEXT_KEY = "next-ca.key";
    static final String OLD_CERTIFICATE = "old-ca.crt";
    static final String CERTIFICATE = "tls.crt";
    static final String KEY = "tls.key";

    private static final Logger LOG = LoggerFactory.getLogger(CertificateSecret.class);

    static CertificateSecret of(Authority authority, ServingCertificate pair) {
        return new CertificateSecret(authority.certificate(), authority.key(), null, null, pair.chain(), pair.key());
    }

    /** What the Secret holds; empty where there is no CA in it that can be read. The chart's is empty at first, as intended. */
    static Optional<CertificateSecret> read(@Nullable Secret secret) {
        if (secret == null || secret.getData() == null || secret.getData().isEmpty()) {
            return Optional.empty();
        }
        Reader reader = new Reader(secret);
        X509Certificate authority = reader.certificate(CA_CERTIFICATE);
        if (authority == null) {
            return Optional.empty();
        }
        PrivateKey key = reader.key(CA_KEY, authority);
        X509Certificate nextCertificate = reader.certificate(NEXT_CERTIFICATE);
        PrivateKey nextKey = nextCertificate == null ? null : reader.key(NEXT_KEY, nextCertificate);
        Authority next = nextCertificate == null || nextKey == null ? null : new Authority(nextCertificate, nextKey);
        X509Certificate leaf = reader.certificate(CERTIFICATE);
        PrivateKey leafKey = leaf == null ? null : reader.key(KEY, leaf);
        return Optional.of(new CertificateSecret(
                authority,
                key,
                next,
                reader.certificate(OLD_CERTIFICATE),
                leaf == null || leafKey == null ? List.of() : List.of(leaf),
                leafKey));
    }

    private record Reader(Secret secret) {
        @Nullable
        X509Certificate certificate(String name) {
            if (!secret.getData().containsKey(name)) {
                return null;
            }
            try {
                return Pem.certificates(where(name), text(name)).get(0);
            } catch (CertificateException e) {
                LOG.warn("regenerating: {}", e.getMessage());
                return null;
            }
        }

        @Nullable
        PrivateKey key(String name, X509Certificate certificate) {
            if (!secret.getData().containsKey(name)) {
                return null;
            }
            try {
                PrivateKey key = Pem.key(where(name), text(name));
                return Pem.belongTogether(key, certificate) ? key : null;
            } catch (CertificateException e) {
                LOG.warn("regenerating: {}", e.getMessage());
                return null;
            }
        }

        private String where(String name) {
            return name + " of secret " + secret.getMetadata().getName();
        }

        private String text(String name) {
            try {
                return new String(Base64.getDecoder().decode(secret.getData().get(name)), StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                return "";
            }
        }
    }

    /** For the Secret's data. */
    Map<String, String> data() {
        Map<String, String> data = new HashMap<>();
        data.put(CA_CERTIFICATE, Pem.of(authority));
        if (key != null) {
            data.put(CA_KEY, Pem.of(key));
        }
        if (next != null) {
            data.put(NEXT_CERTIFICATE, Pem.of(next.certificate()));
            data.put(NEXT_KEY, Pem.of(next.key()));
        }
        if (old != null) {
            data.put(OLD_CERTIFICATE, Pem.of(old));
        }
        if (!chain.isEmpty() && leafKey != null) {
            data.put(CERTIFICATE, Pem.of(chain.get(0)));
            data.put(KEY, Pem.of(leafKey));
        }
        data.replaceAll((name, text) -> Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
        return data;
    }

    /** What the API server is to trust: all that is served now, or soon, or was a moment ago. */
    List<X509Certificate> trusted() {
        List<X509Certificate> all = new ArrayList<>(List.of(authority));
        if (next != null) {
            all.add(next.certificate());
        }
        if (old != null && !all.contains(old)) {
            all.add(old);
        }
        return all;
    }

    /** The pair to serve; empty where there is none. */
    Optional<ServingCertificate> pair() {
        return chain.isEmpty() || leafKey == null
                ? Optional.empty()
                : Optional.of(new ServingCertificate(trusted(), chain, Objects.requireNonNull(leafKey)));
    }

    /** The CA that signs, if its key is there. */
    Optional<Authority> signer() {
        return key == null ? Optional.empty() : Optional.of(new Authority(authority, key));
    }

    CertificateSecret withLeaf(ServingCertificate pair) {
        return new CertificateSecret(authority, key, next, old, pair.chain(), pair.key());
    }

    CertificateSecret withNext(Authority made) {
        return new CertificateSecret(authority, key, made, old, chain, leafKey);
    }

    /** The next CA becomes the current one, with that leaf of it. */
    CertificateSecret promoted(Authority made, ServingCertificate pair) {
        return new CertificateSecret(made.certificate(), made.key(), null, authority, pair.chain(), pair.key());
    }

    CertificateSecret withOld(X509Certificate certificate) {
        return new CertificateSecret(authority, key, next, certificate, chain, leafKey);
    }

    CertificateSecret withoutOld() {
        return new CertificateSecret(authority, key, next, null, chain, leafKey);
    }
}
