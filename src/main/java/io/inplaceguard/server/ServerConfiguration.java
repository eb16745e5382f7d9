package io.inplaceguard.server;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.inplaceguard.certs.CertificateException;
import io.inplaceguard.certs.CertificateFolder;
import io.inplaceguard.certs.CertificateWatcher;
import io.inplaceguard.certs.ServingPair;
import io.inplaceguard.cluster.OwnerCache;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.Owners;
import io.inplaceguard.guard.Settings;
import io.inplaceguard.review.Reviewer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.ssl.SslBundleRegistrar;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** All wiring of {@code serve} on one screen. */
@SpringBootApplication(proxyBeanMethods = false)
@EnableConfigurationProperties(ServerProperties.class)
public class ServerConfiguration {

    /** How often the certificate folder is looked at: well within the 5 s after which a new pair must be served. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    /** How often it is looked for kinds that were not served yet, and for an API server that was away. */
    private static final Duration OWNERS = Duration.ofSeconds(10);

    /**
     * Serves until it is told to end.
     *
     * @param args Spring properties as {@code --key=value}
     */
    public static ConfigurableApplicationContext run(String... args) {
        SpringApplication application = new SpringApplication(ServerConfiguration.class);
        application.setDefaultProperties(LogFormat.defaults());
        return application.run(args);
    }

    /** Serves, or says in one sentence on stderr why not and ends with status 1. */
    public static void serve(String... args) {
        try {
            run(args);
        } catch (RuntimeException e) {
            Optional<String> sentence = StartFailure.sentence(e);
            if (sentence.isEmpty()) {
                throw e;
            }
            System.err.println(sentence.get());
            System.exit(1);
        }
    }

    @Bean
    CertificateFolder certificateFolder(ServerProperties properties) {
        return new CertificateFolder(Path.of(properties.certs().dir()));
    }

    @Bean
    ServingTls servingTls(ServerProperties properties, CertificateFolder folder) {
        ServingPair pair = source(properties, folder).get();
        if (!pair.isValidAt(Instant.now())) {
            throw new CertificateException(
                    folder.folder(), CertificateFolder.CERTIFICATE, "is not valid now (until " + pair.notAfter() + "). Replace it");
        }
        return new ServingTls(pair);
    }

    /** Where the pair comes from: made here, or given. */
    private static Supplier<ServingPair> source(ServerProperties properties, CertificateFolder folder) {
        return switch (properties.certs().mode()) {
            case SELF_SIGNED -> () -> folder.ensure(properties.certs().dnsNames(), Instant.now());
            case FILES -> folder::read;
        };
    }

    @Bean
    SslBundleRegistrar bundle(ServingTls tls) {
        return registry -> registry.registerBundle(ServingTls.BUNDLE, tls.bundle());
    }

    @Bean
    CertificateWatcher certificateWatcher(
            ServerProperties properties, CertificateFolder folder, ServingTls tls, SslBundleRegistry registry) {
        return new CertificateWatcher(folder, tls.served(), source(properties, folder), pair -> tls.swap(pair, registry))
                .start(LOOK);
    }

    @Bean
    ReviewMetrics reviewMetrics(MeterRegistry registry, ServingTls tls) {
        Gauge.builder("inplace.guard.certificate.not.after", tls, served -> served.served().notAfter().getEpochSecond())
                .baseUnit("seconds")
                .description("When the served certificate expires, in seconds since 1970")
                .register(registry);
        return new ReviewMetrics(registry);
    }

    /** Only where owners are to be read: outside a cluster nobody can be asked. */
    @Bean
    @ConditionalOnProperty("inplace-guard.owners.enabled")
    KubernetesClient kubernetesClient() {
        return new KubernetesClientBuilder().build();
    }

    @Bean
    @ConditionalOnProperty("inplace-guard.owners.enabled")
    OwnerCache ownerCache(KubernetesClient client, MeterRegistry registry) {
        OwnerCache cache = new OwnerCache(client).start(OWNERS);
        Gauge.builder("inplace.guard.owners.current", cache, owners -> owners.isCurrent() ? 1 : 0)
                .description("1 while owners are known; 0 while each Pod's own annotation decides")
                .register(registry);
        Gauge.builder("inplace.guard.owners", cache, OwnerCache::size)
                .description("Workloads whose strategy is known")
                .register(registry);
        return cache;
    }

    /** Mapped to everything, so that nothing else answers on the webhook's port. */
    @Bean
    ServletRegistrationBean<ReviewServlet> door(
            ServerProperties properties, ReviewMetrics metrics, ObjectProvider<OwnerCache> cache) {
        Settings settings = properties.settings();
        Owners owners = cache.stream().findFirst().map(OwnerCache::owners).orElse(Owners.UNKNOWN);
        ReviewServlet servlet = new ReviewServlet(
                new Reviewer(settings, new Guard(settings, owners)), metrics, properties.maxReviewBytes().toBytes());
        ServletRegistrationBean<ReviewServlet> door = new ServletRegistrationBean<>(servlet, "/*");
        door.setLoadOnStartup(1);
        return door;
    }

    /** Runs before Spring says ready. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    ApplicationRunner selfCheck(ServletWebServerApplicationContext context, ServingTls tls) {
        return args -> SelfCheck.run(context.getWebServer().getPort(), tls);
    }
}
