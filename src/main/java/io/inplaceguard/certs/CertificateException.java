package io.inplaceguard.certs;

/** Certificates that cannot be made, read or used. The message is a sentence for a person and names the file. */
public final class CertificateException extends RuntimeException {

    /** A file that is there and cannot be used. */
    public CertificateException(java.nio.file.Path folder, String file, String what) {
        super(folder.resolve(file) + " " + what + ".");
    }

    CertificateException(String sentence) {
        super(sentence);
    }

    public CertificateException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
