package io.inplaceguard.certs.rotation;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.inplaceguard.certs.CertificateAuthority;
import io.inplaceguard.certs.CertificateAuthority.Authority;
import io.inplaceguard.certs.Pem;
import io.inplaceguard.certs.ServingCertificate;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A CA and a serving pair in one Secret that all replicas share, and the caBundle of both webhook configurations: a
 * reconcile loop. Each reconciliation does one step and returns; a crash between two steps does no harm, and
 * replicas that race agree by resourceVersion.
 *
 * <p>A CA is replaced in two phases, so that no call fails. The next CA is published beside the current one, and only when it
 * has been seen on the live objects, and the API servers have had time to read them, a leaf of it is served. The old CA is
 * dropped when every replica has said that it serves the new leaf. The caBundle is written by server-side apply, and nothing
 * else of the configurations is owned. The CA's key never leaves the Secret.
 */
public final class CertificateReconciler {

    /** Who owns the caBundle fields. */
    static final String FIELD_MANAGER = "inplace-guard-certs";

    /** On the Secret: since when the next CA is seen on the live objects. */
    static final String PUBLISHED = "inplace-guard.io/next-ca-published";

    /** On the Secret: since when the leaf of a new CA is there to be served. */
    static final String PROMOTED = "inplace-guard.io/ca-promoted";

    /** On the Secret, followed by a replica's name: which leaf it serves. */
    static final String SERVES = "serves.inplace-guard.io/";

    private static final Logger LOG = LoggerFactory.getLogger(CertificateReconciler.class);
    private static final int TRIES = 10;
    private static final int CONFLICT = 409;

    /**
     * Where things are.
     *
     * @param namespace     of the Secret
     * @param secret        its name
     * @param configuration the name of both webhook configurations
     * @param names         the DNS names served
     * @param replica       what this replica is called among the others; a label's value. Two that share it would speak for
     *                      each other
     */
    public record Names(String namespace, String secret, String configuration, List<String> names, String replica) {}

    /**
     * How long things last.
     *
     * @param leaf      lifetime of a serving certificate
     * @param authority lifetime of a CA
     * @param settle    how long API servers get to read what was published
     * @param patience  how long to wait for a replica to confirm what it serves before it is ignored
     */
    public record Times(Duration leaf, Duration authority, Duration settle, Duration patience) {}

    private final KubernetesClient client;
    private final Names names;
    private final Times times;

    /** The next CA that this replica has seen published, and since when by its own clock; other replicas' may differ. */
    private @Nullable X509Certificate awaited;

    private Instant awaitedSince = Instant.MAX;

    /** @param client stays its caller's to close */
    public CertificateReconciler(KubernetesClient client, Names names, Times times) {
        this.client = client;
        this.names = names;
        this.times = times;
    }

    /**
     * Looks at the world and does the next step.
     *
     * @param served what this process serves now; null where it serves nothing yet
     * @return the pair to serve from now on
     * @throws KubernetesClientException when the Secret cannot be read or written
     */
    public ServingCertificate look(Instant now, @Nullable ServingCertificate served) {
        for (int i = 0; i < TRIES; i++) {
            try {
                long read = System.nanoTime();
                Secret secret = client.secrets()
                        .inNamespace(names.namespace())
                        .withName(names.secret())
                        .get();
                Optional<CertificateSecret> there =
                        CertificateSecret.read(secret).filter(kept -> isUsable(kept, now));
                if (there.isPresent() && there.get().pair().isPresent()) {
                    return next(secret, there.get(), now, served, read);
                }
                // Read again what was kept: another replica may have been quicker.
                keep(secret, there.isPresent() ? mended(there.get(), now) : made(now, served), Map.of());
            } catch (KubernetesClientException e) {
                if (e.getCode() != CONFLICT) {
                    throw e;
                }
            }
        }
        throw new KubernetesClientException(
                "secret " + names.secret() + " was changed by others " + TRIES + " times in a row");
    }

    /** A CA that has expired, or whose leaf is gone and cannot be made again, is of no use. */
    private boolean isUsable(CertificateSecret kept, Instant now) {
        return now.isBefore(kept.authority().getNotAfter().toInstant())
                && (kept.key() != null
                        || kept.pair()
                                .filter(pair -> pair.isValidAt(now) && pair.isTrusted())
                                .isPresent());
    }

