package io.inplaceguard.certs.rotation;

import io.inplaceguard.certs.CertificateAuthority.Authority;
import io.inplaceguard.certs.ServingCertificate;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * CAs and the serving certificate. While one CA replaces another there are two: first the next one beside the current one, then
 * the current one beside the old one.
 *
 * @param authority the CA of the leaf
 * @param key       its key; null where it was lost, so that it cannot sign any more
 * @param next      the next CA: published, but no served certificate is signed by it yet; null outside of a rotation
 * @param old       the previous CA: still trusted, until no replica serves a certificate of it; null outside of a rotation
 * @param chain     the leaf; empty where it cannot be used
 * @param leafKey   its key; null where it cannot be used
 */
record KeyMaterial(
        X509Certificate authority,
        @Nullable PrivateKey key,
        @Nullable Authority next,
        @Nullable X509Certificate old,
        List<X509Certificate> chain,
        @Nullable PrivateKey leafKey) {

    KeyMaterial {
        chain = List.copyOf(chain);
    }

    static KeyMaterial of(Authority authority, ServingCertificate pair) {
        return new KeyMaterial(authority.certificate(), authority.key(), null, null, pair.chain(), pair.key());
    }

    /** The served certificate and its CA, whose key is not known, and the next CA, which replaces that one. */
    static KeyMaterial replacing(ServingCertificate served, Authority next) {
        return new KeyMaterial(served.signer(), null, next, null, served.chain(), served.key());
    }

    /** The CAs that the API server has to trust: of what is served now, next, and of what was served until now. */
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

    /** The pair to serve; empty where it cannot be used. */
    Optional<ServingCertificate> pair() {
        return chain.isEmpty() || leafKey == null
                ? Optional.empty()
                : Optional.of(new ServingCertificate(trusted(), chain, leafKey));
    }

    /** The current CA with its key; empty where the key was lost. */
    Optional<Authority> signer() {
        return key == null ? Optional.empty() : Optional.of(new Authority(authority, key));
    }

    KeyMaterial withLeaf(ServingCertificate pair) {
        return new KeyMaterial(authority, key, next, old, pair.chain(), pair.key());
    }

    KeyMaterial withNext(Authority created) {
        return new KeyMaterial(authority, key, created, old, chain, leafKey);
    }

    /** The given CA becomes the current one, with the given leaf; the current one becomes the old one. */
    KeyMaterial promoted(Authority promoted, ServingCertificate pair) {
        return new KeyMaterial(promoted.certificate(), promoted.key(), null, authority, pair.chain(), pair.key());
    }

    KeyMaterial withOld(X509Certificate certificate) {
        return new KeyMaterial(authority, key, next, certificate, chain, leafKey);
    }

    KeyMaterial withoutOld() {
        return new KeyMaterial(authority, key, next, null, chain, leafKey);
    }
}
