package io.inplaceguard.rule;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Which labels and annotations of a pod template may change. */
public final class MetadataPolicy {

    private final boolean all;
    private final Set<String> keys = new HashSet<>();
    private final List<String> prefixes = new ArrayList<>();

    /**
     * @param all  whether every label and annotation may change
     * @param keys the keys that may change in any case: exact, or a prefix that ends in {@code *}
     */
    public MetadataPolicy(boolean all, List<String> keys) {
        this.all = all;
        for (String key : keys) {
            if (key.endsWith("*")) {
                prefixes.add(key.substring(0, key.length() - 1));
            } else {
                this.keys.add(key);
            }
        }
    }

    /** Whether the label or annotation of that key may change. */
    public boolean allows(String key) {
        return all || keys.contains(key) || prefixes.stream().anyMatch(key::startsWith);
    }
}
