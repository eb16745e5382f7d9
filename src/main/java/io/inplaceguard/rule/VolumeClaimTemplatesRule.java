package io.inplaceguard.rule;

import io.inplaceguard.template.FieldPath;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An advanced StatefulSet gets no further claim template.
 * Fields: spec.volumeClaimTemplates[*].metadata.name of an advanced StatefulSet.
 * Why: its controller adds the volume to each running pod before it rolls anything out, and the API server refuses that
 * (UpdateStatefulPod and storageMatches, pkg/controller/statefulset; kruise#2343). The rollout stops under every strategy.
 */
final class VolumeClaimTemplatesRule implements Rule {

    @Override
    public String id() {
        return "volume-claim-templates";
    }

    @Override
    public Set<Consequence> consequences() {
        return Set.of(Consequence.REFUSED);
    }

    @Override
    public Stream<Violation> check(PodUpdate update) {
        return update.claimsBlock()
                ? update.claims().added().stream()
                        .map(name -> new Violation(
                                this,
                                update.claimsPath().element("name", name),
                                "The claim template " + FieldPath.printable(name)
                                        + " was added or renamed: the controller tries to add its volume to running pods,"
                                        + " which the API server refuses, and the rollout stops. Revert this, or delete"
                                        + " the StatefulSet and create it again.",
                                Consequence.REFUSED))
                : Stream.empty();
    }
}
