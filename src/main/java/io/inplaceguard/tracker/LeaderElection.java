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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps running for leader election until it is closed: a leader that lost the Lease tries to acquire it again. */
final class LeaderElection implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LeaderElection.class);

    /**
     * The times of an election.
     *
     * @param lease  how long the others wait for a leader that does not renew
     * @param renew  how long a leader tries to renew before it stops leading; less than {@code lease}
     * @param retry  time between two attempts
     */
    record Times(Duration lease, Duration renew, Duration retry) {
        /** The defaults of Kubernetes' own controllers. */
        static final Times DEFAULTS = new Times(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2));
    }

    /** A Lease that may exist and be empty, as the chart creates it; it has no leader then. */
    private static final class PrecreatedLease extends LeaseLock {
        PrecreatedLease(String namespace, String name, String identity) {
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

        @Override
        public synchronized LeaderElectionRecord get(KubernetesClient client) {
            return withoutTrace(() -> super.get(client));
        }

        @Override
        public synchronized void create(KubernetesClient client, LeaderElectionRecord record) {
            withoutTrace(() -> {
                super.create(client, record);
                return record;
            });
        }

        @Override
        public synchronized void update(KubernetesClient client, LeaderElectionRecord record) {
            withoutTrace(() -> {
                super.update(client, record);
                return record;
            });
        }

        /** The elector logs the exception of each attempt: while the API server is away, a stack trace every two seconds. */
        private static LeaderElectionRecord withoutTrace(Supplier<LeaderElectionRecord> attempt) {
            try {
                return attempt.get();
            } catch (RuntimeException e) {
                for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                    cause.setStackTrace(new StackTraceElement[0]);
                }
                throw e;
            }
        }
    }

    private final KubernetesClient client;
    private final LeaseLock lock;
    private final Times times;
    private final Consumer<Boolean> onChange;
    private final Thread thread = new Thread(this::run, "leader-election");
    private volatile boolean closed;
    private volatile @Nullable CompletableFuture<?> term;

    /**
     * @param client   one that fails fast, without retries of its own
     * @param identity unique among all candidates
     * @param onChange receives true when this process starts leading and false when it stops
     */
    LeaderElection(
            KubernetesClient client,
            String namespace,
            String name,
            String identity,
            Times times,
            Consumer<Boolean> onChange) {
        this.client = client;
        this.lock = new PrecreatedLease(namespace, name, identity);
        this.times = times;
        this.onChange = onChange;
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
                LOG.warn("leader election failed, retrying: {}", String.valueOf(e.getMessage()));
            }
            try {
                Thread.sleep(times.retry().toMillis());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void begin() {
        LOG.info("acquired the lease, started leading");
        onChange.accept(true);
    }

    private void end() {
        LOG.info("stopped leading");
        onChange.accept(false);
    }

    /** Releases the Lease, so that the next leader need not wait until it expires. */
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
