package io.inplaceguard.guard;

import io.inplaceguard.template.Defaulting;
import io.inplaceguard.template.PodTemplate;
import io.inplaceguard.template.TemplateDiff;

/**
 * One pod template of an object and how it reaches its pods. Most workloads have one, a UnitedDeployment several.
 *
 * @param pointer              JSON pointer of what holds the template's spec: {@code /spec/template}; empty for a Pod
 *                             and for a subset, whose template is stored nowhere
 * @param stored               strategy of the stored object
 * @param wanted               strategy of the wanted object: the one that counts
 * @param before               the stored template
 * @param after                the wanted template
 * @param finished             whether this is a Pod that has Succeeded or Failed
 * @param claimTemplatesDiffer whether volumeClaimTemplates beside the template changed
 * @param subset               whether this is the template before it with the patch of a UnitedDeployment's subset
 */
record TemplateUpdate(
        String pointer,
        UpdateStrategy stored,
        UpdateStrategy wanted,
        PodTemplate before,
        PodTemplate after,
        boolean finished,
        boolean claimTemplatesDiffer,
        boolean subset) {

    /** What differs between the two templates. */
    TemplateDiff update() {
        return TemplateDiff.between(before, after, Defaulting.NONE, finished);
    }

    /** The same with another wanted template. */
    TemplateUpdate with(PodTemplate template) {
        return new TemplateUpdate(pointer, stored, wanted, before, template, finished, claimTemplatesDiffer, subset);
    }
}
