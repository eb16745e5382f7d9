package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.ChangeCategory;
import io.inplaceguard.template.TemplateDiff;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * A container's resizePolicy stays as it is.
 * Fields: spec.containers[*].resizePolicy.
 * Why: it is immutable on pods (ValidatePodUpdate, ValidatePodResize, pkg/apis/core/validation). The names of 2022,
 * RestartNotRequired and Restart, were never released; what was meant is told.
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
    public Stream<Violation> check(TemplateDiff update) {
        return update.changes(ChangeCategory.RESIZE_POLICY)
                .map(change -> new Violation(id(), change.path(), sentence(change, update)));
    }

    private static String sentence(Change change, TemplateDiff update) {
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
                return " Moreover, " + value + " is an old name: write " + OLD_NAMES.get(value) + ".";
            }
            if (!LEGAL.contains(value)) {
                return " Moreover, it has a value that is none: write NotRequired or RestartContainer.";
            }
        }
        return "";
    }
}
