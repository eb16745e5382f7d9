package io.inplaceguard.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.inplaceguard.certs.CertificateException;
import io.inplaceguard.certs.CertificateMaker;
import io.inplaceguard.certs.CertificateMaker.Authority;
import io.inplaceguard.certs.Pem;
import io.inplaceguard.certs.ServingPair;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
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
 * A CA and a serving pair in one Secret that all replicas share. Whoever finds none makes one; who comes second meets a
 * conflict and takes what is there. The CA goes into {@code webhooks[*].clientConfig.caBundle} of both webhook
 * configurations by server-side apply, and nothing else of them is owned.
 */
public final class ClusterCertificates {

    /** Who owns the caBundle fields. */
    static final String FIELD_MANAGER = "inplace-guard-certs";

    static final String CA_CERTIFICATE = "ca.crt";
    static final String CA_KEY = "ca.key";
    static final String CERTIFICATE = "tls.crt";
    static final String KEY = "tls.key";

    private static final Logger LOG = LoggerFactory.getLogger(ClusterCertificates.class);
    private static final int TRIES = 10;

    /**
     * Where things are.
     *
     * @param namespace     of the Secret
     * @param secret        its name
     * @param configuration the name of both webhook configurations
     * @param names         the DNS names served
     */
    public record Names(String namespace, String secret, String configuration, List<String> names) {}

    private final KubernetesClient client;
    private final Names names;

    /** @param client stays its caller's to close */
    public ClusterCertificates(KubernetesClient client, Names names) {
        this.client = client;
        this.names = names;
    }

    /**
     * The pair of the Secret, made anew where it is missing, unusable, near its expiry or lacking a name.
     *
     * @throws KubernetesClientException when the API server is away or refuses
     */
    public ServingPair ensure(Instant now) {
        for (int i = 0; i < TRIES; i++) {
            Secret secret = client.secrets().inNamespace(names.namespace()).withName(names.secret()).get();
            Optional<ServingPair> there = isFilled(secret) ? pair(secret) : Optional.empty();
            if (there.isPresent() && there.get().isGoodFor(names.names(), now)) {
                return there.get();
            }
            Authority authority = authority(secret, now);
            ServingPair made = CertificateMaker.pair(authority, names.names(), now, CertificateMaker.LEAF_LIFE);
            if (keep(secret, authority, made)) {
                LOG.info("made a certificate, kept in secret {}, valid until {}", names.secret(), made.notAfter());
                return made;
            }
        }
        throw new KubernetesClientException("secret " + names.secret() + " was changed by others " + TRIES + " times in a row");
    }

    /** False where another replica was quicker. */
    private boolean keep(@Nullable Secret there, Authority authority, ServingPair pair) {
        Map<String, String> data = new HashMap<>();
        data.put(CA_CERTIFICATE, Pem.of(authority.certificate()));
        data.put(CA_KEY, Pem.of(authority.key()));
        data.put(CERTIFICATE, Pem.of(pair.leaf()));
        data.put(KEY, Pem.of(pair.key()));
        data.replaceAll((name, text) -> Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
        try {
            if (there == null) {
                client.resource(new SecretBuilder()
                                .withNewMetadata()
                                .withNamespace(names.namespace())
                                .withName(names.secret())
                                .addToLabels("app.kubernetes.io/name", "inplace-guard")
                                .endMetadata()
                                .withType("Opaque")
                                .withData(data)
                                .build())
                        .create();
            } else {
                // With the resourceVersion that was read: a change in between is a conflict.
                client.resource(new SecretBuilder(there).withData(data).build()).update();
            }
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == 409) {
                return false;
            }
            throw e;
        }
    }

    /** The chart's is empty at first; that is no fault to be told of. */
    private static boolean isFilled(@Nullable Secret secret) {
        return secret != null && secret.getData() != null && !secret.getData().isEmpty();
    }

    private Authority authority(@Nullable Secret secret, Instant now) {
        try {
            if (isFilled(secret)) {
                X509Certificate certificate =
                        Pem.certificates(where(CA_CERTIFICATE), text(secret, CA_CERTIFICATE)).get(0);
                PrivateKey key = Pem.key(where(CA_KEY), text(secret, CA_KEY));
                if (Pem.belongTogether(key, certificate) && !ServingPair.isNearExpiry(certificate, now)) {
                    return new Authority(certificate, key);
                }
            }
        } catch (CertificateException e) {
            LOG.warn("making a new CA: {}", e.getMessage());
        }
        return CertificateMaker.authority(now, CertificateMaker.AUTHORITY_LIFE);
    }

    private Optional<ServingPair> pair(Secret secret) {
        try {
            List<X509Certificate> chain = Pem.certificates(where(CERTIFICATE), text(secret, CERTIFICATE));
            PrivateKey key = Pem.key(where(KEY), text(secret, KEY));
            return Pem.belongTogether(key, chain.get(0))
                    ? Optional.of(new ServingPair(
                            Pem.certificates(where(CA_CERTIFICATE), text(secret, CA_CERTIFICATE)), chain, key))
                    : Optional.empty();
        } catch (CertificateException e) {
            LOG.warn("making a new certificate: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private String where(String key) {
        return key + " of secret " + names.secret();
    }

    private static String text(Secret secret, String key) {
        Map<String, String> data = Objects.requireNonNullElse(secret.getData(), Map.of());
        try {
            return new String(Base64.getDecoder().decode(data.getOrDefault(key, "")), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /**
     * Has the API server trust the pair's authorities.
     *
     * @return how many configurations were changed
     */
    public int inject(ServingPair pair) {
        String bundle = Base64.getEncoder()
                .encodeToString(pair.authorities().stream().map(Pem::of).collect(Collectors.joining()).getBytes(StandardCharsets.UTF_8));
        int changed = 0;
        ValidatingWebhookConfiguration validating = client.admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withName(names.configuration())
                .get();
        if (validating != null && validating.getWebhooks().stream()
                .anyMatch(webhook -> !bundle.equals(webhook.getClientConfig().getCaBundle()))) {
            var builder = new ValidatingWebhookConfigurationBuilder()
                    .withNewMetadata()
                    .withName(names.configuration())
                    .endMetadata();
            validating.getWebhooks().forEach(webhook -> builder.addNewWebhook()
                    .withName(webhook.getName())
                    .withNewClientConfig()
                    .withCaBundle(bundle)
                    .endClientConfig()
                    .endWebhook());
            changed += apply(builder.build());
        }
        MutatingWebhookConfiguration mutating = client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName(names.configuration())
                .get();
        if (mutating != null && mutating.getWebhooks().stream()
                .anyMatch(webhook -> !bundle.equals(webhook.getClientConfig().getCaBundle()))) {
            var builder = new MutatingWebhookConfigurationBuilder()
                    .withNewMetadata()
                    .withName(names.configuration())
                    .endMetadata();
            mutating.getWebhooks().forEach(webhook -> builder.addNewWebhook()
                    .withName(webhook.getName())
                    .withNewClientConfig()
                    .withCaBundle(bundle)
                    .endClientConfig()
                    .endWebhook());
            changed += apply(builder.build());
        }
        return changed;
    }

    private int apply(HasMetadata configuration) {
        client.resource(configuration).fieldManager(FIELD_MANAGER).forceConflicts().serverSideApply();
        LOG.info("caBundle written to {} {}", configuration.getKind(), configuration.getMetadata().getName());
        return 1;
    }
}
