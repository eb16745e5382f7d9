package io.inplaceguard.guard;

import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the workloads that own pods.
 *
 * @param lookup uid of a workload to its strategy, null where it is not known; must be quick and never ask the network
 */
public record Owners(Function<String, @Nullable Strategy> lookup) {

    /** Nobody: each Pod's own annotation decides. */
    public static final Owners UNKNOWN = new Owners(uid -> null);

    /** The owners in a map that someone else keeps up to date. */
    public static Owners in(Map<String, Strategy> strategies) {
        return new Owners(strategies::get);
    }

    @Nullable Strategy strategyOf(String uid) {
        return lookup.apply(uid);
    }
}
