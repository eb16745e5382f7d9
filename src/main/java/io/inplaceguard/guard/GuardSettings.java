package io.inplaceguard.guard;

import java.util.List;

/**
 * What a platform team can set of the rules, as one plain record: built from properties by {@code serve}, from flags by
 * {@code check}, by hand in tests.
 *
 * @param resizePolicyCpu       default resize policy for cpu: {@code NotRequired} or {@code RestartContainer}
 * @param resizePolicyMemory    default resize policy for memory, same values
 * @param allowTemplateMetadata true lets template labels and annotations change (rule {@code template-metadata})
 * @param exemptUsernames       exact usernames that are let through
 * @param exemptGroups          exact group names that are let through
 */
public record GuardSettings(
        String resizePolicyCpu,
        String resizePolicyMemory,
        boolean allowTemplateMetadata,
        List<String> exemptUsernames,
        List<String> exemptGroups) {

    /** The settings of a guard that nobody configured. */
    public static final GuardSettings DEFAULTS =
            new GuardSettings("NotRequired", "NotRequired", false, List.of(), List.of());

    public GuardSettings {
        exemptUsernames = List.copyOf(exemptUsernames);
        exemptGroups = List.copyOf(exemptGroups);
    }
}
