package io.inplaceguard.tracker;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * All of {@code inplace-guard.track.*}.
 *
 * @param leaseNamespace  the namespace of the Lease; empty: the client's own namespace
 * @param leaseName       the name of the Lease
 * @param leaderElection  false: this tracker is the only one and always writes
 * @param writesPerSecond how many annotations and events are written per second at most, from 1 to 10000
 */
@ConfigurationProperties(prefix = "inplace-guard.track", ignoreUnknownFields = false)
record TrackerProperties(
        @DefaultValue("") String leaseNamespace,
        @DefaultValue("inplace-guard-tracker") String leaseName,
        @DefaultValue("true") boolean leaderElection,
        @DefaultValue("300") int writesPerSecond) {

    private static final int MAX_WRITES = 10_000;

    TrackerProperties {
        if (writesPerSecond < 1 || writesPerSecond > MAX_WRITES) {
            throw new IllegalArgumentException("inplace-guard.track.writes-per-second is " + writesPerSecond
                    + "; it must be from 1 to " + MAX_WRITES);
        }
    }
}
