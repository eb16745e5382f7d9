package io.inplaceguard.certs.rotation;

import java.time.Duration;

/**
 * How long things last, and how these times relate. None is null; all are positive, except that the propagation delay may be
 * zero.
 *
 * @param leafLifetime     lifetime of a serving certificate, at least {@link #SHORTEST_LEAF}
 * @param caLifetime       lifetime of a CA
 * @param propagationDelay how long API servers get to read a new caBundle before it is relied on. With 0s calls may fail
 *                         for a moment while a CA is replaced
 * @param replicaTimeout   how long to wait for a replica to confirm the new CA before it is ignored
 */
public record RotationPolicy(
        Duration leafLifetime, Duration caLifetime, Duration propagationDelay, Duration replicaTimeout) {

    /** How often each replica reconciles when nothing is reported as changed. */
    public static final Duration RECONCILE_INTERVAL = Duration.ofSeconds(5);

    /** The longest that one call to the API server takes; the client is configured with the same value. */
    public static final Duration CALL_TIMEOUT = Duration.ofSeconds(3);

    /**
     * The shortest lifetime of a serving certificate: it is renewed after two thirds, and the last third must be as long as one
     * interval, so that every replica serves the new certificate before the current one expires.
     */
    public static final Duration SHORTEST_LEAF = RECONCILE_INTERVAL.multipliedBy(3);

    /**
     * How long after the Secret was read a caBundle computed from it may still be written. A call that hung must not write back
     * what was true then: another replica may have promoted the next CA meanwhile, which it does no earlier than one
     * propagation delay after the next CA was published. Half a delay leaves the other half for the write itself, which takes
     * up to {@link #CALL_TIMEOUT}. From 6 s on both fit into one delay; a shorter delay gives no such guarantee, so there the
     * limit only has to be long enough for the caBundle to be written at all.
     */
    Duration caBundleWriteLimit() {
        Duration half = propagationDelay.dividedBy(2);
        return half.compareTo(CALL_TIMEOUT) < 0 ? CALL_TIMEOUT : half;
    }
}
