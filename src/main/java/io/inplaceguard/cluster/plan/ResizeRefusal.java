package io.inplaceguard.cluster.plan;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What of a node or a Pod makes the API server 1.36 refuse every resize there. Source: the admission plugins PodResize
 * and NodeDeclaredFeatureValidator, and ValidatePodResize in pkg/apis/core/validation of Kubernetes.
 */
final class ResizeRefusal {

    private static final String MIRROR = "kubernetes.io/config.mirror";
    private static final String OS = "kubernetes.io/os";
    private static final String POD_LEVEL = "InPlacePodLevelResourcesVerticalScaling";
    private static final String INIT_CONTAINERS = "InPlacePodVerticalScalingInitContainers";

    private ResizeRefusal() {}

    /** The reason, as the end of a phrase; empty where the API server accepts it. */
    static Optional<String> of(JsonNode node, NodeFit.Resize resize) {
        JsonNode pod = resize.pod();
        if (pod.path("metadata").path("annotations").has(MIRROR)) {
            return Optional.of("a static pod cannot be resized");
        }
        if (pod.at("/spec/os/name").asString("").equals("windows")) {
            return Optional.of("a Windows pod cannot be resized");
        }
        if (!node.path("metadata").path("labels").path(OS).asString("linux").equals("linux")) {
            return Optional.of("the node does not run Linux");
        }
        if (isFromAnOldKubelet(pod)) {
            return Optional.of("the kubelet there cannot resize pods");
        }
        Optional<String> feature = missingFeature(node, resize);
        if (feature.isPresent()) {
            return feature;
        }
        Amount beyond = Amount.of(node.at("/status/allocatable")).minus(resize.wanted());
        return beyond.isCovered() ? Optional.empty() : Optional.of(beyond.missing() + " more than allocatable");
    }

    /** The first running container shows whether the kubelet reports resources (isPodResizeRequestSupported). */
    private static boolean isFromAnOldKubelet(JsonNode pod) {
        for (JsonNode status : pod.at("/status/containerStatuses")) {
            if (status.path("state").path("running").isObject()) {
                return !status.path("resources").isObject();
            }
        }
        return false;
    }

    private static Optional<String> missingFeature(JsonNode node, NodeFit.Resize resize) {
        JsonNode before = resize.pod().path("spec");
        JsonNode after = resize.resized().path("spec");
        if (!Quantities.sameResources(before.path("resources"), after.path("resources")) && lacks(node, POD_LEVEL)) {
            return Optional.of("the node does not declare the feature " + POD_LEVEL);
        }
        for (int i = 0; i < before.path("initContainers").size(); i++) {
            JsonNode old = before.path("initContainers").path(i);
            JsonNode wanted = after.path("initContainers").path(i);
            if (!old.path("restartPolicy").asString("").equals("Always")
                    && !Quantities.sameResources(old.path("resources"), wanted.path("resources"))
                    && lacks(node, INIT_CONTAINERS)) {
                return Optional.of("the node does not declare the feature " + INIT_CONTAINERS);
            }
        }
        return Optional.empty();
    }

    private static boolean lacks(JsonNode node, String feature) {
        for (JsonNode declared : node.at("/status/declaredFeatures")) {
            if (declared.asString("").equals(feature)) {
                return false;
            }
        }
        return true;
    }
}
