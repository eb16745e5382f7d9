package io.inplaceguard.cluster.audit;

import io.inplaceguard.check.report.ObjectIdentity;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is wrong with a single Pod: a resize that does not happen, and an in-place update that OpenKruise waits for. */
final class PodFindings {

    private static final String UPDATE_STATE = "apps.kruise.io/inplace-update-state";
    private static final JsonMapper JSON = new JsonMapper();

    private PodFindings() {}

    static List<Finding> of(JsonNode pod) {
        List<Finding> findings = new ArrayList<>();
        resize(findings, pod);
        sameDigest(findings, pod);
        return findings;
    }

    /** The identity of a Pod; the items of a list have no kind. */
    static ObjectIdentity identity(JsonNode pod) {
        return new ObjectIdentity(
                "",
                "Pod",
                pod.at("/metadata/namespace").asString(""),
                pod.at("/metadata/name").asString(""));
    }

    private static void resize(List<Finding> findings, JsonNode pod) {
        JsonNode status = pod.path("status");
        String reason = status.path("resize").asString("");
        String since = "";
        for (JsonNode condition : status.path("conditions")) {
            if (condition.path("type").asString("").equals("PodResizePending")
                    && condition.path("status").asString("").equals("True")) {
                // An unknown reason counts as Deferred: the kubelet will try again.
                reason = condition.path("reason").asString("").equals("Infeasible") ? "Infeasible" : "Deferred";
                since = condition.path("lastTransitionTime").asString("");
            }
        }
        boolean infeasible = reason.equals("Infeasible");
        if (!infeasible && !reason.equals("Deferred")) {
            return;
        }
        findings.add(new Finding(
                infeasible ? Finding.Id.RESIZE_INFEASIBLE : Finding.Id.RESIZE_DEFERRED,
                identity(pod),
                List.of(),
                "Its resize is " + reason + " on node "
                        + pod.at("/spec/nodeName").asString("") + (since.isEmpty() ? "." : " since " + since + "."),
                infeasible
                        ? "Request less than the node's allocatable, or recreate the Pod on a larger node."
                        : "Free resources on the node, request less, or recreate the Pod on another node."));
    }

    /**
     * OpenKruise waits until the image ID of the container differs from the one before the update
     * (defaultCheckContainersInPlaceUpdateCompleted, pkg/util/inplaceupdate). Another tag of the same image never does.
     */
    private static void sameDigest(List<Finding> findings, JsonNode pod) {
        String text =
                pod.path("metadata").path("annotations").path(UPDATE_STATE).asString("");
        if (text.isEmpty() || !isWaiting(pod)) {
            return;
        }
        JsonNode before;
        try {
            before = JSON.readTree(text).path("lastContainerStatuses");
        } catch (JacksonException e) {
            return;
        }
        List<String> same = new ArrayList<>();
        for (JsonNode container : pod.at("/status/containerStatuses")) {
            String name = container.path("name").asString("");
            String last = before.path(name).path("imageID").asString("");
            if (!last.isEmpty()
                    && last.equals(container.path("imageID").asString(""))
                    && container.path("image").asString("").equals(image(pod, name))) {
                same.add("spec.containers[name=" + name + "].image");
            }
        }
        if (!same.isEmpty()) {
            findings.add(new Finding(
                    Finding.Id.SAME_DIGEST,
                    identity(pod),
                    same,
                    "The Pod runs the new image, but its digest is that of the old one, so OpenKruise waits and the Pod"
                            + " stays NotReady.",
                    "Update to an image with another digest, or delete the Pod."));
        }
    }

    private static String image(JsonNode pod, String container) {
        for (JsonNode each : pod.at("/spec/containers")) {
            if (each.path("name").asString("").equals(container)) {
                return each.path("image").asString("");
            }
        }
        return "";
    }

    private static boolean isWaiting(JsonNode pod) {
        for (JsonNode condition : pod.at("/status/conditions")) {
            if (condition.path("type").asString("").equals("InPlaceUpdateReady")) {
                return condition.path("status").asString("").equals("False");
            }
        }
        return false;
    }
}
