package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.ChangeCategory;
import io.inplaceguard.template.TemplateDiff;
import java.util.stream.Stream;

/**
 * The metadata of the pod template stays as it is.
 * Fields: template metadata.labels and annotations, but for OpenKruise's own keys; and name, finalizers, ownerReferences
 * and the rest of the metadata.
 * Why: OpenKruise can patch labels and annotations into running pods (inplace-guard.rules.template-metadata=allow lets
 * these two through), but whatever was read from them at start, by env or by an injector, does not follow. The rest of a
 * pod's metadata is fixed when it is created.
 */
final class TemplateMetadataRule implements Rule {

    private final boolean allowLabels;

    TemplateMetadataRule(boolean allowLabels) {
        this.allowLabels = allowLabels;
    }

    @Override
    public String id() {
        return "template-metadata";
    }

    @Override
    public Stream<Violation> check(TemplateDiff update) {
        return update.changes().stream()
                .filter(change -> change.category() == ChangeCategory.TEMPLATE_METADATA
                        || change.category() == ChangeCategory.TEMPLATE_LABEL && !allowLabels)
                .map(change -> new Violation(id(), change.path(), sentence(change, update)));
    }

    private static String sentence(Change change, TemplateDiff update) {
        String what = Wording.subject(change, update) + " of the pod template " + Wording.happened(change) + ": ";
        return change.category() == ChangeCategory.TEMPLATE_LABEL
                ? what + "the policy here is that labels and annotations of the pod template stay as they are"
                        + " (inplace-guard.rules.template-metadata=deny). Revert this, or put it on the workload's own metadata."
                : what + "this is fixed when a pod is created. " + Wording.remedy(update);
    }
}