    /** Where the Secret is gone, what is served and trusted is kept on, and a new CA begins to replace it. */
    private CertificateSecret made(Instant now, @Nullable ServingCertificate served) {
        Authority authority = CertificateAuthority.authority(now, times.authority());
        if (served != null && served.isValidAt(now)) {
            LOG.warn("secret {} not found: keeping the current certificate and starting a CA rotation", names.secret());
            return new CertificateSecret(served.signer(), null, authority, null, served.chain(), served.key());
        }
        return CertificateSecret.of(authority, leaf(authority, now));
    }

    private CertificateSecret mended(CertificateSecret kept, Instant now) {
        return kept.withLeaf(leaf(kept.signer().orElseThrow(), now));
    }

    private ServingCertificate leaf(Authority authority, Instant now) {
        ServingCertificate made = CertificateAuthority.pair(authority, names.names(), now, times.leaf());
        LOG.info("made a certificate for secret {}, valid until {}", names.secret(), made.notAfter());
        return made;
    }

    private ServingCertificate next(
            Secret secret, CertificateSecret kept, Instant now, @Nullable ServingCertificate served, long read) {
        ServingCertificate pair = kept.pair().orElseThrow();
        try {
            if (served != null && isStranger(served, kept, now)) {
                LOG.warn(
                        "secret {} does not contain the CA of the certificate in use; keeping that CA in the caBundle",
                        names.secret());
                keep(secret, kept.withOld(served.signer()), Map.of(PROMOTED, now.toString()));
                return pair;
            }
            boolean seen = publish(kept.trusted(), read);
            if (!says(secret, served)) {
                keep(secret, kept, Map.of(SERVES + names.replica(), fingerprint(Objects.requireNonNull(served))));
                return pair;
            }
            return step(secret, kept, now, seen).pair().orElseThrow();
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                LOG.warn("reconciliation failed, retrying: {}", e.getMessage());
            }
            return pair;
        }
    }

    /** Whether what is served would not be trusted any more: the Secret was restored from a backup, or edited. */
    private static boolean isStranger(ServingCertificate served, CertificateSecret kept, Instant now) {
        return kept.old() == null
                && served.isValidAt(now)
                && served.isTrusted()
                && !new ServingCertificate(kept.trusted(), served.chain(), served.key()).isTrusted();
    }

    /** Does at most one thing, and returns what the Secret holds then. */
    private CertificateSecret step(Secret secret, CertificateSecret kept, Instant now, boolean seen) {
        // In every phase: replicas that are waited for must not let the leaf expire.
        ServingCertificate pair = kept.pair().orElseThrow();
        if (kept.key() != null
                && (isDue(pair.leaf(), now)
                        || !pair.isValidAt(now)
                        || !pair.isTrusted()
                        || !pair.covers(names.names()))) {
            return keep(secret, mended(kept, now), kept.old() == null ? withoutOthers(secret, pair) : Map.of());
        }
        if (kept.next() != null) {
            Instant published = instant(secret, PUBLISHED);
            if (!seen) {
                // Written just now, or changed by somebody else: the propagation delay starts again.
                return published == null ? kept : keep(secret, kept, without(PUBLISHED));
            }
            if (published == null) {
                return keep(secret, kept, Map.of(PUBLISHED, now.toString()));
            }
            if (!kept.next().certificate().equals(awaited)) {
                awaited = kept.next().certificate();
                awaitedSince = now;
            }
            if (now.isBefore(kept.next().certificate().getNotBefore().toInstant())
                    || now.isBefore(published.plus(times.settle()))
                    || now.isBefore(awaitedSince.plus(times.settle()))) {
                return kept;
            }
            LOG.info("promoted the next CA");
            Map<String, String> marks = without(PUBLISHED);
            marks.put(PROMOTED, now.toString());
            return keep(secret, kept.promoted(kept.next(), leaf(kept.next(), now)), marks);
        }
        if (kept.old() != null) {
            Instant promoted = instant(secret, PROMOTED);
            if (promoted == null) {
                return keep(secret, kept, Map.of(PROMOTED, now.toString()));
            }
            boolean all = allServe(secret, pair) && !now.isBefore(promoted.plus(times.settle()));
            if (!all && now.isBefore(promoted.plus(times.patience()))) {
                return kept;
            }
            LOG.info("dropping the old CA");
            Map<String, String> marks = withoutOthers(secret, pair);
            marks.put(PROMOTED, null);
            return keep(secret, kept.withoutOld(), marks);
        }
        if (kept.key() == null || isDue(kept.authority(), now)) {
            LOG.info("a new CA begins to replace the one that is due");
            return keep(secret, kept.withNext(CertificateAuthority.authority(now, times.authority())), Map.of());
        }
        return kept;
    }

    /** At two thirds of its lifetime, or up to a twentieth of it earlier, so that not all of a fleet renew at once. */
    static boolean isDue(X509Certificate certificate, Instant now) {
        Instant from = certificate.getNotBefore().toInstant().plus(CertificateAuthority.SKEW);
        Duration life = Duration.between(from, certificate.getNotAfter().toInstant());
        long jitter = Math.floorMod(certificate.getSerialNumber().longValue(), 1000);
        return !now.isBefore(from.plus(life.multipliedBy(2).dividedBy(3))
                .minus(life.multipliedBy(jitter).dividedBy(20_000)));
    }

    private boolean says(Secret secret, @Nullable ServingCertificate served) {
        return served == null || fingerprint(served).equals(serving(secret).get(SERVES + names.replica()));
    }

    /** Those that do not serve that leaf, although it is about to be replaced itself, have ended without a word. */
    private static Map<String, String> withoutOthers(Secret secret, ServingCertificate pair) {
        Map<String, String> marks = new HashMap<>();
        serving(secret).forEach((name, leaf) -> {
            if (!leaf.equals(fingerprint(pair))) {
                marks.put(name, null);
            }
        });
        return marks;
    }

    private static boolean allServe(Secret secret, ServingCertificate pair) {
        return serving(secret).values().stream().allMatch(fingerprint(pair)::equals);
    }

    private static Map<String, String> serving(Secret secret) {
        return annotations(secret).entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(SERVES))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static Map<String, String> annotations(@Nullable Secret secret) {
        return secret == null
                ? Map.of()
                : Objects.requireNonNullElse(secret.getMetadata().getAnnotations(), Map.of());
    }

    private static String fingerprint(ServingCertificate pair) {
        return pair.leaf().getSerialNumber().toString(16);
    }

    private static @Nullable Instant instant(Secret secret, String name) {
        String text = annotations(secret).get(name);
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static Map<String, String> without(String name) {
        Map<String, String> marks = new HashMap<>();
        marks.put(name, null);
        return marks;
    }

    /**
     * Writes with the resourceVersion that was read: a change in between is a conflict.
     *
     * @param marks annotations to set, or to take away where null
     */
    private CertificateSecret keep(@Nullable Secret there, CertificateSecret kept, Map<String, String> marks) {
        Map<String, String> annotations = new HashMap<>(annotations(there));
        marks.forEach((name, value) -> {
            if (value == null) {
                annotations.remove(name);
            } else {
                annotations.put(name, value);
            }
        });
        if (there == null) {
            client.resource(new SecretBuilder()
                            .withNewMetadata()
                            .withNamespace(names.namespace())
                            .withName(names.secret())
                            .addToLabels("app.kubernetes.io/name", "inplace-guard")
                            .withAnnotations(annotations)
                            .endMetadata()
                            .withType("Opaque")
                            .withData(kept.data())
                            .build())
                    .create();
        } else {
            client.resource(new SecretBuilder(there)
                            .editMetadata()
                            .withAnnotations(annotations)
                            .endMetadata()
                            .withData(kept.data())
                            .build())
                    .update();
        }
        return kept;
    }

    /** Calls back when the Secret or a configuration has changed, as long as the client is open; returns at once. */
    public void watch(Runnable changed) {
        watch(client.secrets().inNamespace(names.namespace()).withName(names.secret()), changed);
        watch(
                client.admissionRegistration()
                        .v1()
                        .validatingWebhookConfigurations()
                        .withName(names.configuration()),
                changed);
        watch(
                client.admissionRegistration()
                        .v1()
                        .mutatingWebhookConfigurations()
                        .withName(names.configuration()),
                changed);
    }

    private static <T extends HasMetadata> void watch(Resource<T> resource, Runnable changed) {
        resource.runnableInformer(0)
                .exceptionHandler((started, problem) -> {
                    // It is read every few seconds anyway.
                    LOG.debug("not watched, trying again: {}", problem.getMessage());
                    return true;
                })
                .addEventHandler(new ResourceEventHandler<>() {
                    @Override
                    public void onAdd(T object) {
                        changed.run();
                    }

                    @Override
                    public void onUpdate(T before, T after) {
                        changed.run();
                    }

                    @Override
                    public void onDelete(T object, boolean unknown) {
                        changed.run();
                    }
                })
                .start();
    }

    /** This replica ends: nobody need wait for it. */
    public void leave() {
        try {
            Secret secret = client.secrets()
                    .inNamespace(names.namespace())
                    .withName(names.secret())
                    .get();
            Optional<CertificateSecret> kept = CertificateSecret.read(secret);
            if (kept.isPresent() && serving(secret).containsKey(SERVES + names.replica())) {
                keep(secret, kept.get(), without(SERVES + names.replica()));
            }
        } catch (KubernetesClientException e) {
            LOG.debug("not signed off: {}", e.getMessage());
        }
    }

    /**
     * Has the API server trust these; whether it was seen to do so already. A configuration that is not there trusts nobody.
     *
     * @param read when the Secret was read, by {@code System.nanoTime()}
     */
    private boolean publish(List<X509Certificate> authorities, long read) {
        String bundle = Base64.getEncoder()
                .encodeToString(authorities.stream()
                        .map(Pem::of)
                        .collect(Collectors.joining())
                        .getBytes(StandardCharsets.UTF_8));
        int changed = 0;
        ValidatingWebhookConfiguration validating = client.admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withName(names.configuration())
                .get();
        if (validating != null
                && validating.getWebhooks().stream()
                        .anyMatch(webhook ->
                                !bundle.equals(webhook.getClientConfig().getCaBundle()))) {
            var builder = new ValidatingWebhookConfigurationBuilder()
                    .withNewMetadata()
                    .withName(names.configuration())
                    .endMetadata();
            validating
                    .getWebhooks()
                    .forEach(webhook -> builder.addNewWebhook()
                            .withName(webhook.getName())
                            .withNewClientConfig()
                            .withCaBundle(bundle)
                            .endClientConfig()
                            .endWebhook());
            changed += apply(builder.build(), read);
        }
        MutatingWebhookConfiguration mutating = client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName(names.configuration())
                .get();
        if (mutating != null
                && mutating.getWebhooks().stream()
                        .anyMatch(webhook ->
                                !bundle.equals(webhook.getClientConfig().getCaBundle()))) {
            var builder = new MutatingWebhookConfigurationBuilder()
                    .withNewMetadata()
                    .withName(names.configuration())
                    .endMetadata();
            mutating.getWebhooks()
                    .forEach(webhook -> builder.addNewWebhook()
                            .withName(webhook.getName())
                            .withNewClientConfig()
                            .withCaBundle(bundle)
                            .endClientConfig()
                            .endWebhook());
            changed += apply(builder.build(), read);
        }
        return changed == 0;
    }

    private int apply(HasMetadata configuration, long read) {
        // A call that hung must not bring back what was true then: others may have served by another CA since.
        if (Duration.ofNanos(System.nanoTime() - read).compareTo(times.settle().dividedBy(2)) > 0) {
            LOG.warn("the API server is slow: caBundle not written, retrying");
            return 1;
        }
        client.resource(configuration)
                .fieldManager(FIELD_MANAGER)
                .forceConflicts()
                .serverSideApply();
        LOG.info(
                "caBundle written to {} {}",
                configuration.getKind(),
                configuration.getMetadata().getName());
        return 1;
    }
}
