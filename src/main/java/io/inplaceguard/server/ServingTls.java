package io.inplaceguard.server;

import io.inplaceguard.certs.ServingPair;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.SslStoreBundle;

/**
 * The serving pair as the TLS connector sees it. A new pair is swapped in while established connections live on: Boot's
 * Tomcat reloads its host configuration when the bundle is updated.
 */
final class ServingTls {

    /** Named by {@code server.ssl.bundle}. */
    static final String BUNDLE = "inplace-guard";

    private final AtomicReference<ServingPair> served;

    ServingTls(ServingPair first) {
        this.served = new AtomicReference<>(first);
    }

    /** The pair that new connections get. */
    ServingPair served() {
        return served.get();
    }

    SslBundle bundle() {
        return SslBundle.of(
                SslStoreBundle.of(served().keyStore(), "", null),
                SslBundleKey.NONE,
                SslOptions.of(null, Set.of("TLSv1.3", "TLSv1.2")));
    }

    /** Serves another pair from the next handshake on. */
    void swap(ServingPair pair, SslBundleRegistry registry) {
        served.set(pair);
        registry.updateBundle(BUNDLE, bundle());
    }
}
