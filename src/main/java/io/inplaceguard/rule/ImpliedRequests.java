package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.Container;
import io.inplaceguard.template.FieldPath;
import io.inplaceguard.template.PodResources;
import io.inplaceguard.template.QosClass;
import io.inplaceguard.template.Quantity;
import io.inplaceguard.template.TemplateOrigin;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Requests that a template does not have and that the API server defaulted when it created the pods: a container's from its
 * limit, the pod's from its containers (SetDefaults_Pod and defaultPodRequests, pkg/apis/core/v1/defaults.go). OpenKruise
 * patches only what the template has, so the running pod keeps the old request.
 *
 * @param field    what changed
 * @param sentence why the API server refuses it
 */
record ImpliedRequests(FieldPath field, String sentence) {

    /** The changes of an update that the API server refuses because of an implied request; only templates have any. */
    static Stream<ImpliedRequests> of(PodUpdate update) {
        if (update.origin() != TemplateOrigin.WORKLOAD) {
            return Stream.empty();
        }
        boolean guaranteed = QosClass.ofContainers(update.before()) == QosClass.GUARANTEED;
        return update.resizes()
                .filter(change -> change.action() == Action.CHANGED)
                .flatMap(change -> Stream.concat(
                        ofContainer(change, update, guaranteed).stream(), ofPod(change, update).stream()));
    }

    /** In a Guaranteed pod the limit would leave the request; elsewhere only a limit below the old one is refused. */
    private static Optional<ImpliedRequests> ofContainer(Change change, PodUpdate update, boolean guaranteed) {
        Optional<Container> container = update.after().container(change.requireContainer());
        if (container.isEmpty() || container.get().hasRequest(change.requireResource())) {
            return Optional.empty();
        }
        return guaranteed || isLower(change.before(), change.after())
                ? Optional.of(new ImpliedRequests(
                        change.path(),
                        changed("limit", change) + ", but the template has no " + change.resource()
                                + " request: running pods keep the request that was defaulted from the old limit, and"
                                + " the API server refuses the resize. A template that has the request itself can be"
                                + " resized in place; adding it recreates the pods once."))
                : Optional.empty();
    }

    private static boolean isLower(@Nullable JsonNode before, @Nullable JsonNode after) {
        Optional<Quantity> old = Optional.ofNullable(before).flatMap(Quantity::of);
        Optional<Quantity> wanted = Optional.ofNullable(after).flatMap(Quantity::of);
        return old.isPresent() && wanted.isPresent() && wanted.get().compareTo(old.get()) < 0;
    }

    private static Optional<ImpliedRequests> ofPod(Change change, PodUpdate update) {
        Optional<PodResources> pod = update.after().podResources();
        boolean implied = pod.isPresent()
                && !pod.get().hasRequest(change.requireResource())
                && pod.get().effectiveRequest(change.requireResource()).isPresent();
        return implied && change.path().toString().endsWith(".requests." + change.resource())
                ? Optional.of(new ImpliedRequests(
                        change.path(),
                        changed("request", change) + ", but the pod-level spec.resources has no " + change.resource()
                                + " request: running pods keep the pod-level request that was defaulted from the old"
                                + " requests, and the API server refuses the resize. Add the pod-level request;"
                                + " that recreates the pods once."))
                : Optional.empty();
    }

    private static String changed(String what, Change change) {
        return "The " + change.resource() + " " + what + " of container " + Wording.name(change.requireContainer())
                + " was changed from " + Wording.shown(change.before()) + " to " + Wording.shown(change.after());
    }
}
