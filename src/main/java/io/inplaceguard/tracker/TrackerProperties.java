package io.inplaceguard.tracker;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * All of {@code inplace-guard.track.*}.
 *
 * @param leaseNamespace  where the Lease is; empty: the client's own namespace
 * @param leaseName       its name
 * @param leaderElection  false: this tracker is the only one and always writes
 * @param writesPerSecond how many annotations and events are written in a second at most
 */
@ConfigurationProperties(prefix = "inplace-guard.track", ignoreUnknownFields = false)
record TrackerProperties(
        @DefaultValue("") String leaseNamespace,
        @DefaultValue("inplace-guard-tracker") String leaseName,
        @DefaultValue("true") boolean leaderElection,
        @DefaultValue("300") int writesPerSecond) {

    TrackerProperties {
        if (writesPerSecond < 1) {
            throw new IllegalArgumentException(
                    "inplace-guard.track.writes-per-second is " + writesPerSecond + "; write a number from 1 up");
        }
    }
}
