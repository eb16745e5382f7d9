package io.inplaceguard.certs;

/** Certificates that cannot be made, read or used. The message is a sentence for a person and names the file. */
public final class CertificateException extends RuntimeException {

    CertificateException(String sentence) {
        super(sentence);
    }

    CertificateException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
