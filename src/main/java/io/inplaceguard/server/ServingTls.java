package io.inplaceguard.server;

import io.inplaceguard.certs.ServingCertificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
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

    private final AtomicReference<ServingCertificate> served;

    private volatile List<X509Certificate> clients;

    /** @param clients the CAs of clients; empty where no client is asked for a certificate */
    ServingTls(ServingCertificate first, List<X509Certificate> clients) {
        this.served = new AtomicReference<>(first);
        this.clients = List.copyOf(clients);
    }

    /** The pair that new connections get. */
    ServingCertificate served() {
        return Objects.requireNonNull(served.get());
    }

    /** Whether clients are asked for a certificate. */
    boolean asksClients() {
        return !clients.isEmpty();
    }

    SslBundle bundle() {
        return bundle(served());
    }

    private SslBundle bundle(ServingCertificate pair) {
        return SslBundle.of(
                SslStoreBundle.of(
                        pair.keyStore(), "", clients.isEmpty() ? null : ServingCertificate.trustStore(clients)),
                SslBundleKey.NONE,
                SslOptions.of(null, Set.of("TLSv1.3", "TLSv1.2")));
    }

    /** Trusts other CAs of clients from the next handshake on. */
    synchronized void trust(List<X509Certificate> authorities, SslBundleRegistry registry) {
        clients = List.copyOf(authorities);
        registry.updateBundle(BUNDLE, bundle());
    }

    /** Serves another pair from the next handshake on. */
    synchronized void swap(ServingCertificate pair, SslBundleRegistry registry) {
        registry.updateBundle(BUNDLE, bundle(pair));
        served.set(pair);
    }
}
