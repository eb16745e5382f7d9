package io.inplaceguard.tracker;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.inplaceguard.kube.KubernetesClients;
import io.inplaceguard.runtime.Launcher;
import io.inplaceguard.runtime.ManagementConfiguration;
import io.inplaceguard.runtime.ManagementServer;
import io.inplaceguard.settings.InvalidSettingException;
import io.inplaceguard.settings.Settings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementServerProperties;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** All wiring of {@code track} on one screen. */
@SpringBootConfiguration(proxyBeanMethods = false)
@Import(ManagementConfiguration.class)
@EnableConfigurationProperties(Settings.class)
public class TrackerConfiguration {

    /** How often to look for kinds that were not installed yet. */
    private static final Duration KINDS = Duration.ofSeconds(10);

    private static final int TRAINING_SECONDS = 3;

    /**
     * Runs the tracker until the process is stopped. Where it cannot start, it prints one sentence to stderr and exits with status 1.
     *
     * @param args Spring properties as {@code --key=value}
     */
    public static void track(String... args) {
        Launcher.runOrExit(() -> run(args), Set.of(InvalidSettingException.class));
    }

    /** Runs the tracker until it has listed the Pods and had time to write what it found, to train a class-data or AOT cache. */
    public static void train(String... args) {
        // What was worked out ahead of time is the server's.
        System.setProperty("spring.aot.enabled", "false");
        try (ConfigurableApplicationContext context = run(args)) {
            ResizeTracker tracker = context.getBean(ResizeTracker.class);
            for (int i = 0; i < TRAINING_SECONDS || (!tracker.hasSynced() && i < 10 * TRAINING_SECONDS); i++) {
                Thread.sleep(Duration.ofSeconds(1).toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static ConfigurableApplicationContext run(String... args) {
        return Launcher.run(TrackerConfiguration.class, WebApplicationType.NONE, args);
    }

    @Bean
    KubernetesClient kubernetesClient() {
        return new KubernetesClientBuilder().build();
    }

    @Bean
    ResizeTracker tracker(KubernetesClient client, Settings settings, MeterRegistry registry) {
        TrackerMetrics metrics = new TrackerMetrics(registry);
        ResizeTracker tracker = new ResizeTracker(client, settings.track().writesPerSecond(), metrics::record);
        metrics.register(tracker::count, tracker::countStuckRollouts, tracker::isLeading);
        return tracker.start(KINDS);
    }

    /** A client of its own for the Lease, so that no other call delays a renewal. */
    @Bean
    ElectionClient electionClient() {
        return new ElectionClient(KubernetesClients.failFast());
    }

    record ElectionClient(KubernetesClient client) implements AutoCloseable {
        @Override
        public void close() {
            client.close();
        }
    }

    /** Closed before the tracker, which it uses. */
    @Bean
    LeaderElection leaderElection(
            KubernetesClient client, ElectionClient electionClient, Settings settings, ResizeTracker tracker) {
        String own = client.getNamespace() == null ? "default" : client.getNamespace();
        LeaderElection election = new LeaderElection(
                electionClient.client(),
                settings.track().leaseNamespace().isEmpty()
                        ? own
                        : settings.track().leaseNamespace(),
                settings.track().leaseName(),
                System.getenv().getOrDefault("HOSTNAME", "tracker") + "_" + UUID.randomUUID(),
                LeaderElection.Times.DEFAULTS,
                tracker::lead);
        if (settings.track().leaderElection()) {
            return election.start();
        }
        tracker.lead(true);
        return election;
    }

    /** Ready once pods have been listed; an API server that cannot be reached later does not make the tracker unready. */
    @Bean
    ManagementServer managementServer(
            ManagementServerProperties properties,
            ApplicationAvailability availability,
            PrometheusMeterRegistry registry,
            ResizeTracker tracker) {
        return new ManagementServer(properties, availability, registry, tracker::hasSynced);
    }
}
