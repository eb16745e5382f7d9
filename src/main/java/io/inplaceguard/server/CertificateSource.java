package io.inplaceguard.server;

import io.inplaceguard.certs.CertificateDirectory;
import io.inplaceguard.certs.CertificateException;
import io.inplaceguard.certs.ServingCertificate;
import io.inplaceguard.certs.rotation.CertificateReconciler;
import io.inplaceguard.certs.rotation.RotationPolicy;
import io.inplaceguard.certs.rotation.SecretUnavailableException;
import io.inplaceguard.certs.rotation.Target;
import io.inplaceguard.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the serving pair comes from, by mode.
 *
 * @param where    names it in log lines
 * @param interval how often it is read: for files well within the 5 s after which a new pair must be served
 * @param pair     reads the pair, or makes it where that is due, given the one that is served
 * @param cluster  where it is kept in a cluster, whose API server is waited for and watched; null elsewhere
 */
record CertificateSource(
        String where,
        Duration interval,
        Function<@Nullable ServingCertificate, ServingCertificate> pair,
        @Nullable CertificateReconciler cluster) {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateSource.class);
    private static final Duration RETRY = Duration.ofSeconds(2);

    /** @param reconcilers called only in mode {@code cluster} */
    static CertificateSource of(
            Settings.Certs certs, BiFunction<Target, RotationPolicy, CertificateReconciler> reconcilers) {
        CertificateDirectory folder = new CertificateDirectory(Path.of(certs.dir()));
        return switch (certs.mode()) {
            case SELF_SIGNED ->
                new CertificateSource(
                        certs.dir(),
                        Duration.ofSeconds(1),
                        served -> folder.ensure(certs.dnsNames(), Instant.now()),
                        null);
            case FILES -> new CertificateSource(certs.dir(), Duration.ofSeconds(1), served -> folder.read(), null);
            case CLUSTER -> {
                CertificateReconciler cluster = reconcilers.apply(
                        new Target(
                                certs.namespace(),
                                certs.secretName(),
                                certs.webhookConfigurationName(),
                                certs.dnsNames(),
                                replica()),
                        new RotationPolicy(
                                certs.leafLifetime(),
                                certs.caLifetime(),
                                certs.propagationDelay(),
                                certs.replicaTimeout()));
                yield new CertificateSource(
                        "secret " + certs.secretName(),
                        RotationPolicy.RECONCILE_INTERVAL,
                        served -> cluster.reconcile(Instant.now(), served),
                        cluster);
            }
        };
    }

    /** In a Pod its name, which a restarted container keeps; elsewhere a name that is unique to the process. */
    private static String replica() {
        String host = System.getenv().getOrDefault("HOSTNAME", "replica");
        return System.getenv("KUBERNETES_SERVICE_HOST") != null
                ? markable(host)
                : UUID.randomUUID().toString().substring(0, 8) + "." + markable(host);
    }

    /** The end of a host name, as part of an annotation key: at most 50 characters that begin with a letter or digit. */
    static String markable(String host) {
        return host.substring(Math.max(0, host.length() - 50)).replaceFirst("^[^A-Za-z0-9]+", "");
    }

    /** @throws CertificateException where the pair to serve is not valid, unless the one that is served is not either */
    ServingCertificate get(@Nullable ServingCertificate served) {
        ServingCertificate next = pair.apply(served);
        Instant now = Instant.now();
        if ((served == null || served.isValidAt(now)) && !next.isValidAt(now)) {
            throw new CertificateException(
                    Path.of(where),
                    CertificateDirectory.CERTIFICATE,
                    "is not valid now (until " + next.notAfter() + "). Replace it");
        }
        return next;
    }

    /** Calls back when the Secret has changed; files are polled instead. */
    void watch(Runnable changed) {
        if (cluster != null) {
            cluster.watch(changed);
        }
    }

    /** The process ends: other replicas need not wait for it. */
    void leave() {
        if (cluster != null) {
            cluster.deregister();
        }
    }

    /** The pair to begin with; waits for the API server. */
    ServingCertificate first() {
        String reported = "";
        while (true) {
            try {
                return get(null);
            } catch (SecretUnavailableException e) {
                String problem = String.valueOf(e.getMessage());
                if (!problem.equals(reported)) {
                    LOG.warn("waiting for {}: {}", where, problem);
                    reported = problem;
                }
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
