package io.inplaceguard.certs.rotation;

import io.inplaceguard.certs.CertificateAuthority;
import io.inplaceguard.certs.ServingCertificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides the next step from what is stored, what is served and what is seen in the live caBundles. It reads no clock, calls
 * nothing and remembers nothing.
 *
 * <p>A CA is replaced in two phases, so that no call fails. The next CA is published beside the current one. Only when it has
 * been seen in the live caBundles for the propagation delay, a certificate signed by it is served. The old CA is dropped when
 * every replica has acknowledged the new certificate, or after the replica timeout.
 */
final class CertificateRotation {

    /** What to do next. */
    enum Step {
        /** Nothing now. */
        WAIT,
        /** Create a CA and a serving certificate. */
        BOOTSTRAP,
        /** Store the served certificate, and create the CA that replaces its CA. */
        BOOTSTRAP_FROM_SERVED,
        /** Sign a new serving certificate with the current CA. */
        REISSUE_LEAF,
        /** Store the CA of the served certificate as the old CA, so that it stays in the caBundle. */
        RETAIN_SERVED_CA,
        /** Store which certificate this replica serves. */
        ACKNOWLEDGE,
        /** Store that the next CA has been seen in the live caBundles. */
        MARK_PUBLISHED,
        /** Remove that mark: the next CA was not in a live caBundle. */
        CLEAR_PUBLISHED,
        /** Make the next CA the current one, and sign a serving certificate with it. */
        PROMOTE_NEXT_CA,
        /** Store since when the current CA is the current one. */
        MARK_PROMOTED,
        /** Remove the old CA. */
        DROP_OLD_CA,
        /** Create the next CA. */
        CREATE_NEXT_CA
    }

    private final RotationPolicy policy;
    private final List<String> dnsNames;

    /** @param dnsNames that the serving certificate must cover */
    CertificateRotation(RotationPolicy policy, List<String> dnsNames) {
        this.policy = policy;
        this.dnsNames = List.copyOf(dnsNames);
    }

    /**
     * What has to be done before a caBundle may be written: there must be a pair, and the caBundle must contain the CA of what
     * is served. {@link Step#WAIT} if all is well.
     *
     * @param served what this replica serves; null where it serves nothing yet
     */
    Step beforePublishing(Optional<RotationState> stored, @Nullable ServingCertificate served, Instant now) {
        Optional<KeyMaterial> material =
                stored.map(RotationState::material).filter(candidate -> isUsable(candidate, now));
        if (material.isEmpty()) {
            return served != null && served.isValidAt(now) ? Step.BOOTSTRAP_FROM_SERVED : Step.BOOTSTRAP;
        }
        if (material.get().pair().isEmpty()) {
            return Step.REISSUE_LEAF;
        }
        return served != null && isUntrusted(served, material.get(), now) ? Step.RETAIN_SERVED_CA : Step.WAIT;
    }

    /**
     * The next step, once the caBundle has been compared with the stored CAs.
     *
     * @param state     holds a pair
     * @param served    what this replica serves; null where it serves nothing yet
     * @param seenSince since when this replica, by its own clock, has seen every live caBundle contain the stored CAs; null
     *                  where one did not
     */
    Step next(
            RotationState state,
            String replica,
            @Nullable ServingCertificate served,
            @Nullable Instant seenSince,
            Instant now) {
        if (served != null && !hasAcknowledged(state, replica, served)) {
            return Step.ACKNOWLEDGE;
        }
        KeyMaterial material = state.material();
        ServingCertificate pair = material.pair().orElseThrow();
        // In every phase: while a replica is waited for, the leaf must not expire.
        if (material.key() != null && mustReissue(pair, now)) {
            return Step.REISSUE_LEAF;
        }
        if (material.next() != null) {
            return publishing(state, material.next().certificate(), seenSince, now);
        }
        if (material.old() != null) {
            return retiring(state, pair, now);
        }
        return material.key() == null || isDue(material.authority(), now) ? Step.CREATE_NEXT_CA : Step.WAIT;
    }

    private Step publishing(RotationState state, X509Certificate next, @Nullable Instant seenSince, Instant now) {
        Instant published = state.nextPublished();
        if (seenSince == null) {
            // Written just now, or overwritten by somebody: the propagation delay starts again.
            return published == null ? Step.WAIT : Step.CLEAR_PUBLISHED;
        }
        if (published == null) {
            return Step.MARK_PUBLISHED;
        }
        // Both must have passed: the clock of the replica that stored the mark may differ from this one's.
        return now.isBefore(next.getNotBefore().toInstant())
                        || now.isBefore(published.plus(policy.propagationDelay()))
                        || now.isBefore(seenSince.plus(policy.propagationDelay()))
                ? Step.WAIT
                : Step.PROMOTE_NEXT_CA;
    }

    private Step retiring(RotationState state, ServingCertificate pair, Instant now) {
        Instant promoted = state.promoted();
        if (promoted == null) {
            return Step.MARK_PROMOTED;
        }
        boolean confirmed = state.isServedByAll(pair) && !now.isBefore(promoted.plus(policy.propagationDelay()));
        return confirmed || !now.isBefore(promoted.plus(policy.replicaTimeout())) ? Step.DROP_OLD_CA : Step.WAIT;
    }

    /** A CA that has expired, or that can no longer sign and whose leaf cannot be served, is of no use. */
    private static boolean isUsable(KeyMaterial material, Instant now) {
        return now.isBefore(material.authority().getNotAfter().toInstant())
                && (material.key() != null
                        || material.pair()
                                .filter(pair -> pair.isValidAt(now) && pair.isTrusted())
                                .isPresent());
    }

    /** Whether the stored CAs do not include that of what is served: the Secret was restored from a backup, or edited. */
    private static boolean isUntrusted(ServingCertificate served, KeyMaterial material, Instant now) {
        return material.old() == null
                && served.isValidAt(now)
                && served.isTrusted()
                && !new ServingCertificate(material.trusted(), served.chain(), served.key()).isTrusted();
    }

    private static boolean hasAcknowledged(RotationState state, String replica, ServingCertificate served) {
        return RotationState.serial(served).equals(state.acknowledgments().get(replica));
    }

    private boolean mustReissue(ServingCertificate pair, Instant now) {
        return isDue(pair.leaf(), now) || !pair.isValidAt(now) || !pair.isTrusted() || !pair.covers(dnsNames);
    }

    /** After two thirds of its lifetime, or up to a twentieth of it earlier, so that not all of a fleet renew at once. */
    static boolean isDue(X509Certificate certificate, Instant now) {
        Instant from = certificate.getNotBefore().toInstant().plus(CertificateAuthority.SKEW);
        Duration life = Duration.between(from, certificate.getNotAfter().toInstant());
        long jitter = Math.floorMod(certificate.getSerialNumber().longValue(), 1000L);
        return !now.isBefore(from.plus(life.multipliedBy(2).dividedBy(3))
                .minus(life.multipliedBy(jitter).dividedBy(20_000)));
    }
}
