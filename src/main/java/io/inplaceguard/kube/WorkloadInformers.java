package io.inplaceguard.kube;

import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Informers for kinds that may be installed later, or never: it is looked again and again for those that are not served yet.
 * Of the objects themselves nothing is kept but their metadata; handlers keep what they need.
 */
public final class WorkloadInformers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WorkloadInformers.class);
    private static final long PAGE = 500;

    /**
     * A namespaced kind.
     *
     * @param group    its API group
     * @param versions the first one that is served is read
     * @param name     such as CloneSet
     * @param plural   such as clonesets; empty to ask the API server for it
     */
    public record Kind(String group, List<String> versions, String name, String plural) {}

    private final KubernetesClient client;
    private final List<Kind> kinds;
    private final BiFunction<Kind, String, ResourceEventHandler<GenericKubernetesResource>> handlers;
    private final Map<Kind, SharedIndexInformer<GenericKubernetesResource>> informers = new ConcurrentHashMap<>();
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "kinds");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean discovered;

    /**
     * @param client   stays its caller's to close
     * @param handlers makes the handler for a kind that is served in that version
     */
    public WorkloadInformers(
            KubernetesClient client,
            List<Kind> kinds,
            BiFunction<Kind, String, ResourceEventHandler<GenericKubernetesResource>> handlers) {
        this.client = client;
        this.kinds = kinds;
        this.handlers = handlers;
    }

    /** Begins to read, and to look for kinds that are installed later; returns at once. */
    public WorkloadInformers start(Duration interval) {
        var unused = executor.scheduleWithFixedDelay(this::look, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
        return this;
    }

    /** Whether every kind there is has been read and is being watched. */
    public boolean isCurrent() {
        return discovered
                && informers.values().stream().allMatch(informer -> informer.hasSynced() && informer.isWatching());
    }

    private void look() {
        boolean all = true;
        for (Kind kind : kinds) {
            all &= informers.containsKey(kind) || look(kind);
        }
        discovered = all;
    }

    private boolean look(Kind kind) {
        try {
            String version = served(kind);
            if (version != null) {
                informers.put(kind, informer(kind, version));
            }
            return true;
        } catch (RuntimeException e) {
            // Tried again at the next look; until then, nothing is known of this kind.
            LOG.warn("{}s cannot be read yet: {}", kind.name(), String.valueOf(e.getMessage()));
            return false;
        }
    }

    private @Nullable String served(Kind kind) {
        return kind.versions().stream()
                .filter(version -> client.supports(kind.group() + "/" + version, kind.name()))
                .findFirst()
                .orElse(null);
    }

    private SharedIndexInformer<GenericKubernetesResource> informer(Kind kind, String version) {
        ResourceDefinitionContext context = new ResourceDefinitionContext.Builder()
                .withGroup(kind.group())
                .withVersion(version)
                .withKind(kind.name())
                .withPlural(kind.plural().isEmpty() ? plural(kind, version) : kind.plural())
                .withNamespaced(true)
                .build();
        SharedIndexInformer<GenericKubernetesResource> informer = client.genericKubernetesResources(context)
                .inAnyNamespace()
                .withLimit(PAGE)
                .runnableInformer(0)
                .itemStore(new MetadataStore<>(WorkloadInformers::bare))
                .exceptionHandler((started, problem) -> {
                    LOG.warn("{}s cannot be read, trying again: {}", kind.name(), String.valueOf(problem.getMessage()));
                    return true;
                })
                .addEventHandler(handlers.apply(kind, version));
        informer.start();
        return informer;
    }

    private String plural(Kind kind, String version) {
        return client.getApiResources(kind.group() + "/" + version).getResources().stream()
                .filter(resource -> resource.getKind().equals(kind.name())
                        && !resource.getName().contains("/"))
                .map(APIResource::getName)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(kind.group() + "/" + version + " has no " + kind.name()));
    }

    private static GenericKubernetesResource bare(GenericKubernetesResource item) {
        GenericKubernetesResource bare = new GenericKubernetesResource();
        bare.setApiVersion(item.getApiVersion());
        bare.setKind(item.getKind());
        return bare;
    }

    @Override
    public void close() {
        executor.shutdownNow();
        informers.values().forEach(SharedIndexInformer::stop);
    }
}
