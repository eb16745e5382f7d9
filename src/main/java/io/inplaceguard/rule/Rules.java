package io.inplaceguard.rule;

import io.inplaceguard.template.TemplateDiff;
import java.util.List;

/** The rules, in the order in which users read their findings. */
public final class Rules {

    private final Rule malformed = new MalformedRule();
    private final List<Rule> rules;

    /**
     * @param allowTemplateMetadata whether template labels and annotations may change, which OpenKruise can patch
     */
    public Rules(boolean allowTemplateMetadata) {
        rules = List.of(
                new ContainerSetRule(),
                new ImageInvalidRule(),
                new ResourceKindRule(),
                new ResourceSetRule(),
                new ResourceBoundsRule(),
                new QosClassRule(),
                new ResizeUnsupportedRule(),
                new ResizePolicyRule(),
                new TemplateMetadataRule(allowTemplateMetadata),
                new NotInPlaceRule());
    }

    /** Every rule's id, in the order in which findings are told. */
    public List<String> ids() {
        return java.util.stream.Stream.concat(java.util.stream.Stream.of(malformed), rules.stream())
                .map(Rule::id)
                .toList();
    }

    /** All findings of an update, rule by rule. What cannot be read is not judged further. */
    public List<Violation> check(TemplateDiff update) {
        if (update.isEmpty()) {
            return List.of();
        }
        List<Violation> unreadable = malformed.check(update).toList();
        return unreadable.isEmpty()
                ? rules.stream().flatMap(rule -> rule.check(update)).toList()
                : unreadable;
    }
}
