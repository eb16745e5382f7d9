package io.inplaceguard.certs.rotation;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The Secret that all replicas share. A write carries the resourceVersion that was read, so that a change in between is a
 * conflict (409). Private keys never leave it.
 */
final class CertificateSecret {

    /** Annotation: since when the next CA is seen in the live caBundles. */
    static final String PUBLISHED = "inplace-guard.io/next-ca-published";

    /** Annotation: since when the current CA is the current one. */
    static final String PROMOTED = "inplace-guard.io/ca-promoted";

    /** Annotation, followed by a replica's name: serial number of the certificate that it serves. */
    static final String SERVES = "serves.inplace-guard.io/";

    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;

    /**
     * The Secret at one resourceVersion.
     *
     * @param object null where it does not exist
     * @param state  empty where it holds no CA that can be read
     */
    record Stored(@Nullable Secret object, Optional<RotationState> state) {}

    private final KubernetesClient client;
    private final Resource<Secret> resource;
    private final String namespace;
    private final String name;

    /** @param client closed by its owner */
    CertificateSecret(KubernetesClient client, String namespace, String name) {
        this.client = client;
        this.resource = client.secrets().inNamespace(namespace).withName(name);
        this.namespace = namespace;
        this.name = name;
    }

    /** @throws KubernetesClientException when it cannot be read; a missing Secret is not an error */
    Stored read() {
        return stored(resource.get());
    }

    /**
     * Writes the state, and creates the Secret where it did not exist.
     *
     * @param read what the state was derived from
     * @return what the API server stored
     * @throws KubernetesClientException with code 409 where the Secret has changed since; with another where it cannot be written
     */
    Stored save(Stored read, RotationState state) {
        Secret object = read.object();
        return stored(object == null ? create(state) : update(object, state));
    }

    private Secret create(RotationState state) {
        Secret secret = new SecretBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .addToLabels("app.kubernetes.io/name", "inplace-guard")
                .withAnnotations(annotations(Map.of(), state))
                .endMetadata()
                .withType("Opaque")
                .withData(SecretData.write(state.material()))
                .build();
        try {
            return client.resource(secret).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != FORBIDDEN && e.getCode() != NOT_FOUND) {
                throw e;
            }
            // The chart creates the Secret: its Role cannot limit "create" to one name, so it does not grant it.
            throw new KubernetesClientException(
                    "secret " + namespace + "/" + name + " does not exist and cannot be created (HTTP " + e.getCode()
                            + "). The Helm chart creates it: run helm upgrade, or create an empty Secret of that name",
                    e.getCode(),
                    e.getStatus());
        }
    }

    private Secret update(Secret object, RotationState state) {
        return client.resource(new SecretBuilder(object)
                        .editMetadata()
                        .withAnnotations(annotations(annotations(object), state))
                        .endMetadata()
                        .withData(SecretData.write(state.material()))
                        .build())
                .update();
    }

    /** Calls back when the Secret has changed, as long as the client is open; returns at once. */
    void watch(Runnable changed) {
        ChangeNotifier.watch(resource, changed);
    }

    private static Stored stored(@Nullable Secret object) {
        if (object == null) {
            return new Stored(null, Optional.empty());
        }
        Map<String, String> annotations = annotations(object);
        Map<String, String> acknowledgments = new HashMap<>();
        annotations.forEach((key, value) -> {
            if (key.startsWith(SERVES)) {
                acknowledgments.put(key.substring(SERVES.length()), value);
            }
        });
        return new Stored(
                object,
                SecretData.read(object)
                        .map(material -> new RotationState(
                                material,
                                instant(annotations.get(PUBLISHED)),
                                instant(annotations.get(PROMOTED)),
                                acknowledgments)));
    }

    /** Those of others stay as they are. */
    private static Map<String, String> annotations(Map<String, String> present, RotationState state) {
        Map<String, String> annotations = new HashMap<>(present);
        annotations.keySet().removeIf(key -> key.startsWith(SERVES) || key.equals(PUBLISHED) || key.equals(PROMOTED));
        state.acknowledgments().forEach((replica, serial) -> annotations.put(SERVES + replica, serial));
        if (state.nextPublished() != null) {
            annotations.put(PUBLISHED, state.nextPublished().toString());
        }
        if (state.promoted() != null) {
            annotations.put(PROMOTED, state.promoted().toString());
        }
        return annotations;
    }

    private static Map<String, String> annotations(Secret secret) {
        return Objects.requireNonNullElse(secret.getMetadata().getAnnotations(), Map.of());
    }

    /** A value that cannot be parsed counts as missing: the step that sets it is repeated. */
    private static @Nullable Instant instant(@Nullable String text) {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }
}
