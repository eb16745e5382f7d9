package io.inplaceguard.certs.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.inplaceguard.MockCluster;
import io.inplaceguard.certs.Pem;
import io.inplaceguard.certs.ServingCertificate;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Secret that replicas share and what the API server has to trust, on a mock API server. */
class CertificateReconcilerTest {

    private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private static final List<String> NAMES = List.of("guard.prod.svc", "guard.prod.svc.cluster.local");
    private static final RotationPolicy DEFAULTS =
            new RotationPolicy(Duration.ofDays(90), Duration.ofDays(730), Duration.ofSeconds(10), Duration.ofDays(1));
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final MockCluster cluster = new MockCluster();

    @AfterEach
    void close() {
        cluster.close();
    }

    private CertificateReconciler replica(String name, RotationPolicy times) {
        return new CertificateReconciler(
                cluster.client, new Target("prod", "guard-certs", "guard", NAMES, name), times);
    }

    private CertificateReconciler replica() {
        return replica("a", DEFAULTS);
    }

    private Secret secret() {
        return cluster.client
                .secrets()
                .inNamespace("prod")
                .withName("guard-certs")
                .get();
    }

    private void configurations() {
        cluster.webhookConfigurations(new TreeMap<>(Map.of("a.io", "", "b.io", "b2xk")));
    }

    /** What every webhook trusts; the same for all of them, or the test fails. */
    private List<X509Certificate> trusted() {
        Set<String> bundles = new HashSet<>();
        cluster.validatingBundles().forEach(bundle -> bundles.add(String.valueOf(bundle)));
        cluster.mutatingBundles().forEach(bundle -> bundles.add(String.valueOf(bundle)));
        assertThat(bundles).hasSize(1);
        return Pem.certificates(
                "caBundle",
                new String(Base64.getDecoder().decode(bundles.iterator().next()), StandardCharsets.UTF_8));
    }

    @Test
    void the_first_replica_creates_a_pair_and_the_others_use_it() throws Exception {
        var executor = Executors.newFixedThreadPool(4);
        try {
            List<Callable<ServingCertificate>> replicas =
                    Collections.nCopies(4, () -> replica().reconcile(NOW, null));
            List<ServingCertificate> pairs = new ArrayList<>();
            for (var pair : executor.invokeAll(replicas)) {
                pairs.add(pair.get());
            }
            assertThat(pairs).allMatch(pairs.get(0)::equals);
            assertThat(pairs.get(0).isGoodFor(NAMES, NOW)).isTrue();
        } finally {
            executor.shutdownNow();
        }
        assertThat(secret().getData()).containsOnlyKeys("ca.crt", "ca.key", "tls.crt", "tls.key");
        assertThat(secret().getType())
                .as("as the chart has it, for it cannot be changed")
                .isEqualTo("Opaque");
    }

    @Test
    void the_charts_empty_secret_is_filled() {
        cluster.client
                .resource(new SecretBuilder()
                        .withNewMetadata()
                        .withNamespace("prod")
                        .withName("guard-certs")
                        .endMetadata()
                        .build())
                .create();
        assertThat(replica().reconcile(NOW, null).isGoodFor(NAMES, NOW)).isTrue();
        assertThat(secret().getData()).containsKeys("ca.crt", "tls.crt");
    }

    @Test
    void a_leaf_that_is_due_or_damaged_is_reissued_by_the_same_authority() {
        ServingCertificate first = replica().reconcile(NOW, null);
        assertThat(replica().reconcile(NOW.plus(Duration.ofDays(30)), null)).isEqualTo(first);
        ServingCertificate later = replica().reconcile(NOW.plus(Duration.ofDays(61)), null);
        assertThat(later.leaf()).isNotEqualTo(first.leaf());
        assertThat(later.authorities()).isEqualTo(first.authorities());
        Map<String, String> spoilt = new HashMap<>(secret().getData());
        spoilt.put("tls.key", "bm9uc2Vuc2U=");
        cluster.client
                .resource(new SecretBuilder(secret()).withData(spoilt).build())
                .update();
        ServingCertificate mended = replica().reconcile(NOW.plus(Duration.ofDays(61)), null);
        assertThat(mended.leaf()).isNotEqualTo(later.leaf());
        assertThat(mended.authorities()).isEqualTo(first.authorities());
    }

