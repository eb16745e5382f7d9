package io.inplaceguard.certs;

import io.inplaceguard.certs.CertificateAuthority.Authority;
import java.io.IOException;
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
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * A folder with {@code ca.crt}, {@code tls.crt} and {@code tls.key}, the keys of a {@code kubernetes.io/tls} Secret; and
 * {@code ca.key} where the CA was made here, so that its leaf can be renewed under the same trust.
 *
 * @param folder where the files are
 */
public record CertificateDirectory(Path folder) {

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
    public ServingCertificate read() {
        List<X509Certificate> authorities = certificates(CA_CERTIFICATE);
        List<X509Certificate> chain = certificates(CERTIFICATE);
        PrivateKey key = key(KEY);
        if (!Pem.belongTogether(key, chain.get(0))) {
            throw new CertificateException(folder.resolve(KEY) + " is not the key of " + folder.resolve(CERTIFICATE)
                    + ". Put a matching pair there.");
        }
        return new ServingCertificate(authorities, chain, key);
    }

    /**
     * The pair of this folder, created again where it is missing, unusable, near its expiry or lacking a name. A CA made here
     * that is not near its own expiry is kept, so that those who trust it go on. Processes that share the folder agree on
     * one pair.
     *
     * @param names served besides localhost, 127.0.0.1 and ::1
     */
    public ServingCertificate ensure(List<String> names, Instant now) {
        List<String> all = new ArrayList<>(ALWAYS_SERVED);
        all.addAll(names);
        Optional<ServingCertificate> there = usable(all, now);
        return there.isPresent()
                ? there.get()
                : exclusively(() -> usable(all, now).orElseGet(() -> make(all, now)));
    }

    private Optional<ServingCertificate> usable(List<String> names, Instant now) {
        try {
            ServingCertificate pair = read();
            return pair.isGoodFor(names, now) ? Optional.of(pair) : Optional.empty();
        } catch (CertificateException e) {
            // Missing or unusable: it is made.
            return Optional.empty();
        }
    }

    private ServingCertificate make(List<String> names, Instant now) {
        Authority authority = authority(now);
        write(authority, CertificateAuthority.pair(authority, names, now, CertificateAuthority.LEAF_LIFE));
        return read();
    }

    /** A lock for this process, and one for all of them: a file lock does not keep two threads apart. */
    private ServingCertificate exclusively(Supplier<ServingCertificate> work) {
        synchronized (CertificateDirectory.class) {
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
            if (Pem.belongTogether(key, certificate) && !ServingCertificate.isNearExpiry(certificate, now)) {
                return new Authority(certificate, key);
            }
        } catch (CertificateException e) {
            // None of ours: a new one is made.
        }
        return CertificateAuthority.authority(now, CertificateAuthority.AUTHORITY_LIFE);
    }

    /** Writes CA and pair; private keys are their owner's alone from the first byte on. */
    public void write(Authority authority, ServingCertificate pair) {
        try {
            Files.createDirectories(folder);
            write(CA_KEY, Pem.of(authority.key()), true);
            write(KEY, Pem.of(pair.key()), true);
            write(CERTIFICATE, Pem.of(pair.leaf()), false);
            write(CA_CERTIFICATE, Pem.of(authority.certificate()), false);
        } catch (IOException e) {
            throw notWritable(e);
        }
    }

    private CertificateException notWritable(Exception e) {
        return new CertificateException(
                "Certificates cannot be written to " + folder + ": " + e.getMessage()
                        + ". Give a folder that can be written to.",
                e);
    }

    /** By way of a temporary file, so that nobody reads half of one. */
    private void write(String name, String content, boolean secret) throws IOException {
        Path target = folder.resolve(name);
        Path temporary = folder.resolve("." + name + "-" + UUID.randomUUID());
        boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString(secret ? "rw-------" : "rw-r--r--"))
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
        return Pem.certificates(folder.resolve(name).toString(), text(name));
    }

    private PrivateKey key(String name) {
        return Pem.key(folder.resolve(name).toString(), text(name));
    }

    private String text(String name) {
        Path file = folder.resolve(name);
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new CertificateException(
                    file + " does not exist. Make a pair with: java -jar inplace-guard.jar certs --out " + folder, e);
        } catch (IOException e) {
            throw new CertificateException(file + " cannot be read as PEM. Put a whole PEM file there.");
        }
    }
}
