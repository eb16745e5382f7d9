package io.inplaceguard.server;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.inplaceguard.admission.AdmissionHandler;
import io.inplaceguard.certs.CertificateException;
import io.inplaceguard.certs.CertificateWatcher;
import io.inplaceguard.certs.rotation.CertificateReconciler;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.OwnerStrategies;
import io.inplaceguard.kube.KubernetesClients;
import io.inplaceguard.kube.OpenKruiseGates;
import io.inplaceguard.kube.OwnerStrategyCache;
import io.inplaceguard.runtime.BoundedProtocol;
import io.inplaceguard.runtime.Launcher;
import io.inplaceguard.runtime.ManagementConfiguration;
import io.inplaceguard.runtime.ManagementServer;
import io.inplaceguard.settings.InvalidSettingException;
import io.inplaceguard.settings.Settings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementServerProperties;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslBundleRegistrar;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/** All wiring of {@code serve} on one screen. */
@SpringBootConfiguration(proxyBeanMethods = false)
@Import(ManagementConfiguration.class)
@ImportAutoConfiguration({SslAutoConfiguration.class, TomcatServletWebServerAutoConfiguration.class})
@EnableConfigurationProperties(Settings.class)
public class ServerConfiguration {

    /** How often to discover kinds that were not served yet, and for an API server that was away. */
    private static final Duration OWNERS = Duration.ofSeconds(10);

    /** Exceptions whose message is a sentence for the person who configured the server. */
    static final Set<Class<? extends RuntimeException>> SENTENCES =
            Set.of(CertificateException.class, InvalidSettingException.class);

    /**
     * Serves until it is stopped.
     *
     * @param args Spring properties as {@code --key=value}
     */
    public static ConfigurableApplicationContext run(String... args) {
        return Launcher.run(ServerConfiguration.class, WebApplicationType.SERVLET, args);
    }

    /**
     * Serves, or reports in one sentence on stderr why not and exits with status 1. A training run has ended when this returns.
     *
     * @return whether it was a training run with an API server, which can train the tracker too
     */
    public static boolean serve(String... args) {
        // What the build has worked out ahead of time is there in the jar and not in the folder of classes.
        if (!Boolean.getBoolean("spring.aot.processing")
                && ServerConfiguration.class.getResource(
                                "/io/inplaceguard/InplaceGuard__ApplicationContextInitializer.class")
                        != null) {
            System.setProperty("spring.aot.enabled", System.getProperty("spring.aot.enabled", "true"));
        }
        AtomicBoolean trained = new AtomicBoolean();
        Launcher.runOrExit(() -> trained.set(train(run(args))), SENTENCES);
        return trained.get();
    }

    private static boolean train(ConfigurableApplicationContext context) {
        Settings settings = context.getBean(Settings.class);
        if (settings.training().isEmpty()) {
            return false;
        }
        context.close();
        if (settings.certs().mode() != Settings.CertificateMode.CLUSTER) {
            System.exit(0);
        }
        return true;
    }

    /** Created only on demand: outside a cluster no API server is configured. */
    @Bean
    @Lazy
    KubernetesClient kubernetesClient() {
        return KubernetesClients.failFast();
    }

    @Bean(destroyMethod = "leave")
    CertificateSource certificateSource(Settings settings, ObjectProvider<KubernetesClient> client) {
        return CertificateSource.of(
                settings.certs(), (target, policy) -> new CertificateReconciler(client.getObject(), target, policy));
    }

    @Bean
    ServingTls servingTls(CertificateSource source, Settings settings) {
        Settings.ClientCa clients = settings.clientCa();
        return new ServingTls(
                source.first(),
                clients.mode() == Settings.ClientMode.OFF ? List.of() : ClientCaWatcher.read(Path.of(clients.file())));
    }

    /** The number of connections follows from the heap, unless {@code server.tomcat.max-connections} sets it. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> connections(Settings settings, Environment environment) {
        HeapShares shares = HeapShares.of(
                Runtime.getRuntime().maxMemory(), settings.maxReviewBytes().toBytes());
        return factory -> BoundedProtocol.use(
                factory, environment.getProperty("server.tomcat.max-connections", Integer.class, shares.connections()));
    }

    /** Asks clients for a certificate where that is wanted. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> clientAuthority(Settings settings) {
        return factory -> {
            Ssl ssl = factory.getSsl();
            if (ssl != null && settings.clientCa().mode() != Settings.ClientMode.OFF) {
                boolean required = settings.clientCa().mode() == Settings.ClientMode.REQUIRED;
                ssl.setClientAuth(required ? Ssl.ClientAuth.NEED : Ssl.ClientAuth.WANT);
                factory.addConnectorCustomizers(
                        connector -> ((AbstractHttp11Protocol<?>) connector.getProtocolHandler())
                                .setSslImplementationName(ClientTrustBridge.class.getName()));
            }
        };
    }

    /** Watches nothing where no client certificate is asked for. */
    @Bean
    ClientWatch clientWatch(Settings settings, ServingTls tls, SslBundleRegistry registry) {
        Settings.ClientCa clients = settings.clientCa();
        if (clients.mode() == Settings.ClientMode.OFF) {
            return new ClientWatch(null);
        }
        Path file = Path.of(clients.file());
        ClientTrustBridge.accept(Set.copyOf(clients.subjects()));
        return new ClientWatch(
                new ClientCaWatcher(file, ClientCaWatcher.read(file), authorities -> tls.trust(authorities, registry)));
    }

