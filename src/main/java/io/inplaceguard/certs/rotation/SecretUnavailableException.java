package io.inplaceguard.certs.rotation;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.Serial;

/** The Secret of the certificates cannot be read, or a missing one cannot be written. The message names the reason. */
public final class SecretUnavailableException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    SecretUnavailableException(KubernetesClientException cause) {
        super(cause.getMessage(), cause);
    }
}