    @Test
    void after_everything_has_expired_a_new_authority_is_created() {
        ServingCertificate first = replica().reconcile(NOW, null);
        Instant later = NOW.plus(Duration.ofDays(1000));
        ServingCertificate second = replica().reconcile(later, first);
        assertThat(second.isGoodFor(NAMES, later)).isTrue();
        assertThat(second.authorities()).doesNotContainAnyElementsOf(first.authorities());
    }

    @Test
    void the_authority_is_written_into_every_webhook_once_and_again_where_somebody_edits_it() {
        configurations();
        ServingCertificate pair = replica().reconcile(NOW, null);
        assertThat(trusted()).isEqualTo(pair.authorities());
        int writes = cluster.applied.size();
        assertThat(writes).isEqualTo(2);
        replica().reconcile(NOW, pair);
        replica().reconcile(NOW, pair);
        assertThat(cluster.applied).hasSize(writes);
        cluster.client
                .admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName("guard")
                .edit(configuration -> {
                    configuration.getWebhooks().get(0).getClientConfig().setCaBundle("b2xk");
                    return configuration;
                });
        replica().reconcile(NOW, pair);
        assertThat(trusted()).isEqualTo(pair.authorities());
    }

    @Test
    void without_a_propagation_delay_the_authority_is_written_and_replaced() {
        configurations();
        CertificateReconciler replica = replica(
                "a", new RotationPolicy(Duration.ofDays(90), Duration.ofDays(730), Duration.ZERO, Duration.ofDays(1)));
        ServingCertificate first = replica.reconcile(NOW, null);
        assertThat(trusted()).isEqualTo(first.authorities());
        Instant due = NOW.plus(Duration.ofDays(487));
        ServingCertificate pair = first;
        for (int i = 0; i < 15; i++) {
            pair = replica.reconcile(due.plusSeconds(i), pair);
        }
        assertThat(trusted()).hasSize(1).doesNotContainAnyElementsOf(first.authorities());
        assertThat(pair.isGoodFor(NAMES, due)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 404})
    void a_missing_secret_that_cannot_be_created_is_reported_with_its_name_and_the_remedy(int status) {
        cluster.refusedStatus = status;
        cluster.refused = request -> "POST".equals(request.getMethod());
        CertificateReconciler replica = replica();
        assertThatThrownBy(() -> replica.reconcile(NOW, null))
                .isInstanceOfSatisfying(
                        SecretUnavailableException.class,
                        e -> assertThat(((KubernetesClientException) e.getCause()).getCode())
                                .isEqualTo(status))
                .hasMessage("secret prod/guard-certs does not exist and cannot be created (HTTP " + status
                        + "). The Helm chart creates it: run helm upgrade, or create an empty Secret of that name");
        cluster.refused = request -> false;
        assertThat(replica.reconcile(NOW, null).isGoodFor(NAMES, NOW)).isTrue();
    }

    @Test
    void a_save_returns_what_the_api_server_stored_and_keeps_annotations_of_others() {
        ServingCertificate first = replica().reconcile(NOW, null);
        cluster.client
                .resource(new SecretBuilder(secret())
                        .editMetadata()
                        .addToAnnotations("example.com/owner", "team")
                        .endMetadata()
                        .build())
                .update();
        CertificateSecret secret = new CertificateSecret(cluster.client, "prod", "guard-certs");
        CertificateSecret.Stored read = secret.read();
        RotationState state =
                read.state().orElseThrow().withAcknowledgment("a", first).withPromoted(NOW);
        CertificateSecret.Stored stored = secret.save(read, state);
        assertThat(stored.state()).contains(state);
        assertThat(stored.object()).isEqualTo(secret());
        assertThat(secret().getMetadata().getAnnotations())
                .containsOnlyKeys("example.com/owner", "serves.inplace-guard.io/a", "inplace-guard.io/ca-promoted");
    }

