package io.inplaceguard.certs.rotation;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.inplaceguard.certs.CertificateAuthority;
import io.inplaceguard.certs.CertificateAuthority.Authority;
import io.inplaceguard.certs.ServingCertificate;
import io.inplaceguard.certs.rotation.CertificateRotation.Step;
import io.inplaceguard.certs.rotation.CertificateSecret.Stored;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a CA and a serving certificate in one Secret that all replicas share, and the caBundle of both webhook configurations in
 * line with it. Each pass reads the cluster and does at most one step of {@link CertificateRotation}, so a crash between two
 * steps needs no recovery, and replicas that race agree by resourceVersion. Used by one thread at a time.
 */
public final class CertificateReconciler {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateReconciler.class);
    private static final int MAX_ATTEMPTS = 10;
    private static final int CONFLICT = 409;

    private final Target target;
    private final RotationPolicy policy;
    private final CertificateRotation rotation;
    private final CertificateSecret secret;
    private final CaBundleInjector injector;

    /** The next CA that this replica has seen in the live caBundles; null where it has seen none. */
    private @Nullable X509Certificate seen;

    /** Since when it has seen it there, by its own clock. */
    private Instant seenSince = Instant.MAX;

    /** @param client closed by its owner */
    public CertificateReconciler(KubernetesClient client, Target target, RotationPolicy policy) {
        this.target = target;
        this.policy = policy;
        this.rotation = new CertificateRotation(policy, target.dnsNames());
        this.secret = new CertificateSecret(client, target.namespace(), target.secretName());
        this.injector = new CaBundleInjector(client, target.webhookConfiguration());
    }

    /**
     * Reads the cluster and does the next step.
     *
     * @param served what this process serves now; null where it serves nothing yet
     * @return the pair to serve from now on
     * @throws SecretUnavailableException when the Secret cannot be read, or a missing one cannot be written
     */
    public ServingCertificate reconcile(Instant now, @Nullable ServingCertificate served) {
        for (int i = 0; i < MAX_ATTEMPTS; i++) {
            try {
                long readAt = System.nanoTime();
                Stored stored = secret.read();
                Step step = rotation.beforePublishing(stored.state(), served, now);
                if (step == Step.WAIT || step == Step.RETAIN_SERVED_CA) {
                    return proceed(stored, step, served, now, readAt);
                }
                // Not returned but read again: another replica may have been quicker.
                secret.save(stored, repaired(step, stored.state(), served, now));
            } catch (KubernetesClientException e) {
                if (e.getCode() != CONFLICT) {
                    throw new SecretUnavailableException(e);
                }
            }
        }
        throw new SecretUnavailableException(new KubernetesClientException(
                "secret " + target.secretName() + " was changed by others " + MAX_ATTEMPTS + " times in a row"));
    }

    private RotationState repaired(
            Step step, Optional<RotationState> state, @Nullable ServingCertificate served, Instant now) {
        return step == Step.REISSUE_LEAF
                ? reissueLeaf(state.orElseThrow(), now)
                : bootstrap(step == Step.BOOTSTRAP_FROM_SERVED ? served : null, now);
    }

    /** There is a pair: whatever fails from here on, it can be served. */
    private ServingCertificate proceed(
            Stored stored, Step before, @Nullable ServingCertificate served, Instant now, long readAt) {
        RotationState state = stored.state().orElseThrow();
        ServingCertificate pair = state.material().pair().orElseThrow();
        try {
            Step step = before;
            if (step == Step.WAIT) {
                BooleanSupplier inTime =
                        () -> Duration.ofNanos(System.nanoTime() - readAt).compareTo(policy.caBundleWriteLimit()) <= 0;
                boolean live = injector.inject(state.material().trusted(), inTime);
                step = rotation.next(state, target.replica(), served, observe(state.material(), live, now), now);
            }
            return step == Step.WAIT
                    ? pair
                    : secret.save(stored, apply(step, state, served, now))
                            .state()
                            .flatMap(saved -> saved.material().pair())
                            .orElse(pair);
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                LOG.warn("certificate reconciliation failed, retrying: {}", e.getMessage());
            }
            return pair;
        }
    }

    /** Since when this replica has seen the caBundles as they are to be; null where they were not. */
    private @Nullable Instant observe(KeyMaterial material, boolean live, Instant now) {
        X509Certificate next = material.next() == null ? null : material.next().certificate();
        if (!live) {
            seen = null;
            return null;
        }
        if (next == null || !next.equals(seen)) {
            seen = next;
            seenSince = now;
        }
        return seenSince;
    }

    private RotationState apply(Step step, RotationState state, @Nullable ServingCertificate served, Instant now) {
        KeyMaterial material = state.material();
        return switch (step) {
            case RETAIN_SERVED_CA -> {
                LOG.warn(
                        "secret {} does not contain the CA of the certificate in use; keeping that CA in the caBundle",
                        target.secretName());
                yield state.with(material.withOld(Objects.requireNonNull(served).signer()))
                        .withPromoted(now);
            }
            case ACKNOWLEDGE -> state.withAcknowledgment(target.replica(), Objects.requireNonNull(served));
            case REISSUE_LEAF -> reissueLeaf(state, now);
            case MARK_PUBLISHED -> state.withNextPublished(now);
            case CLEAR_PUBLISHED -> state.withNextPublished(null);
            case PROMOTE_NEXT_CA -> promote(state, Objects.requireNonNull(material.next()), now);
            case MARK_PROMOTED -> state.withPromoted(now);
            case DROP_OLD_CA -> {
                LOG.info("dropped the old CA");
                yield state.with(material.withoutOld())
                        .withPromoted(null)
                        .withOnly(material.pair().orElseThrow());
            }
            case CREATE_NEXT_CA -> {
                LOG.info("CA is due for renewal, created the next one");
                yield state.with(material.withNext(CertificateAuthority.authority(now, policy.caLifetime())));
            }
            case WAIT, BOOTSTRAP, BOOTSTRAP_FROM_SERVED -> throw new IllegalStateException("not applied here: " + step);
        };
    }

    /** A new CA; where a certificate is in use it stays, and the new CA is the next one. */
    private RotationState bootstrap(@Nullable ServingCertificate served, Instant now) {
        Authority authority = CertificateAuthority.authority(now, policy.caLifetime());
        if (served != null) {
            LOG.warn(
                    "Secret {} not found or unusable: keeping the current certificate and starting a CA rotation",
                    target.secretName());
            return RotationState.of(KeyMaterial.replacing(served, authority));
        }
        return RotationState.of(KeyMaterial.of(authority, issue(authority, now)));
    }

    private RotationState reissueLeaf(RotationState state, Instant now) {
        KeyMaterial material = state.material();
        RotationState reissued =
                state.with(material.withLeaf(issue(material.signer().orElseThrow(), now)));
        // Outside of a rotation: a replica that never came to serve the leaf that is replaced now has ended.
        return material.old() == null ? material.pair().map(reissued::withOnly).orElse(reissued) : reissued;
    }

    private RotationState promote(RotationState state, Authority next, Instant now) {
        LOG.info("promoted the next CA");
        return state.with(state.material().promoted(next, issue(next, now)))
                .withNextPublished(null)
                .withPromoted(now);
    }

    private ServingCertificate issue(Authority authority, Instant now) {
        ServingCertificate issued = CertificateAuthority.pair(authority, target.dnsNames(), now, policy.leafLifetime());
        LOG.info("issued a certificate for secret {}, valid until {}", target.secretName(), issued.notAfter());
        return issued;
    }

    /** Calls back when the Secret or a configuration has changed, as long as the client is open; returns at once. */
    public void watch(Runnable changed) {
        secret.watch(changed);
        injector.watch(changed);
    }

    /** This replica ends: the others need not wait for it. A failure is not reported, they wait for the timeout then. */
    public void deregister() {
        try {
            Stored stored = secret.read();
            Optional<RotationState> state = stored.state();
            if (state.isPresent() && state.get().acknowledgments().containsKey(target.replica())) {
                secret.save(stored, state.get().withoutAcknowledgment(target.replica()));
            }
        } catch (KubernetesClientException e) {
            LOG.debug("not deregistered: {}", e.getMessage());
        }
    }
}
