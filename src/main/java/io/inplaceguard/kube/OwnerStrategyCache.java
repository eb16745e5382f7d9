package io.inplaceguard.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.inplaceguard.guard.AnnotationKeys;
import io.inplaceguard.guard.CustomKind;
import io.inplaceguard.guard.OwnerStrategies;
import io.inplaceguard.guard.UpdateStrategy;
import io.inplaceguard.kube.WorkloadInformers.Kind;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The strategies of the workloads that own pods, kept up to date by informers: of each workload its uid and strategy and
 * nothing else. Reviews read a map; the API server is asked in the background only. While the cache is not filled, or
 * the API server is away, no owner is known and each Pod's own annotation decides.
 */
public final class OwnerStrategyCache implements AutoCloseable {

    private static final List<String> VERSIONS = List.of("v1beta1", "v1alpha1");
    private static final JsonMapper JSON = new JsonMapper();

    /**
     * The kinds that control pods and can enforce InPlaceOnly: by their strategy, a DaemonSet by its annotation alone. A
     * UnitedDeployment's pods belong to its children, which are these.
     */
    private static final List<Kind> KINDS = List.of(
            new Kind("apps.kruise.io", VERSIONS, "CloneSet", "clonesets"),
            new Kind("apps.kruise.io", VERSIONS, "StatefulSet", "statefulsets"),
            new Kind("apps.kruise.io", VERSIONS, "DaemonSet", "daemonsets"));

    private final @Nullable WorkloadInformers informers;
    private final Map<String, UpdateStrategy> strategies = new ConcurrentHashMap<>();

    /**
     * @param client stays its caller's to close
     * @param custom configured kinds, for those whose objects control pods themselves
     */
    public OwnerStrategyCache(KubernetesClient client, List<CustomKind> custom) {
        Map<Kind, CustomKind> configured = new HashMap<>();
        custom.forEach(kind -> configured.put(new Kind(kind.group(), kind.versions(), kind.kind(), ""), kind));
        List<Kind> kinds =
                Stream.concat(KINDS.stream(), configured.keySet().stream()).toList();
        this.informers = new WorkloadInformers(
                client, kinds, (kind, version) -> new Handler(kind.name(), version, configured.get(kind)));
    }

    private OwnerStrategyCache() {
        this.informers = null;
    }

    /** A cache that is never started and never current. */
    public static OwnerStrategyCache off() {
        return new OwnerStrategyCache();
    }

    /** Begins to read, and to look for kinds that are installed later; returns at once. */
    public OwnerStrategyCache start(Duration interval) {
        if (informers != null) {
            informers.start(interval);
        }
        return this;
    }

    /** What reviews may ask. */
    public OwnerStrategies owners() {
        return new OwnerStrategies(uid -> isCurrent() ? strategies.get(uid) : null);
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
        private final @Nullable CustomKind custom;

        Handler(String kind, String version, @Nullable CustomKind custom) {
            this.kind = kind;
            this.version = version;
            this.custom = custom;
        }

        @Override
        public void onAdd(GenericKubernetesResource workload) {
            JsonNode spec = JSON.valueToTree(workload.getAdditionalProperties().get("spec"));
            Map<String, String> annotations = workload.getMetadata().getAnnotations();
            String policy = annotations == null ? null : annotations.get(AnnotationKeys.UPDATE_POLICY);
            UpdateStrategy strategy = custom == null
                    ? UpdateStrategy.ofOwner(kind, version, spec, policy)
                    : UpdateStrategy.ofOwner(custom, spec, policy);
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