    @Test
    void without_webhook_configurations_there_is_nothing_to_write() {
        replica().reconcile(NOW, null);
        assertThat(cluster.applied).isEmpty();
    }

    @Test
    void the_next_authority_is_trusted_before_it_is_served_and_the_old_one_until_nobody_serves_it() {
        configurations();
        CertificateReconciler a = replica("a", DEFAULTS);
        CertificateReconciler b = replica("b", DEFAULTS);
        ServingCertificate first = a.reconcile(NOW, null);
        Instant due = NOW.plus(Duration.ofDays(487));
        // The leaf is renewed first where both are due in the same look; here it is young.
        ServingCertificate young = new ServingCertificate(first.authorities(), first.chain(), first.key());
        ServingCertificate ofA = young;
        ServingCertificate ofB = young;
        Instant time = due;
        for (int i = 0; i < 4; i++) {
            ofA = a.reconcile(time, ofA);
            ofB = b.reconcile(time, ofB);
        }
        assertThat(trusted())
                .as("published")
                .hasSize(2)
                .contains(first.authorities().get(0));
        X509Certificate next = trusted().get(1);
        time = time.plusSeconds(5);
        assertThat(a.reconcile(time, ofA).leaf()).as("too early to serve it").isEqualTo(ofA.leaf());
        time = time.plusSeconds(10);
        ServingCertificate before = ofB;
        ofA = a.reconcile(time, ofA);
        assertThat(new ServingCertificate(List.of(next), ofA.chain(), ofA.key()).isTrusted())
                .isTrue();
        for (int i = 0; i < 10; i++) {
            time = time.plusSeconds(10);
            ofA = a.reconcile(time, ofA);
        }
        assertThat(trusted()).as("b still serves the old leaf").hasSize(2);
        for (int i = 0; i < 4; i++) {
            time = time.plusSeconds(10);
            ofB = b.reconcile(time, i == 0 ? before : ofB);
            ofA = a.reconcile(time, ofA);
        }
        assertThat(trusted()).containsExactly(next);
        assertThat(secret().getData()).containsOnlyKeys("ca.crt", "ca.key", "tls.crt", "tls.key");
    }

    @Test
    void a_replica_that_ends_is_not_waited_for() {
        ServingCertificate first = replica().reconcile(NOW, null);
        replica().reconcile(NOW, first);
        assertThat(secret().getMetadata().getAnnotations()).containsKey("serves.inplace-guard.io/a");
        replica().deregister();
        assertThat(secret().getMetadata().getAnnotations()).isNullOrEmpty();
    }

    @Test
    void an_authority_that_somebody_exchanges_is_not_published_alone() {
        configurations();
        CertificateReconciler replica = replica();
        ServingCertificate first = replica.reconcile(NOW, null);
        Map<String, String> edited = new HashMap<>(secret().getData());
        edited.put(
                "ca.crt",
                base64(Pem.of(io.inplaceguard.certs.CertificateAuthority.authority(NOW, Duration.ofDays(9))
                        .certificate())));
        cluster.client
                .resource(new SecretBuilder(secret()).withData(edited).build())
                .update();
        ServingCertificate after = replica.reconcile(NOW, first);
        assertThat(trusted())
                .as("what is served stays trusted")
                .contains(first.authorities().get(0));
        for (int i = 1; i < 10; i++) {
            after = replica.reconcile(NOW.plusSeconds(10 * i), after);
            assertThat(new ServingCertificate(trusted(), after.chain(), after.key()).isTrusted())
                    .isTrue();
        }
        assertThat(trusted()).hasSize(1);
        assertThat(after.isGoodFor(NAMES, NOW)).isTrue();
    }

