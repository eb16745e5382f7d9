package io.inplaceguard.certs;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/** Certificates and keys as PEM text. Messages name where the text is from and never quote it. */
public final class Pem {

    private Pem() {}

    /** A certificate as text. */
    public static String of(X509Certificate certificate) {
        try {
            return text("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new CertificateException("A certificate cannot be written as PEM: " + e.getMessage(), e);
        }
    }

    /** A private key as text: PKCS #8, unencrypted. */
    public static String of(PrivateKey key) {
        return text("PRIVATE KEY", key.getEncoded());
    }

    private static String text(String type, byte[] content) {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(type, content));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return text.toString();
    }

    /**
     * All certificates of a text, at least one.
     *
     * @param where names the text in messages
     */
    public static List<X509Certificate> certificates(String where, String text) {
        List<X509Certificate> found = new ArrayList<>();
        for (Object object : objects(where, text)) {
            if (object instanceof X509CertificateHolder holder) {
                try {
                    found.add(new JcaX509CertificateConverter().getCertificate(holder));
                } catch (java.security.cert.CertificateException e) {
                    throw new CertificateException(where + " has a certificate that cannot be read.", e);
                }
            }
        }
        if (found.isEmpty()) {
            throw new CertificateException(where + " has no certificate in it. Put a PEM certificate there.");
        }
        return found;
    }

    /** The first private key of a text. */
    public static PrivateKey key(String where, String text) {
        JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
        for (Object object : objects(where, text)) {
            try {
                if (object instanceof PrivateKeyInfo info) {
                    return converter.getPrivateKey(info);
                }
                if (object instanceof PEMKeyPair pair) {
                    return converter.getPrivateKey(pair.getPrivateKeyInfo());
                }
            } catch (IOException e) {
                throw new CertificateException(where + " has a private key that cannot be read.", e);
            }
        }
        throw new CertificateException(where + " has no private key in it. Put an unencrypted PEM key there.");
    }

    private static List<Object> objects(String where, String text) {
        List<Object> objects = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            Object object;
            while ((object = parser.readObject()) != null) {
                objects.add(object);
            }
            return objects;
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            // The parser's words could quote the text, which may be a key.
            throw new CertificateException(where + " cannot be read as PEM. Put a whole PEM file there.");
        }
    }

    /** Whether the key is the certificate's: what the one signs the other verifies. */
    public static boolean belongTogether(PrivateKey key, X509Certificate certificate) {
        try {
            String algorithm = key.getAlgorithm().startsWith("EC") ? "SHA256withECDSA" : "SHA256withRSA";
            byte[] sample = {1, 2, 3};
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(sample);
            byte[] signature = signer.sign();
            signer.initVerify(certificate.getPublicKey());
            signer.update(sample);
            return signer.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
