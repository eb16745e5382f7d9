package io.inplaceguard.check;

import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.settings.Settings;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What {@code check --cluster} reads of a cluster, as functions: the client is in another package, because check works
 * offline.
 *
 * @param namespace of manifests that name none
 * @param stored    the live object of a manifest; empty without one; throws an {@link InputException} where it
 *                  cannot be read
 * @param profile   what the OpenKruise manager's Deployment shows; null where it cannot be read
 * @param closing   ends the connection
 */
public record LiveCluster(
        String namespace,
        Function<ManifestObject, Optional<ManifestObject>> stored,
        Function<Settings.OpenKruise, @Nullable OpenKruiseProfile> profile,
        Runnable closing)
        implements AutoCloseable {

    @Override
    public void close() {
        closing.run();
    }
}