    @Test
    void a_secret_restored_from_a_backup_keeps_the_served_authority_trusted() {
        configurations();
        CertificateReconciler replica = replica();
        ServingCertificate old = replica.reconcile(NOW, null);
        Map<String, String> backup = secret().getData();
        cluster.client.secrets().inNamespace("prod").withName("guard-certs").delete();
        ServingCertificate served = replica.reconcile(NOW, null);
        assertThat(served.authorities()).doesNotContainAnyElementsOf(old.authorities());
        cluster.client
                .resource(new SecretBuilder(secret()).withData(backup).build())
                .update();
        replica.reconcile(NOW, served);
        ServingCertificate after = replica.reconcile(NOW, served);
        assertThat(after.leaf()).isEqualTo(old.leaf());
        assertThat(trusted())
                .contains(served.authorities().get(0), old.authorities().get(0));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void an_expired_leaf_whose_authority_has_lost_its_key_is_replaced() {
        ServingCertificate first = replica().reconcile(NOW, null);
        Map<String, String> edited = new HashMap<>(secret().getData());
        edited.remove("ca.key");
        cluster.client
                .resource(new SecretBuilder(secret()).withData(edited).build())
                .update();
        Instant later = NOW.plus(Duration.ofDays(100));
        assertThat(replica().reconcile(later, null).isGoodFor(NAMES, later)).isTrue();
        assertThat(first.isValidAt(later)).isFalse();
    }

    @Test
    void the_mark_of_a_replica_that_ended_without_deregistering_is_removed() {
        ServingCertificate first = replica("a", DEFAULTS).reconcile(NOW, null);
        replica("a", DEFAULTS).reconcile(NOW, first);
        replica("b", DEFAULTS).reconcile(NOW, first);
        ServingCertificate second = replica("a", DEFAULTS).reconcile(NOW.plus(Duration.ofDays(61)), first);
        replica("a", DEFAULTS).reconcile(NOW.plus(Duration.ofDays(61)), second);
        assertThat(secret().getMetadata().getAnnotations())
                .as("both served the first")
                .hasSize(2);
        replica("a", DEFAULTS).reconcile(NOW.plus(Duration.ofDays(122)), second);
        assertThat(secret().getMetadata().getAnnotations())
                .as("b never came to the second")
                .containsOnlyKeys("serves.inplace-guard.io/a");
    }

    @Test
    void a_replica_whose_clock_is_ahead_does_not_hurry_the_next_authority() {
        configurations();
        CertificateReconciler a = replica("a", DEFAULTS);
        CertificateReconciler ahead = replica("b", DEFAULTS);
        ServingCertificate first = a.reconcile(NOW, null);
        Instant due = NOW.plus(Duration.ofDays(487));
        ServingCertificate ofA = first;
        for (int i = 0; i < 6; i++) {
            ofA = a.reconcile(due, ofA);
        }
        assertThat(trusted()).hasSize(2);
        assertThat(secret().getMetadata().getAnnotations()).containsKey("inplace-guard.io/next-ca-published");
        Instant hers = due.plus(Duration.ofMinutes(2));
        ServingCertificate ofB = ahead.reconcile(hers, ofA);
        ofB = ahead.reconcile(hers.plusSeconds(1), ofB);
        assertThat(new ServingCertificate(first.authorities(), ofB.chain(), ofB.key()).isTrusted())
                .as("still of the old CA")
                .isTrue();
        ofB = ahead.reconcile(hers.plusSeconds(11), ofB);
        assertThat(new ServingCertificate(first.authorities(), ofB.chain(), ofB.key()).isTrusted())
                .isFalse();
    }

    @Test
    void no_call_fails_when_the_secret_is_deleted() {
        configurations();
        ServingCertificate first = replica().reconcile(NOW, null);
        cluster.client.secrets().inNamespace("prod").withName("guard-certs").delete();
        CertificateReconciler replica = replica();
        ServingCertificate after = replica.reconcile(NOW, first);
        assertThat(after.leaf()).isEqualTo(first.leaf());
        assertThat(trusted()).contains(first.authorities().get(0)).hasSize(2);
        for (int i = 1; i < 10; i++) {
            after = replica.reconcile(NOW.plusSeconds(10 * i), after);
        }
        assertThat(trusted()).hasSize(1).doesNotContainAnyElementsOf(first.authorities());
        assertThat(after.isGoodFor(NAMES, NOW)).isTrue();
    }

    /** One replica of a simulated Deployment. */
    private final class Simulated {
        private final CertificateReconciler certificates;
        private @Nullable ServingCertificate served;

        Simulated(String name, RotationPolicy times) {
            certificates = replica(name, times);
        }

        void reconcile(Instant now) {
            try {
                served = certificates.reconcile(now, served);
            } catch (SecretUnavailableException e) {
                // Away; it goes on with what it has.
            }
        }
    }

    /**
     * Time passes by the second; three replicas look when they come to it, crash and come back, writes fail or lose their
     * answer. Whatever an API server has read of the caBundle within the last five seconds, it can call every replica.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void no_call_would_fail_while_authorities_replace_each_other(long seed) {
        configurations();
        Random random = new Random(seed);
        RotationPolicy times = new RotationPolicy(
                Duration.ofSeconds(120), Duration.ofSeconds(300), Duration.ofSeconds(10), Duration.ofSeconds(150));
        int rotations = Integer.getInteger("rotations", 3);
        List<Simulated> replicas = new ArrayList<>();
        Instant now = NOW;
        for (int i = 0; i < 3; i++) {
            replicas.add(new Simulated("r" + i, times));
            replicas.get(i).reconcile(now);
        }
        Set<X509Certificate> signers = new HashSet<>();
        Deque<List<X509Certificate>> read = new ArrayDeque<>();
        int started = 3;
        for (int tick = 0; signers.size() <= rotations; tick++) {
            assertThat(tick).as("it comes to an end").isLessThan(600 * (rotations + 2));
            now = now.plus(SECOND);
            for (int i = 0; i < replicas.size(); i++) {
                cluster.fault = request -> random.nextInt(20) == 0 ? 1 + random.nextInt(2) : 0;
                // At the latest every five seconds.
                if (random.nextInt(3) == 0 || (tick + i) % 5 == 0) {
                    replicas.get(i).reconcile(now);
                }
                cluster.fault = request -> 0;
                if (random.nextInt(150) == 0) {
                    replicas.set(i, new Simulated("r" + started++, times));
                    replicas.get(i).reconcile(now);
                }
            }
            read.addLast(trustedByEach());
            if (read.size() > 5) {
                read.removeFirst();
            }
            for (Simulated replica : replicas) {
                ServingCertificate served = java.util.Objects.requireNonNull(replica.served);
                assertThat(served.isValidAt(now))
                        .as("valid, second %d of seed %d", tick, seed)
                        .isTrue();
                for (List<X509Certificate> bundle : read) {
                    assertThat(new ServingCertificate(bundle, served.chain(), served.key()).isTrusted())
                            .as("trusted, second %d of seed %d", tick, seed)
                            .isTrue();
                }
                served.authorities().stream()
                        .filter(authority ->
                                new ServingCertificate(List.of(authority), served.chain(), served.key()).isTrusted())
                        .forEach(signers::add);
            }
        }
    }

    /** Both configurations are written one after the other: what both trust. */
    private List<X509Certificate> trustedByEach() {
        List<List<X509Certificate>> all = new ArrayList<>();
        cluster.client
                .admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withName("guard")
                .get()
                .getWebhooks()
                .forEach(webhook -> all.add(pem(webhook.getClientConfig().getCaBundle())));
        cluster.client
                .admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName("guard")
                .get()
                .getWebhooks()
                .forEach(webhook -> all.add(pem(webhook.getClientConfig().getCaBundle())));
        List<X509Certificate> common = new ArrayList<>(all.get(0));
        all.forEach(common::retainAll);
        return common;
    }

    private static List<X509Certificate> pem(String bundle) {
        return Pem.certificates("caBundle", new String(Base64.getDecoder().decode(bundle), StandardCharsets.UTF_8));
    }
}
