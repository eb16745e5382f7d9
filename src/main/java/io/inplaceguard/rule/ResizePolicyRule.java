package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.ChangeCategory;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * A container's resizePolicy stays the same.
 * Fields: spec.containers[*].resizePolicy.
 * Why: it is immutable on pods (ValidatePodUpdate, ValidatePodResize, pkg/apis/core/validation). RestartNotRequired and
 * Restart are the names of a design of 2022 that was never released; the message gives the present ones.
 */
final class ResizePolicyRule implements Rule {

    private static final Set<String> LEGAL = Set.of("NotRequired", "RestartContainer");
    private static final Map<String, String> OLD_NAMES =
            Map.of("RestartNotRequired", "NotRequired", "Restart", "RestartContainer");

    @Override
    public String id() {
        return "resize-policy";
    }

    @Override
    public Set<Consequence> consequences() {
        return Set.of(Consequence.RECREATE);
    }

    @Override
    public Stream<Violation> check(PodUpdate update) {
        return update.changes(ChangeCategory.RESIZE_POLICY)
                .map(change -> new Violation(this, change.path(), sentence(change, update), Consequence.RECREATE));
    }

    private static String sentence(Change change, PodUpdate update) {
        return Wording.subject(change, update) + " " + Wording.happened(change)
                + ": a running pod's resizePolicy cannot be changed." + illegal(change) + " " + Wording.remedy(update);
    }

    private static String illegal(Change change) {
        if (change.after() == null) {
            return "";
        }
        for (JsonNode policy : change.after()) {
            String value = policy.path("restartPolicy").asString("");
            if (OLD_NAMES.containsKey(value)) {
                return " It also has the old name " + value + ": write " + OLD_NAMES.get(value) + ".";
            }
            if (!LEGAL.contains(value)) {
                return " It also has an invalid value: write NotRequired or RestartContainer.";
            }
        }
        return "";
    }
}
