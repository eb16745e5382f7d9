package io.inplaceguard.server;

import io.inplaceguard.certs.CertificateException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what is wrong with the certificates in a sentence instead of a stack trace. Found through spring.factories. */
final class CertificateFailureAnalyzer extends AbstractFailureAnalyzer<CertificateException> {

    @Override
    protected FailureAnalysis analyze(Throwable root, CertificateException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Check inplace-guard.certs.mode (self-signed or files) and inplace-guard.certs.dir.",
                cause);
    }
}
