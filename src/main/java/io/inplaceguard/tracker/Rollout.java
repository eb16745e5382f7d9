package io.inplaceguard.tracker;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An unfinished rollout of a CloneSet or advanced StatefulSet under InPlaceOnly.
 *
 * @param current name of the ControllerRevision that its pods are of
 * @param update  name of its newest ControllerRevision
 */
record Rollout(String current, String update) {

    /** The kinds of {@code apps.kruise.io} that have InPlaceOnly. */
    static final Set<String> KINDS = Set.of("CloneSet", "StatefulSet");

    private static final String GROUP = "apps.kruise.io/";

    /** The rollout of that workload; empty where it is finished, or not under InPlaceOnly. */
    static Optional<Rollout> of(GenericKubernetesResource workload) {
        Map<?, ?> spec = map(workload.getAdditionalProperties(), "spec");
        Map<?, ?> status = map(workload.getAdditionalProperties(), "status");
        String current = text(status, "currentRevision");
        String update = text(status, "updateRevision");
        boolean pending = !current.isEmpty()
                && !update.isEmpty()
                && !current.equals(update)
                && number(status, "updatedReplicas", 0) < number(spec, "replicas", 1);
        return pending && isInPlaceOnly(workload, spec) ? Optional.of(new Rollout(current, update)) : Optional.empty();
    }

    /** With OnDelete nothing is rolled out. Source: the types in apis/apps of OpenKruise. */
    private static boolean isInPlaceOnly(GenericKubernetesResource workload, Map<?, ?> spec) {
        if (!workload.getApiVersion().startsWith(GROUP) || !KINDS.contains(workload.getKind())) {
            return false;
        }
        Map<?, ?> strategy = map(spec, "updateStrategy");
        String type = text(strategy, "type");
        if (workload.getKind().equals("CloneSet") && workload.getApiVersion().endsWith("/v1alpha1")) {
            return type.equals("InPlaceOnly");
        }
        return !type.equals("OnDelete")
                && text(map(strategy, "rollingUpdate"), "podUpdatePolicy").equals("InPlaceOnly");
    }

    private static Map<?, ?> map(@Nullable Map<?, ?> parent, String field) {
        return parent != null && parent.get(field) instanceof Map<?, ?> map ? map : Map.of();
    }

    private static String text(Map<?, ?> parent, String field) {
        return parent.get(field) instanceof String text ? text : "";
    }

    private static long number(Map<?, ?> parent, String field, long otherwise) {
        return parent.get(field) instanceof Number number ? number.longValue() : otherwise;
    }
}
