package io.inplaceguard.certs;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/**
 * Certificates and keys as PEM text. Messages name where the text is from and never quote it.
 *
 * <p>Read here and not by a library: Spring Boot's parser is not available, because this package does not use Spring, and
 * BouncyCastle's parser is in a signed jar, whose verification costs start time. It is loaded only for keys in OpenSSL's
 * traditional format.
 */
public final class Pem {

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

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
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + type + "-----\n" + lines + "\n-----END " + type + "-----\n";
    }

    /**
     * All certificates of a text, at least one.
     *
     * @param where names the text in messages
     */
    public static List<X509Certificate> certificates(String where, String text) {
        List<X509Certificate> found = new ArrayList<>();
        for (Block block : blocks(where, text)) {
            if (block.type().equals("CERTIFICATE")) {
                try {
                    CertificateFactory factory = CertificateFactory.getInstance("X.509");
                    found.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.content())));
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
        for (Block block : blocks(where, text)) {
            if (block.type().equals("PRIVATE KEY")) {
                return pkcs8(where, block.content());
            }
            if (block.type().equals("EC PRIVATE KEY") || block.type().equals("RSA PRIVATE KEY")) {
                return OlderKeys.read(where, text);
            }
        }
        throw new CertificateException(where + " has no private key in it. Put an unencrypted PEM key there.");
    }

    private static PrivateKey pkcs8(String where, byte[] content) {
        for (String algorithm : List.of("EC", "RSA", "Ed25519")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(content));
            } catch (GeneralSecurityException e) {
                // Not of this algorithm: try the next one.
            }
        }
        throw new CertificateException(where + " has a private key that cannot be read. Put an EC or RSA key there.");
    }

    // Never compared and never handed out.
    @SuppressWarnings("ArrayRecordComponent")
    private record Block(String type, byte[] content) {}

    private static List<Block> blocks(String where, String text) {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        try {
            while (matcher.find()) {
                byte[] content = matcher.group(2).contains(":")
                        ? new byte[0]
                        : Base64.getMimeDecoder().decode(matcher.group(2));
                blocks.add(new Block(matcher.group(1), content));
            }
        } catch (IllegalArgumentException e) {
            // The decoder's message quotes the text, which may be a key.
            throw new CertificateException(where + " cannot be read as PEM. Put a whole PEM file there.");
        }
        if (text.split("-----BEGIN ", -1).length - 1 != blocks.size()) {
            throw new CertificateException(where + " ends in the middle of a PEM block. Put a whole PEM file there.");
        }
        return blocks;
    }

    /** Keys in OpenSSL's traditional format. A class of its own, so that the library is loaded only when needed. */
    private static final class OlderKeys {
        static PrivateKey read(String where, String text) {
            try (PEMParser parser = new PEMParser(new StringReader(text))) {
                Object object;
                while ((object = parser.readObject()) != null) {
                    if (object instanceof PEMKeyPair pair) {
                        return new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
                    }
                }
            } catch (IOException | IllegalArgumentException | IllegalStateException e) {
                // Reported below, without the parser's message, which may quote the text.
            }
            throw new CertificateException(
                    where + " has a private key that cannot be read. Put an unencrypted PEM key there.");
        }
    }

    /** Whether the key belongs to the certificate: it verifies what the key signs. */
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
