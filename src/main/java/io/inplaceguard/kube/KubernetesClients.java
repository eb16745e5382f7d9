package io.inplaceguard.kube;

import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;

/**
 * A client whose calls fail soon where the API server is away. fabric8's default tries ten times, for minutes: too long for a
 * leader, which must know before its Lease expires; for the caBundle, which must not be written late; and for a shutdown, which
 * has a grace period.
 */
public final class KubernetesClients {

    private static final int REQUEST_MILLIS = 3_000;

    private KubernetesClients() {}

    /** A client for the cluster that this process is in, or that its kubeconfig names. The caller closes it. */
    public static KubernetesClient failFast() {
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder()
                        .withRequestRetryBackoffLimit(0)
                        .withRequestTimeout(REQUEST_MILLIS)
                        .withConnectionTimeout(REQUEST_MILLIS)
                        .build())
                .build();
    }
}
