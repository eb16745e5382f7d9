package io.inplaceguard.guard;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * The names of all fields on the way to an update strategy, and of the strategy itself. Of an object that is too large to
 * be compared these are still read, at any level, so that one whose pods are recreated anyway is admitted.
 *
 * @param names field names, such as {@code updateStrategy}
 */
public record StrategyFields(Set<String> names) {

    private static final Set<String> BUILT_IN = Set.of(
            "updateStrategy",
            "type",
            "rollingUpdate",
            "podUpdatePolicy",
            "rollingUpdateType",
            "template",
            "cloneSetTemplate",
            "advancedStatefulSetTemplate",
            "spec");

    public StrategyFields {
        names = Set.copyOf(names);
    }

    /** Those of the built-in kinds and of the kinds in the settings. */
    public static StrategyFields of(GuardSettings settings) {
        Set<String> names = new HashSet<>(BUILT_IN);
        for (CustomKind kind : settings.kinds()) {
            names.addAll(Arrays.asList(kind.policy().split("\\.", -1)));
        }
        return new StrategyFields(names);
    }
}
