package io.inplaceguard.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.inplaceguard.cluster.KindInformers.Kind;
import io.inplaceguard.guard.Owners;
import io.inplaceguard.guard.Strategy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The strategies of the workloads that own pods, kept up to date by informers: of each workload its uid, kind and strategy
 * and nothing else. Reviews read a map; the API server is asked in the background only. While the cache is not filled, or
 * the API server is away, no owner is known and each Pod's own annotation decides.
 */
public final class OwnerCache implements AutoCloseable {

    private static final List<String> VERSIONS = List.of("v1beta1", "v1alpha1");
    private static final JsonMapper JSON = new JsonMapper();

    /** The kinds that control pods and have InPlaceOnly. A UnitedDeployment's pods belong to its children, which are these. */
    private static final List<Kind> KINDS = List.of(
            new Kind("apps.kruise.io", VERSIONS, "CloneSet", "clonesets"),
            new Kind("apps.kruise.io", VERSIONS, "StatefulSet", "statefulsets"));

    private final @Nullable KindInformers informers;
    private final Map<String, Strategy> strategies = new ConcurrentHashMap<>();

    /** @param client stays its caller's to close */
    public OwnerCache(KubernetesClient client) {
        this.informers = new KindInformers(client, KINDS, (kind, version) -> new Handler(kind.name(), version));
    }

    private OwnerCache() {
        this.informers = null;
    }

    /** A cache that is never started and never current. */
    public static OwnerCache off() {
        return new OwnerCache();
    }

    /** Begins to read, and to look for kinds that are installed later; returns at once. */
    public OwnerCache start(Duration interval) {
        if (informers != null) {
            informers.start(interval);
        }
        return this;
    }

    /** What reviews may ask. */
    public Owners owners() {
        return new Owners(uid -> isCurrent() ? strategies.get(uid) : null);
    }

    /** Whether every kind there is has been read and is being watched. */
    public boolean isCurrent() {
        return informers != null && informers.isCurrent();
    }

    /** How many workloads are known. */
    public int size() {
        return strategies.size();
    }

    @Override
    public void close() {
        if (informers != null) {
            informers.close();
        }
    }

    private final class Handler implements ResourceEventHandler<GenericKubernetesResource> {
        private final String kind;
        private final String version;

        Handler(String kind, String version) {
            this.kind = kind;
            this.version = version;
        }

        @Override
        public void onAdd(GenericKubernetesResource workload) {
            JsonNode spec = JSON.valueToTree(workload.getAdditionalProperties().get("spec"));
            Strategy strategy = Strategy.of(kind, version, spec);
            strategies.put(workload.getMetadata().getUid(), strategy);
        }

        @Override
        public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource after) {
            if (!before.getMetadata().getUid().equals(after.getMetadata().getUid())) {
                strategies.remove(before.getMetadata().getUid());
            }
            onAdd(after);
        }

        @Override
        public void onDelete(GenericKubernetesResource workload, boolean unknown) {
            strategies.remove(workload.getMetadata().getUid());
        }
    }
}
