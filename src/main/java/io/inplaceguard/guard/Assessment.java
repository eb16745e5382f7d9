package io.inplaceguard.guard;

import io.inplaceguard.rule.PodUpdate;
import io.inplaceguard.rule.Violation;
import io.inplaceguard.template.TemplateDiff;
import java.util.List;

/**
 * One compared template and the violations that keep it from being updated in place; what warnings are derived from.
 *
 * @param attributes the request
 * @param update     the two templates and what governs them
 * @param pods       their difference
 * @param violations what keeps it from being updated in place; without those that only the cluster's settings forbid where
 *                   InPlaceOnly is not enforced
 * @param profile    what is known of OpenKruise
 */
record Assessment(
        AdmissionAttributes attributes,
        TemplateUpdate update,
        PodUpdate pods,
        List<Violation> violations,
        OpenKruiseProfile profile) {

    GovernedTemplate governed() {
        return update.governed();
    }

    TemplateDiff diff() {
        return pods.diff();
    }

    /** Whether running pods get the update in place, as far as the rules know. */
    boolean isInPlace() {
        boolean inPlace = governed().wanted().isInPlace() || governed().origin().isPod();
        return inPlace && violations.isEmpty() && !diff().isEmpty() && !MaxSurge.recreates(governed());
    }
}
