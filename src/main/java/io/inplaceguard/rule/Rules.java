package io.inplaceguard.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The rules, in the order in which violations are reported. */
public final class Rules {

    /** Violations of one template that are collected; an answer shows ten. */
    private static final int MAX_VIOLATIONS = 1_000;

    private final Rule malformed = new MalformedRule();
    private final List<Rule> rules;

    /**
     * @param metadata which template labels and annotations may change
     */
    public Rules(MetadataPolicy metadata) {
        rules = List.of(
                new ContainerSetRule(),
                new ImageInvalidRule(),
                new ResourceKindRule(),
                new ResourceSetRule(),
                new ResourceBoundsRule(),
                new QosClassRule(),
                new ResizeUnsupportedRule(),
                new VerticalScalingRule(),
                new ResizePolicyRule(),
                new TemplateMetadataRule(metadata),
                new VolumeClaimTemplatesRule(),
                new NotInPlaceRule());
    }

    /** Every rule's id, in the order in which violations are reported. */
    public List<String> ids() {
        return all().map(Rule::id).toList();
    }

    /** What happens when a violation of that rule is admitted; empty for an unknown id. */
    public Set<Consequence> consequences(String id) {
        return all().filter(rule -> rule.id().equals(id))
                .findFirst()
                .map(Rule::consequences)
                .orElse(Set.of());
    }

    private Stream<Rule> all() {
        return Stream.concat(Stream.of(malformed), rules.stream());
    }

    /** The violations of an update, rule by rule, at most 1,000. What cannot be read breaks no further rule. */
    public List<Violation> check(PodUpdate update) {
        if (update.isEmpty()) {
            return List.of();
        }
        List<Violation> unreadable =
                malformed.check(update).limit(MAX_VIOLATIONS).toList();
        if (!unreadable.isEmpty()) {
            return unreadable;
        }
        List<Violation> violations = new ArrayList<>();
        for (Rule rule : rules) {
            rule.check(update).limit(MAX_VIOLATIONS - violations.size()).forEach(violations::add);
        }
        return violations;
    }
}
