package io.inplaceguard.certs.rotation;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls back whenever an object is added, updated or deleted.
 *
 * @param changed called on the informer's thread; must return quickly
 */
record ChangeNotifier<T extends HasMetadata>(Runnable changed) implements ResourceEventHandler<T> {

    private static final Logger LOG = LoggerFactory.getLogger(ChangeNotifier.class);

    /** Starts an informer for one object, which runs as long as the client is open; returns at once. */
    static <T extends HasMetadata> void watch(Resource<T> resource, Runnable changed) {
        resource.runnableInformer(0)
                .exceptionHandler((started, problem) -> {
                    // Without the watch, changes are found at the next interval.
                    LOG.debug("watch failed, retrying: {}", problem.getMessage());
                    return true;
                })
                .addEventHandler(new ChangeNotifier<>(changed))
                .start();
    }

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
}
