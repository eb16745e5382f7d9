package io.inplaceguard.certs.rotation;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.inplaceguard.certs.Pem;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the caBundle of both webhook configurations by server-side apply, and owns no other field of them. */
final class CaBundleInjector {

    /** Field manager of the caBundle fields. */
    static final String FIELD_MANAGER = "inplace-guard-certs";

    private static final Logger LOG = LoggerFactory.getLogger(CaBundleInjector.class);

    /** The part of a webhook that matters here: its name, and its caBundle, which may be null. */
    private record Webhook(String name, @Nullable String caBundle) {}

    /**
     * One kind of webhook configuration.
     *
     * @param resource the configuration
     * @param read     its webhooks
     * @param write    the configuration with those webhooks and no other field, as server-side apply takes it
     */
    private record Configuration<C extends HasMetadata>(
            Resource<C> resource, Function<C, List<Webhook>> read, Function<List<Webhook>, C> write) {}

    private final KubernetesClient client;
    private final Configuration<ValidatingWebhookConfiguration> validating;
    private final Configuration<MutatingWebhookConfiguration> mutating;

    /**
     * @param client        closed by its owner
     * @param configuration name of both webhook configurations
     */
    CaBundleInjector(KubernetesClient client, String configuration) {
        this.client = client;
        var api = client.admissionRegistration().v1();
        this.validating = new Configuration<>(
                api.validatingWebhookConfigurations().withName(configuration),
                found -> found.getWebhooks().stream()
                        .map(webhook -> new Webhook(
                                webhook.getName(), webhook.getClientConfig().getCaBundle()))
                        .toList(),
                webhooks -> new ValidatingWebhookConfigurationBuilder()
                        .withNewMetadata()
                        .withName(configuration)
                        .endMetadata()
                        .withWebhooks(webhooks.stream()
                                .map(webhook -> new ValidatingWebhookBuilder()
                                        .withName(webhook.name())
                                        .withNewClientConfig()
                                        .withCaBundle(webhook.caBundle())
                                        .endClientConfig()
                                        .build())
                                .toList())
                        .build());
        this.mutating = new Configuration<>(
                api.mutatingWebhookConfigurations().withName(configuration),
                found -> found.getWebhooks().stream()
                        .map(webhook -> new Webhook(
                                webhook.getName(), webhook.getClientConfig().getCaBundle()))
                        .toList(),
                webhooks -> new MutatingWebhookConfigurationBuilder()
                        .withNewMetadata()
                        .withName(configuration)
                        .endMetadata()
                        .withWebhooks(webhooks.stream()
                                .map(webhook -> new MutatingWebhookBuilder()
                                        .withName(webhook.name())
                                        .withNewClientConfig()
                                        .withCaBundle(webhook.caBundle())
                                        .endClientConfig()
                                        .build())
                                .toList())
                        .build());
    }

    /**
     * Makes both configurations trust the given CAs.
     *
     * @param inTime asked before each write; where it is false, nothing is written
     * @return whether both were found to trust exactly these already. A configuration that does not exist counts as such
     * @throws KubernetesClientException when a configuration cannot be read or written
     */
    boolean inject(List<X509Certificate> authorities, BooleanSupplier inTime) {
        String bundle = Base64.getEncoder()
                .encodeToString(authorities.stream()
                        .map(Pem::of)
                        .collect(Collectors.joining())
                        .getBytes(StandardCharsets.UTF_8));
        // Both, always: the second must not wait for the first to be found unchanged.
        boolean first = inject(validating, bundle, inTime);
        boolean second = inject(mutating, bundle, inTime);
        return first && second;
    }

    private <C extends HasMetadata> boolean inject(
            Configuration<C> configuration, String bundle, BooleanSupplier inTime) {
        C found = configuration.resource().get();
        List<Webhook> webhooks =
                found == null ? List.of() : configuration.read().apply(found);
        if (webhooks.stream().allMatch(webhook -> Objects.equals(bundle, webhook.caBundle()))) {
            return true;
        }
        if (!inTime.getAsBoolean()) {
            LOG.warn("the API server is slow: caBundle not written, retrying");
            return false;
        }
        C change = configuration
                .write()
                .apply(webhooks.stream()
                        .map(webhook -> new Webhook(webhook.name(), bundle))
                        .toList());
        client.resource(change).fieldManager(FIELD_MANAGER).forceConflicts().serverSideApply();
        LOG.info(
                "caBundle written to {} {}",
                change.getKind(),
                change.getMetadata().getName());
        return false;
    }

    /** Calls back when a configuration has changed, as long as the client is open; returns at once. */
    void watch(Runnable changed) {
        ChangeNotifier.watch(validating.resource(), changed);
        ChangeNotifier.watch(mutating.resource(), changed);
    }
}
