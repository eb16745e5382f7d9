package io.inplaceguard.guard;

import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the workloads that own pods.
 *
 * @param lookup uid of a workload to its strategy, null where it is not known; must be quick and never ask the network
 */
public record OwnerStrategies(Function<String, @Nullable UpdateStrategy> lookup) {

    /** No owner is known: each Pod's own annotation decides. */
    public static final OwnerStrategies UNKNOWN = new OwnerStrategies(uid -> null);

    /** The owners in a map that someone else keeps up to date. */
    public static OwnerStrategies in(Map<String, UpdateStrategy> strategies) {
        return new OwnerStrategies(strategies::get);
    }

    @Nullable
    UpdateStrategy strategyOf(String uid) {
        return lookup.apply(uid);
    }
}
