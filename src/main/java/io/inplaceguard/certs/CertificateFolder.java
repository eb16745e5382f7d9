package io.inplaceguard.certs;

import io.inplaceguard.certs.CertificateMaker.Authority;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/**
 * A folder with {@code ca.crt}, {@code tls.crt} and {@code tls.key}, the keys of a {@code kubernetes.io/tls} Secret; and
 * {@code ca.key} where the CA was made here, so that its leaf can be renewed under the same trust.
 *
 * @param folder where the files are
 */
public record CertificateFolder(Path folder) {

    public static final String CA_CERTIFICATE = "ca.crt";
    public static final String CERTIFICATE = "tls.crt";
    public static final String KEY = "tls.key";
    static final String CA_KEY = "ca.key";
    private static final String LOCK = ".lock";

    private static final List<String> ALWAYS_SERVED = List.of("localhost", "127.0.0.1", "::1");

    /**
     * Reads the pair and holds it against itself.
     *
     * @throws CertificateException when a file is missing or unreadable, or key and certificate do not belong together
     */
    public ServingPair read() {
        List<X509Certificate> authorities = certificates(CA_CERTIFICATE);
        List<X509Certificate> chain = certificates(CERTIFICATE);
        PrivateKey key = key(KEY);
        if (!belongTogether(key, chain.get(0))) {
            throw new CertificateException(folder.resolve(KEY) + " is not the key of " + folder.resolve(CERTIFICATE)
                    + ". Put a matching pair there.");
        }
        return new ServingPair(authorities, chain, key);
    }

    /**
     * The pair of this folder, made anew where it is missing, unusable, near its expiry or lacking a name. A CA made here
     * that is not near its own expiry is kept, so that those who trust it go on. Processes that share the folder agree on
     * one pair.
     *
     * @param names served besides localhost, 127.0.0.1 and ::1
     */
    public ServingPair ensure(List<String> names, Instant now) {
        List<String> all = new ArrayList<>(ALWAYS_SERVED);
        all.addAll(names);
        Optional<ServingPair> there = usable(all, now);
        return there.isPresent() ? there.get() : exclusively(() -> usable(all, now).orElseGet(() -> make(all, now)));
    }

    private Optional<ServingPair> usable(List<String> names, Instant now) {
        try {
            ServingPair pair = read();
            boolean good = pair.isValidAt(now) && !pair.isNearExpiryAt(now) && pair.covers(names) && pair.isTrusted();
            return good ? Optional.of(pair) : Optional.empty();
        } catch (CertificateException e) {
            // Missing or unusable: it is made.
            return Optional.empty();
        }
    }

    private ServingPair make(List<String> names, Instant now) {
        Authority authority = authority(now);
        write(authority, CertificateMaker.pair(authority, names, now, CertificateMaker.LEAF_LIFE));
        return read();
    }

    /** A lock for this process, and one for all of them: a file lock does not keep two threads apart. */
    private ServingPair exclusively(Supplier<ServingPair> work) {
        synchronized (CertificateFolder.class) {
            try {
                Files.createDirectories(folder);
                try (FileChannel channel =
                        FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                    // Released when the channel closes.
                    channel.lock();
                    return work.get();
                }
            } catch (IOException e) {
                throw notWritable(e);
            }
        }
    }

    private Authority authority(Instant now) {
        try {
            X509Certificate certificate = certificates(CA_CERTIFICATE).get(0);
            PrivateKey key = key(CA_KEY);
            if (belongTogether(key, certificate) && !ServingPair.isNearExpiry(certificate, now)) {
                return new Authority(certificate, key);
            }
        } catch (CertificateException e) {
            // None of ours: a new one is made.
        }
        return CertificateMaker.authority(now, CertificateMaker.AUTHORITY_LIFE);
    }

    /** Writes CA and pair; private keys are their owner's alone from the first byte on. */
    public void write(Authority authority, ServingPair pair) {
        try {
            Files.createDirectories(folder);
            write(CA_KEY, pem("PRIVATE KEY", authority.key().getEncoded()), true);
            write(KEY, pem("PRIVATE KEY", pair.key().getEncoded()), true);
            write(CERTIFICATE, pem("CERTIFICATE", pair.leaf().getEncoded()), false);
            write(CA_CERTIFICATE, pem("CERTIFICATE", authority.certificate().getEncoded()), false);
        } catch (IOException | GeneralSecurityException e) {
            throw notWritable(e);
        }
    }

    private CertificateException notWritable(Exception e) {
        return new CertificateException(
                "Certificates cannot be written to " + folder + ": " + e.getMessage() + ". Give a folder that can be written to.",
                e);
    }

    private static String pem(String type, byte[] content) throws IOException {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(type, content));
        }
        return text.toString();
    }

    /** By way of a temporary file, so that nobody reads half of one. */
    private void write(String name, String content, boolean secret) throws IOException {
        Path target = folder.resolve(name);
        Path temporary = folder.resolve("." + name + "-" + UUID.randomUUID());
        boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(secret ? "rw-------" : "rw-r--r--"))
                }
                : new FileAttribute<?>[0];
        var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            try (SeekableByteChannel channel = Files.newByteChannel(temporary, options, attributes)) {
                channel.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private List<X509Certificate> certificates(String name) {
        List<X509Certificate> found = new ArrayList<>();
        for (Object object : pemObjects(name)) {
            if (object instanceof X509CertificateHolder holder) {
                try {
                    found.add(new JcaX509CertificateConverter().getCertificate(holder));
                } catch (java.security.cert.CertificateException e) {
                    throw new CertificateException(folder.resolve(name) + " has a certificate that cannot be read.", e);
                }
            }
        }
        if (found.isEmpty()) {
            throw new CertificateException(folder.resolve(name) + " has no certificate in it. Put a PEM certificate there.");
        }
        return found;
    }

    private PrivateKey key(String name) {
        JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
        for (Object object : pemObjects(name)) {
            try {
                if (object instanceof PrivateKeyInfo info) {
                    return converter.getPrivateKey(info);
                }
                if (object instanceof PEMKeyPair pair) {
                    return converter.getPrivateKey(pair.getPrivateKeyInfo());
                }
            } catch (IOException e) {
                throw new CertificateException(folder.resolve(name) + " has a private key that cannot be read.", e);
            }
        }
        throw new CertificateException(
                folder.resolve(name) + " has no private key in it. Put an unencrypted PEM key there.");
    }

    private List<Object> pemObjects(String name) {
        Path file = folder.resolve(name);
        List<Object> objects = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file, StandardCharsets.UTF_8)))) {
            Object object;
            while ((object = parser.readObject()) != null) {
                objects.add(object);
            }
            return objects;
        } catch (NoSuchFileException e) {
            throw new CertificateException(
                    file + " does not exist. Make a pair with: java -jar inplace-guard.jar certs --out " + folder, e);
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            // The parser's words could quote the file, which may be a key.
            throw new CertificateException(file + " cannot be read as PEM. Put a whole PEM file there.");
        }
    }

    private static boolean belongTogether(PrivateKey key, X509Certificate certificate) {
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
