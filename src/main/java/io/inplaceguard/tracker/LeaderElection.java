package io.inplaceguard.tracker;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Strives for a Lease as long as it lives: one that lost it stands for election again. */
final class LeaderElection implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LeaderElection.class);

    /**
     * The times of an election.
     *
     * @param lease  how long a leader that died is waited for
     * @param renew  after how long without renewal a leader stops to lead; less than {@code lease}
     * @param retry  how often it is tried
     */
    record Times(Duration lease, Duration renew, Duration retry) {
        /** What Kubernetes' own controllers use. */
        static final Times USUAL = new Times(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2));
    }

    /** A Lease that may have been made by somebody else and be empty, as the chart's is; nobody has led then. */
    private static final class GivenLease extends LeaseLock {
        GivenLease(String namespace, String name, String identity) {
            super(namespace, name, identity);
        }

        @Override
        protected LeaderElectionRecord toRecord(Lease lease) {
            LeaseSpec spec = lease.getSpec();
            if (spec == null
                    || spec.getLeaseTransitions() == null
                    || spec.getLeaseDurationSeconds() == null
                    || spec.getAcquireTime() == null
                    || spec.getRenewTime() == null) {
                ZonedDateTime never = Instant.EPOCH.atZone(ZoneOffset.UTC);
                return new LeaderElectionRecord("", Duration.ZERO, never, never, 0);
            }
            return super.toRecord(lease);
        }
    }

    private final KubernetesClient client;
    private final LeaseLock lock;
    private final Times times;
    private final Consumer<Boolean> leads;
    private final Thread thread = new Thread(this::run, "leadership");
    private volatile boolean closed;
    private volatile @Nullable CompletableFuture<?> term;

    /**
     * @param client   to try with once and not for long, as {@code ImpatientClient} makes it
     * @param identity told apart from all others
     * @param leads    told true at the beginning and false at the end of each term
     */
    LeaderElection(
            KubernetesClient client,
            String namespace,
            String name,
            String identity,
            Times times,
            Consumer<Boolean> leads) {
        this.client = client;
        this.lock = new GivenLease(namespace, name, identity);
        this.times = times;
        this.leads = leads;
        thread.setDaemon(true);
    }

    LeaderElection start() {
        thread.start();
        return this;
    }

    private void run() {
        while (!closed) {
            try {
                CompletableFuture<?> elected = client.leaderElector()
                        .withConfig(new LeaderElectionConfigBuilder()
                                .withName("inplace-guard-tracker")
                                .withLock(lock)
                                .withLeaseDuration(times.lease())
                                .withRenewDeadline(times.renew())
                                .withRetryPeriod(times.retry())
                                .withReleaseOnCancel(true)
                                .withLeaderCallbacks(new LeaderCallbacks(this::begin, this::end, leader -> {}))
                                .build())
                        .build()
                        .start();
                term = elected;
                if (closed) {
                    elected.cancel(true);
                }
                elected.join();
            } catch (CancellationException e) {
                return;
            } catch (RuntimeException e) {
                LOG.warn("leader election failed, standing again: {}", String.valueOf(e.getMessage()));
            }
            try {
                Thread.sleep(times.retry().toMillis());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void begin() {
        LOG.info("leading");
        leads.accept(true);
    }

    private void end() {
        LOG.info("leading no more");
        leads.accept(false);
    }

    /** Gives the Lease back, so that the next one need not wait for its end. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        CompletableFuture<?> running = term;
        if (running != null) {
            running.cancel(true);
        }
        try {
            thread.join(times.renew().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
