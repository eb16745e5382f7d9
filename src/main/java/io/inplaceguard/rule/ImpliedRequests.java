package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.Container;
import io.inplaceguard.template.FieldPath;
import io.inplaceguard.template.PodResources;
import io.inplaceguard.template.QosClass;
import io.inplaceguard.template.Quantity;
import io.inplaceguard.template.TemplateOrigin;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
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
        // With pod-level resources the class does not depend on the containers.
        boolean guaranteed =
                update.before().podResources().isEmpty() && QosClass.of(update.before()) == QosClass.GUARANTEED;
        // Sums over all containers, so not once for each change.
        Set<String> exceeded = Stream.of("cpu", "memory")
                .filter(resource -> exceedsPod(resource, update))
                .collect(Collectors.toSet());
        return update.resizes()
                .filter(change -> change.action() == Action.CHANGED)
                .flatMap(change -> Stream.concat(
                        ofContainer(change, update, guaranteed).stream(), ofPod(change, exceeded).stream()));
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

    private static Optional<ImpliedRequests> ofPod(Change change, Set<String> exceeded) {
        String resource = change.requireResource();
        return change.path().toString().endsWith(".requests." + resource) && exceeded.contains(resource)
                ? Optional.of(new ImpliedRequests(
                        change.path(),
                        changed("request", change) + ", but the pod-level spec.resources has no " + resource
                                + " request: running pods keep the pod-level request that was defaulted from the old"
                                + " requests, which the new ones exceed, and the API server refuses the resize. Add the"
                                + " pod-level request; that recreates the pods once."))
                : Optional.empty();
    }

    /** Whether the containers request more than the pod-level request that the API server defaulted. */
    private static boolean exceedsPod(String resource, PodUpdate update) {
        Optional<PodResources> wanted = update.after().podResources();
        if (wanted.isEmpty() || wanted.get().hasRequest(resource)) {
            return false;
        }
        Optional<BigDecimal> most = update.before().podResources().flatMap(pod -> pod.effectiveRequest(resource));
        Optional<BigDecimal> sum = update.running().podResources().flatMap(pod -> pod.containerRequests(resource));
        return most.isPresent() && sum.isPresent() && sum.get().compareTo(most.get()) > 0;
    }

    private static String changed(String what, Change change) {
        return "The " + change.resource() + " " + what + " of container " + Wording.name(change.requireContainer())
                + " was changed from " + Wording.shown(change.before()) + " to " + Wording.shown(change.after());
    }
}
