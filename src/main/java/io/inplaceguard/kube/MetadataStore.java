package io.inplaceguard.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps of each object only what an informer cannot do without: its namespace, name, uid and resourceVersion. fabric8's
 * ReducedStateItemStore is not used because each put converts the whole object to a Map, and the entry that it replaces back
 * from one.
 */
public final class MetadataStore<T extends HasMetadata> implements ItemStore<T> {

    private final Map<String, T> items = new ConcurrentHashMap<>();
    private final UnaryOperator<T> bare;

    /** @param bare makes an object with nothing in it, of the same kind as the one it is given */
    public MetadataStore(UnaryOperator<T> bare) {
        this.bare = bare;
    }

    /** How items are named here and in the queue: {@code namespace/name}. */
    public static String key(ObjectMeta metadata) {
        return metadata.getNamespace() + "/" + metadata.getName();
    }

    @Override
    public String getKey(T item) {
        return key(item.getMetadata());
    }

    @Override
    public @Nullable T put(String key, T item) {
        T kept = bare.apply(item);
        ObjectMeta metadata = item.getMetadata();
        kept.setMetadata(new ObjectMetaBuilder()
                .withNamespace(metadata.getNamespace())
                .withName(metadata.getName())
                .withUid(metadata.getUid())
                .withResourceVersion(metadata.getResourceVersion())
                .build());
        return items.put(key, kept);
    }

    @Override
    public @Nullable T remove(String key) {
        return items.remove(key);
    }

    @Override
    public Stream<String> keySet() {
        return items.keySet().stream();
    }

    @Override
    public Stream<T> values() {
        return items.values().stream();
    }

    @Override
    public int size() {
        return items.size();
    }

    @Override
    public @Nullable T get(String key) {
        return items.get(key);
    }

    @Override
    public boolean isFullState() {
        return false;
    }
}
