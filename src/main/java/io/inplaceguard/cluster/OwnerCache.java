package io.inplaceguard.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import io.inplaceguard.guard.Owners;
import io.inplaceguard.guard.Strategy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The strategies of the workloads that own pods, kept up to date by informers: of each workload its uid, kind and strategy
 * and nothing else. Reviews read a map; the API server is asked in the background only. While the cache is not filled, or
 * the API server is away, no owner is known and each Pod's own annotation decides.
 */
public final class OwnerCache implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OwnerCache.class);
    private static final String GROUP = "apps.kruise.io";
    private static final List<String> VERSIONS = List.of("v1beta1", "v1alpha1");
    private static final long PAGE = 500;
    private static final JsonMapper JSON = new JsonMapper();

    /** The kinds that control pods and have InPlaceOnly. A UnitedDeployment's pods belong to its children, which are these. */
    private static final Map<String, String> PLURALS = Map.of("CloneSet", "clonesets", "StatefulSet", "statefulsets");

    private final @Nullable KubernetesClient client;
    private final Map<String, Strategy> strategies = new ConcurrentHashMap<>();
    private final Map<String, SharedIndexInformer<GenericKubernetesResource>> informers = new ConcurrentHashMap<>();
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "owner-cache");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean discovered;

    /** @param client stays its caller's to close */
    public OwnerCache(KubernetesClient client) {
        this.client = client;
    }

    private OwnerCache() {
        this.client = null;
    }

    /** A cache that is never started and never current. */
    public static OwnerCache off() {
        return new OwnerCache();
    }

    /** Begins to read, and to look for kinds that are installed later; returns at once. */
    public OwnerCache start(Duration interval) {
        executor.scheduleWithFixedDelay(this::look, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
        return this;
    }

    /** What reviews may ask. */
    public Owners owners() {
        return new Owners(uid -> isCurrent() ? strategies.get(uid) : null);
    }

    /** Whether every kind there is has been read and is being watched. */
    public boolean isCurrent() {
        return discovered
                && informers.values().stream().allMatch(informer -> informer.hasSynced() && informer.isWatching());
    }

    /** How many workloads are known. */
    public int size() {
        return strategies.size();
    }

    private void look() {
        try {
            for (Map.Entry<String, String> kind : PLURALS.entrySet()) {
                if (!informers.containsKey(kind.getKey())) {
                    String version = served(kind.getKey());
                    if (version != null) {
                        informers.put(kind.getKey(), informer(kind.getKey(), kind.getValue(), version));
                    }
                }
            }
            discovered = true;
        } catch (RuntimeException e) {
            // Tried again at the next look; until then, nothing is known of the kinds that are missing.
            LOG.warn("owners cannot be read yet: {}", String.valueOf(e.getMessage()));
        }
    }

    private KubernetesClient asked() {
        return Objects.requireNonNull(client);
    }

    private @Nullable String served(String kind) {
        return VERSIONS.stream().filter(version -> asked().supports(GROUP + "/" + version, kind)).findFirst().orElse(null);
    }

    private SharedIndexInformer<GenericKubernetesResource> informer(String kind, String plural, String version) {
        ResourceDefinitionContext context = new ResourceDefinitionContext.Builder()
                .withGroup(GROUP)
                .withVersion(version)
                .withKind(kind)
                .withPlural(plural)
                .withNamespaced(true)
                .build();
        SharedIndexInformer<GenericKubernetesResource> informer = asked().genericKubernetesResources(context)
                .inAnyNamespace()
                .withLimit(PAGE)
                .runnableInformer(0)
                .itemStore(new Few())
                .exceptionHandler((started, problem) -> {
                    LOG.warn("{}s cannot be read, trying again: {}", kind, String.valueOf(problem.getMessage()));
                    return true;
                })
                .addEventHandler(new Handler(kind, version));
        informer.start();
        return informer;
    }

    @Override
    public void close() {
        executor.shutdownNow();
        informers.values().forEach(SharedIndexInformer::stop);
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

    /** Keeps of each workload only what an informer cannot do without. */
    private static final class Few implements ItemStore<GenericKubernetesResource> {
        private final Map<String, GenericKubernetesResource> items = new ConcurrentHashMap<>();

        @Override
        public String getKey(GenericKubernetesResource item) {
            return item.getMetadata().getNamespace() + "/" + item.getMetadata().getName();
        }

        @Override
        public @Nullable GenericKubernetesResource put(String key, GenericKubernetesResource item) {
            return items.put(
                    key,
                    new GenericKubernetesResourceBuilder()
                            .withApiVersion(item.getApiVersion())
                            .withKind(item.getKind())
                            .withNewMetadata()
                            .withNamespace(item.getMetadata().getNamespace())
                            .withName(item.getMetadata().getName())
                            .withUid(item.getMetadata().getUid())
                            .withResourceVersion(item.getMetadata().getResourceVersion())
                            .endMetadata()
                            .build());
        }

        @Override
        public @Nullable GenericKubernetesResource remove(String key) {
            return items.remove(key);
        }

        @Override
        public Stream<String> keySet() {
            return items.keySet().stream();
        }

        @Override
        public Stream<GenericKubernetesResource> values() {
            return items.values().stream();
        }

        @Override
        public int size() {
            return items.size();
        }

        @Override
        public @Nullable GenericKubernetesResource get(String key) {
            return items.get(key);
        }

        @Override
        public boolean isFullState() {
            return false;
        }
    }
}