    /** @param trust null where no client certificate is asked for */
    record ClientWatch(@Nullable ClientCaWatcher trust) implements AutoCloseable {
        @Override
        public void close() {
            if (trust != null) {
                trust.close();
            }
        }
    }

    @Bean
    SslBundleRegistrar bundle(ServingTls tls) {
        return registry -> registry.registerBundle(ServingTls.BUNDLE, tls.bundle());
    }

    @Bean
    CertificateWatcher certificateWatcher(CertificateSource source, ServingTls tls, SslBundleRegistry registry) {
        CertificateWatcher watcher = new CertificateWatcher(
                        source.where(), tls.served(), () -> source.get(tls.served()), pair -> tls.swap(pair, registry))
                .start(source.interval());
        source.watch(watcher::trigger);
        return watcher;
    }

    @Bean
    ReviewMetrics reviewMetrics(MeterRegistry registry, ServingTls tls) {
        Gauge.builder(
                        "inplace.guard.certificate.not.after",
                        tls,
                        served -> served.served().notAfter().getEpochSecond())
                .baseUnit("seconds")
                .description("When the served certificate expires, in seconds since 1970")
                .register(registry);
        Gauge.builder(
                        "inplace.guard.ca.not.after",
                        tls,
                        served -> served.served()
                                .signer()
                                .getNotAfter()
                                .toInstant()
                                .getEpochSecond())
                .baseUnit("seconds")
                .description("When the CA of the served certificate expires, in seconds since 1970")
                .register(registry);
        return new ReviewMetrics(registry);
    }

    @Bean
    ManagementServer managementServer(
            ManagementServerProperties properties,
            ApplicationAvailability availability,
            PrometheusMeterRegistry registry) {
        return new ManagementServer(properties, availability, registry, () -> true);
    }

    @Bean
    GracefulShutdown gracefulShutdown(Settings settings, ApplicationContext context) {
        return new GracefulShutdown(context, settings.shutdownDelay());
    }

    /** Empty where owners are not to be read. Not a conditional bean, because conditions are fixed when the jar is built. */
    @Bean
    OwnerStrategyCache ownerCache(Settings settings, ObjectProvider<KubernetesClient> client, MeterRegistry registry) {
        if (!settings.owners().enabled()) {
            return OwnerStrategyCache.off();
        }
        OwnerStrategyCache cache =
                new OwnerStrategyCache(client.getObject(), settings.guard().kinds()).start(OWNERS);
        Gauge.builder("inplace.guard.owners.current", cache, owners -> owners.isCurrent() ? 1 : 0)
                .description("1 while owners are known; 0 while each Pod's own annotation decides")
                .register(registry);
        Gauge.builder("inplace.guard.owners", cache, OwnerStrategyCache::size)
                .description("Workloads whose strategy is known")
                .register(registry);
        return cache;
    }

    /** The profile of the cluster's OpenKruise: as configured, or read from its manager. */
    @Bean(destroyMethod = "close")
    OpenKruise openKruise(Settings settings, ObjectProvider<KubernetesClient> client, MeterRegistry registry) {
        Settings.OpenKruise where = settings.openkruise();
        OpenKruise openKruise = OpenKruise.of(
                where,
                defaults -> new OpenKruiseGates(
                        client.getObject(), where.namespace(), where.deployment(), defaults.orElse(null)));
        openKruise.register(registry);
        return openKruise;
    }

    @Bean
    IdleCollector idleCollector() {
        return new IdleCollector();
    }

    /** Mapped to everything, so that nothing else answers on the webhook's port. */
    @Bean
    ServletRegistrationBean<ReviewServlet> reviewServlet(
            Settings settings,
            ReviewMetrics metrics,
            OwnerStrategyCache cache,
            OpenKruise openKruise,
            GracefulShutdown shutdown,
            IdleCollector collector) {
        GuardSettings rules = settings.guard();
        OwnerStrategies owners = cache.owners();
        ReviewServlet servlet = new ReviewServlet(
                new AdmissionHandler(rules, new Guard(rules, owners, openKruise.profile())),
                metrics,
                settings.maxReviewBytes().toBytes(),
                HeapShares.of(
                        Runtime.getRuntime().maxMemory(),
                        settings.maxReviewBytes().toBytes()),
                shutdown::isDraining,
                collector::garbageLeft);
        ServletRegistrationBean<ReviewServlet> registration = new ServletRegistrationBean<>(servlet, "/*");
        registration.setLoadOnStartup(1);
        return registration;
    }

    /** Runs before Spring reports ready. A server in training has done its work then. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    ApplicationRunner selfCheck(ServletWebServerApplicationContext context, ServingTls tls, Settings settings) {
        return args -> {
            int port = Objects.requireNonNull(context.getWebServer()).getPort();
            SelfCheck.run(port, tls, SelfCheck.small());
            if (!settings.training().isEmpty()) {
                SelfCheck.run(port, tls, SelfCheck.recorded(Path.of(settings.training())));
            }
        };
    }
}
