package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The metadata of the pod template stays the same, but for the keys that the settings allow.
 * Fields: template metadata.labels and annotations, except OpenKruise's own keys; name, finalizers, ownerReferences and the
 * rest of the metadata.
 * Why: OpenKruise patches labels and annotations into running pods, but what a process or an injector read at start does not
 * follow, so a cluster has to allow it (inplace-guard.rules.template-metadata, .template-metadata-keys). The API server
 * refuses malformed keys and values, and changes of a pod's other metadata (ValidateObjectMetaUpdate).
 */
final class TemplateMetadataRule implements Rule {

    private final MetadataPolicy policy;

    TemplateMetadataRule(MetadataPolicy policy) {
        this.policy = policy;
    }

    @Override
    public String id() {
        return "template-metadata";
    }

    @Override
    public Set<Consequence> consequences() {
        return Set.of(Consequence.POLICY, Consequence.REFUSED);
    }

    @Override
    public Stream<Violation> check(PodUpdate update) {
        return update.diff().changes().stream().flatMap(change -> check(change, update));
    }

    private Stream<Violation> check(Change change, PodUpdate update) {
        return switch (change.category()) {
            case TEMPLATE_METADATA ->
                Stream.of(new Violation(
                        this,
                        change.path(),
                        what(change, update) + "this cannot be changed on a running pod. " + Wording.remedy(update),
                        Consequence.REFUSED));
            case TEMPLATE_LABEL -> label(change, update);
            default -> Stream.empty();
        };
    }

    private Stream<Violation> label(Change change, PodUpdate update) {
        String problem = MetadataSyntax.problem(change);
        if (!problem.isEmpty()) {
            return Stream.of(new Violation(
                    this,
                    change.path(),
                    what(change, update) + "the API server refuses it on a pod, because " + problem + ". Correct it.",
                    Consequence.REFUSED));
        }
        return policy.allows(change.path().last())
                ? Stream.empty()
                : Stream.of(new Violation(
                        this,
                        change.path(),
                        what(change, update)
                                + "this cluster does not allow changes to pod template labels and annotations"
                                + " (inplace-guard.rules.template-metadata=deny). Revert this, or put it on the"
                                + " workload's own metadata.",
                        Consequence.POLICY));
    }

    private static String what(Change change, PodUpdate update) {
        return Wording.subject(change, update) + " of the pod template " + Wording.happened(change) + ": ";
    }
}
