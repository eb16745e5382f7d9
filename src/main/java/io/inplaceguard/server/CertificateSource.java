package io.inplaceguard.server;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.inplaceguard.certs.CertificateException;
import io.inplaceguard.certs.CertificateFolder;
import io.inplaceguard.certs.ServingPair;
import io.inplaceguard.cluster.ClusterCertificates;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the serving pair comes from, by mode.
 *
 * @param where    names the place in log lines
 * @param interval how often it is looked at: for files well within the 5 s after which a new pair must be served
 * @param pair     reads the pair, or makes it where that is due
 * @param patient  whether to wait for a place that cannot be reached yet, as an API server may be
 */
record CertificateSource(String where, Duration interval, Supplier<ServingPair> pair, boolean patient) {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateSource.class);
    private static final Duration RETRY = Duration.ofSeconds(2);

    static CertificateSource of(ServerProperties.Certs certs, Supplier<KubernetesClient> client) {
        CertificateFolder folder = new CertificateFolder(Path.of(certs.dir()));
        return switch (certs.mode()) {
            case SELF_SIGNED -> new CertificateSource(
                    certs.dir(), Duration.ofSeconds(1), () -> folder.ensure(certs.dnsNames(), Instant.now()), false);
            case FILES -> new CertificateSource(certs.dir(), Duration.ofSeconds(1), folder::read, false);
            case CLUSTER -> {
                ClusterCertificates cluster = new ClusterCertificates(
                        client.get(),
                        new ClusterCertificates.Names(certs.namespace(), certs.secret(), certs.configuration(), certs.dnsNames()));
                yield new CertificateSource("secret " + certs.secret(), Duration.ofSeconds(10), () -> fromCluster(cluster), true);
            }
        };
    }

    /** The pair that is kept is served even while the API server cannot be told to trust it. */
    private static ServingPair fromCluster(ClusterCertificates cluster) {
        ServingPair pair = cluster.ensure(Instant.now());
        try {
            cluster.inject(pair);
        } catch (KubernetesClientException e) {
            LOG.warn("the caBundle cannot be written, trying again: {}", e.getMessage());
        }
        return pair;
    }

    ServingPair get() {
        return pair.get();
    }

    /** The pair to begin with. */
    ServingPair first() {
        while (true) {
            try {
                ServingPair first = get();
                if (!first.isValidAt(Instant.now())) {
                    throw new CertificateException(
                            Path.of(where), CertificateFolder.CERTIFICATE, "is not valid now (until " + first.notAfter() + "). Replace it");
                }
                return first;
            } catch (KubernetesClientException e) {
                if (!patient) {
                    throw e;
                }
                LOG.warn("waiting for {}: {}", where, e.getMessage());
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
