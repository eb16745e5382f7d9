package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.ChangeCategory;
import io.inplaceguard.template.ClaimTemplateChanges;
import io.inplaceguard.template.FieldPath;
import io.inplaceguard.template.PodTemplate;
import io.inplaceguard.template.TemplateDiff;
import io.inplaceguard.template.TemplateOrigin;
import java.util.stream.Stream;

/**
 * The update of one pod template, or of a Pod: what differs, and what the rules need beside it.
 *
 * @param diff          the difference between the two templates
 * @param enforcement   why InPlaceOnly is enforced, or would be
 * @param resizeSupport whether changes of cpu and memory are applied in place
 * @param claims        what changed in {@code volumeClaimTemplates}
 * @param claimsPath    where {@code volumeClaimTemplates} is
 * @param claimsBlock   whether an added claim template stops the rollout, as in an advanced StatefulSet
 */
public record PodUpdate(
        TemplateDiff diff,
        Enforcement enforcement,
        ResizeSupport resizeSupport,
        ClaimTemplateChanges claims,
        FieldPath claimsPath,
        boolean claimsBlock) {

    /** The stored template. */
    public PodTemplate before() {
        return diff.before();
    }

    /** The new template. */
    public PodTemplate after() {
        return diff.after();
    }

    /** What running pods have after the update: the new template, with requests that only the API server gave the pods. */
    PodTemplate running() {
        return origin() == TemplateOrigin.WORKLOAD ? after().appliedTo(before()) : after();
    }

    /** Where the template comes from. */
    public TemplateOrigin origin() {
        return diff.after().origin();
    }

    /** Whether neither the template nor an added claim template could break a rule. */
    public boolean isEmpty() {
        return diff.isEmpty() && (!claimsBlock || claims.added().isEmpty());
    }

    /** The changes of one category, in order. */
    public Stream<Change> changes(ChangeCategory category) {
        return diff.changes(category);
    }

    /** Changes of cpu and memory of regular containers to another amount; none in a SidecarSet, which resizes nothing. */
    public Stream<Change> resizes() {
        return origin() == TemplateOrigin.SIDECARS
                ? Stream.empty()
                : changes(ChangeCategory.CPU_MEMORY).filter(change -> change.action() != Action.RESPELLED);
    }

    /** Whether cpu or memory of any container, or of a Pod as a whole, changes to another amount. */
    public boolean resizesPod() {
        return resizes().findAny().isPresent() || diff.changes().stream().anyMatch(this::isPodResize);
    }

    /**
     * Whether this is a change through {@code pods/resize} that is not about a regular container: resources of a sidecar
     * (since Kubernetes 1.33), of another init container or of the pod as a whole (since 1.36).
     */
    boolean isPodResize(Change change) {
        if (origin() != TemplateOrigin.POD_RESIZE || change.category() != ChangeCategory.OTHER) {
            return false;
        }
        String resource = change.resource();
        boolean podLevel =
                change.action() == Action.ADDED && change.path().toString().equals("spec.resources");
        return podLevel || "cpu".equals(resource) || "memory".equals(resource);
    }
}
