package io.inplaceguard.guard;

import java.util.List;

/**
 * The settings of the guard, as one plain record that {@code serve} and {@code check} bind from properties.
 *
 * @param resizePolicyCpu      default resize policy for cpu
 * @param resizePolicyMemory   default resize policy for memory
 * @param templateMetadata     whether template labels and annotations may change (rule {@code template-metadata})
 * @param templateMetadataKeys label and annotation keys that may change even where {@code templateMetadata} is DENY: exact,
 *                             or a prefix that ends in {@code *}
 * @param docsUrl              the page of the rules; denials append {@code #rule-id}
 * @param exemptUsernames      usernames that are let through, matched exactly
 * @param exemptGroups         group names that are let through, matched exactly
 * @param kinds                further workload kinds
 */
public record GuardSettings(
        ResizePolicyDefault resizePolicyCpu,
        ResizePolicyDefault resizePolicyMemory,
        TemplateMetadata templateMetadata,
        List<String> templateMetadataKeys,
        String docsUrl,
        List<String> exemptUsernames,
        List<String> exemptGroups,
        List<CustomKind> kinds) {

    /** The default of {@code inplace-guard.docs-url}. */
    public static final String DOCS_URL = "https://github.com/inplace-guard/inplace-guard/blob/main/docs/rules.md";

    /** The settings of a guard without configuration. */
    public static final GuardSettings DEFAULTS = new GuardSettings(
            ResizePolicyDefault.NOT_REQUIRED,
            ResizePolicyDefault.NOT_REQUIRED,
            TemplateMetadata.DENY,
            List.of(),
            DOCS_URL,
            List.of(),
            List.of(),
            List.of());

    /** What is written for a container without a resize policy for a resource. */
    public enum ResizePolicyDefault {
        NOT_REQUIRED("NotRequired"),
        RESTART_CONTAINER("RestartContainer"),
        /** Nothing is written. */
        NONE("none");

        private final String word;

        ResizePolicyDefault(String word) {
            this.word = word;
        }

        /** As it is written in settings and in {@code resizePolicy[].restartPolicy}. */
        public String word() {
            return word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /** Whether labels and annotations of a pod template may change. */
    public enum TemplateMetadata {
        DENY,
        ALLOW
    }

    public GuardSettings {
        templateMetadataKeys = List.copyOf(templateMetadataKeys);
        exemptUsernames = List.copyOf(exemptUsernames);
        exemptGroups = List.copyOf(exemptGroups);
        kinds = List.copyOf(kinds);
    }

    /** These settings with another value of {@code inplace-guard.rules.template-metadata}. */
    public GuardSettings withTemplateMetadata(TemplateMetadata value) {
        return new GuardSettings(
                resizePolicyCpu,
                resizePolicyMemory,
                value,
                templateMetadataKeys,
                docsUrl,
                exemptUsernames,
                exemptGroups,
                kinds);
    }

    /** These settings with other keys in {@code inplace-guard.rules.template-metadata-keys}. */
    public GuardSettings withTemplateMetadataKeys(List<String> keys) {
        return new GuardSettings(
                resizePolicyCpu,
                resizePolicyMemory,
                templateMetadata,
                keys,
                docsUrl,
                exemptUsernames,
                exemptGroups,
                kinds);
    }

    /** These settings with other defaults of resizePolicy. */
    public GuardSettings withResizePolicy(ResizePolicyDefault cpu, ResizePolicyDefault memory) {
        return new GuardSettings(
                cpu, memory, templateMetadata, templateMetadataKeys, docsUrl, exemptUsernames, exemptGroups, kinds);
    }

    /** These settings with other exemptions. */
    public GuardSettings withExemptions(List<String> usernames, List<String> groups) {
        return new GuardSettings(
                resizePolicyCpu,
                resizePolicyMemory,
                templateMetadata,
                templateMetadataKeys,
                docsUrl,
                usernames,
                groups,
                kinds);
    }

    /** These settings with other further kinds. */
    public GuardSettings withKinds(List<CustomKind> custom) {
        return new GuardSettings(
                resizePolicyCpu,
                resizePolicyMemory,
                templateMetadata,
                templateMetadataKeys,
                docsUrl,
                exemptUsernames,
                exemptGroups,
                custom);
    }
}
