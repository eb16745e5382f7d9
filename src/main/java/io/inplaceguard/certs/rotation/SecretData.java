package io.inplaceguard.certs.rotation;

import io.fabric8.kubernetes.api.model.Secret;
import io.inplaceguard.certs.CertificateAuthority.Authority;
import io.inplaceguard.certs.CertificateException;
import io.inplaceguard.certs.Pem;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Key material as the data of a Secret: PEM, base64. */
final class SecretData {

    private static final String CA_CERTIFICATE = "ca.crt";
    private static final String CA_KEY = "ca.key";
    private static final String NEXT_CERTIFICATE = "next-ca.crt";
    private static final String NEXT_KEY = "next-ca.key";
    private static final String OLD_CERTIFICATE = "old-ca.crt";
    private static final String CERTIFICATE = "tls.crt";
    private static final String KEY = "tls.key";

    private static final Logger LOG = LoggerFactory.getLogger(SecretData.class);

    private final Map<String, String> data;
    private final String name;

    private SecretData(Map<String, String> data, String name) {
        this.data = data;
        this.name = name;
    }

    /**
     * Reads what can be read; the rest is logged and counts as missing. Empty where there is no readable CA. The chart creates
     * the Secret without data, which is not logged.
     */
    static Optional<KeyMaterial> read(Secret secret) {
        if (secret.getData() == null) {
            return Optional.empty();
        }
        return new SecretData(secret.getData(), secret.getMetadata().getName()).read();
    }

    private Optional<KeyMaterial> read() {
        X509Certificate authority = certificate(CA_CERTIFICATE);
        if (authority == null) {
            return Optional.empty();
        }
        PrivateKey authorityKey = key(CA_KEY, authority);
        X509Certificate nextCertificate = certificate(NEXT_CERTIFICATE);
        PrivateKey nextKey = nextCertificate == null ? null : key(NEXT_KEY, nextCertificate);
        Authority next = nextCertificate == null || nextKey == null ? null : new Authority(nextCertificate, nextKey);
        X509Certificate leaf = certificate(CERTIFICATE);
        PrivateKey leafKey = leaf == null ? null : key(KEY, leaf);
        return Optional.of(new KeyMaterial(
                authority,
                authorityKey,
                next,
                certificate(OLD_CERTIFICATE),
                leaf == null || leafKey == null ? List.of() : List.of(leaf),
                leafKey));
    }

    private @Nullable X509Certificate certificate(String entry) {
        String encoded = data.get(entry);
        if (encoded == null) {
            return null;
        }
        try {
            return Pem.certificates(where(entry), text(encoded)).get(0);
        } catch (CertificateException e) {
            LOG.warn("regenerating: {}", e.getMessage());
            return null;
        }
    }

    private @Nullable PrivateKey key(String entry, X509Certificate certificate) {
        String encoded = data.get(entry);
        if (encoded == null) {
            return null;
        }
        try {
            PrivateKey key = Pem.key(where(entry), text(encoded));
            return Pem.belongTogether(key, certificate) ? key : null;
        } catch (CertificateException e) {
            LOG.warn("regenerating: {}", e.getMessage());
            return null;
        }
    }

    private String where(String entry) {
        return entry + " of secret " + name;
    }

    /** Invalid base64 counts as empty, which is reported as a missing certificate or key. */
    private static String text(String encoded) {
        try {
            return new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** The data of a Secret that holds this. */
    static Map<String, String> write(KeyMaterial material) {
        Map<String, String> data = new HashMap<>();
        data.put(CA_CERTIFICATE, Pem.of(material.authority()));
        if (material.key() != null) {
            data.put(CA_KEY, Pem.of(material.key()));
        }
        if (material.next() != null) {
            data.put(NEXT_CERTIFICATE, Pem.of(material.next().certificate()));
            data.put(NEXT_KEY, Pem.of(material.next().key()));
        }
        if (material.old() != null) {
            data.put(OLD_CERTIFICATE, Pem.of(material.old()));
        }
        if (!material.chain().isEmpty() && material.leafKey() != null) {
            data.put(CERTIFICATE, Pem.of(material.chain().get(0)));
            data.put(KEY, Pem.of(material.leafKey()));
        }
        data.replaceAll((entry, text) -> Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
        return data;
    }
}
