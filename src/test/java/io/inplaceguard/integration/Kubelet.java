package io.inplaceguard.integration;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.inplaceguard.e2e.Api;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One node, to which every pod is bound, and the statuses that a kubelet would write: containers run their image with the
 * resources of the spec, a changed image restarts its container, a pod with readiness gates is ready when they are true, a
 * deleted pod goes. Nothing is run.
 */
final class Kubelet implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String NODE = "n1";

    private final Api api;
    private final ExecutorService executor = Executors.newSingleThreadExecutor();
    private final SharedIndexInformer<Pod> pods;

    Kubelet(Api api) throws IOException {
        this.api = api;
        JsonNode node = JSON.readTree("""
                {"metadata": {"name": "%s"}, "status": {"conditions": [{"type": "Ready", "status": "True"}],
                "capacity": {"cpu": "1000", "memory": "1000Gi", "pods": "10000", "ephemeral-storage": "1000Gi"},
                "allocatable": {"cpu": "1000", "memory": "1000Gi", "pods": "10000", "ephemeral-storage": "1000Gi"}}}
                """.formatted(NODE));
        api.create("/api/v1/nodes", node).orFail();
        api.merge("/api/v1/nodes/" + NODE + "/status", node).orFail();
        // Every node is created with the taint not-ready, which the node controller removes.
        api.merge("/api/v1/nodes/" + NODE, JSON.readTree("{\"spec\": {\"taints\": null}}"))
                .orFail();
        pods = api.client().pods().inAnyNamespace().inform(new ResourceEventHandler<>() {
            @Override
            public void onAdd(Pod pod) {
                submit(pod);
            }

            @Override
            public void onUpdate(Pod before, Pod pod) {
                submit(pod);
            }

            @Override
            public void onDelete(Pod pod, boolean unknown) {}
        });
    }

    private void submit(Pod pod) {
        try {
            executor.execute(() -> {
                try {
                    sync(pod);
                } catch (IOException e) {
                    // The API server is being stopped, or the next event of this pod repeats it.
                }
            });
        } catch (RejectedExecutionException e) {
            // Closed.
        }
    }

    private void sync(Pod pod) throws IOException {
        String path = "/api/v1/namespaces/" + pod.getMetadata().getNamespace() + "/pods/"
                + pod.getMetadata().getName();
        if (pod.getMetadata().getDeletionTimestamp() != null) {
            api.delete(path + "?gracePeriodSeconds=0");
        } else if (pod.getSpec().getNodeName() == null) {
            ObjectNode binding = JSON.createObjectNode();
            binding.putObject("metadata").put("name", pod.getMetadata().getName());
            binding.putObject("target").put("kind", "Node").put("name", NODE);
            api.create(path + "/binding", binding);
        } else {
            status(pod).ifPresent(status -> {
                try {
                    api.merge(path + "/status", JSON.createObjectNode().set("status", status));
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
        }
    }

    /** The status, where the pod shows another one. */
    private Optional<JsonNode> status(Pod pod) {
        boolean changed = false;
        ObjectNode status = JSON.createObjectNode();
        status.put("phase", "Running");
        ArrayNode containers = status.putArray("containerStatuses");
        for (Container container : pod.getSpec().getContainers()) {
            ContainerStatus before = pod.getStatus().getContainerStatuses().stream()
                    .filter(one -> one.getName().equals(container.getName()))
                    .findFirst()
                    .orElse(null);
            boolean restart = before != null && !before.getImage().equals(container.getImage());
            JsonNode resources = JSON.readTree(api.client()
                    .getKubernetesSerialization()
                    .asJson(Objects.requireNonNullElseGet(
                            container.getResources(), io.fabric8.kubernetes.api.model.ResourceRequirements::new)));
            changed |= before == null || restart || !Objects.equals(before.getResources(), container.getResources());
            int restarts = (before == null ? 0 : before.getRestartCount()) + (restart ? 1 : 0);
            ObjectNode one = containers.addObject();
            one.put("name", container.getName())
                    .put("image", container.getImage())
                    .put("imageID", "example@sha256:" + hash(container.getImage()))
                    .put("containerID", "containerd://" + pod.getMetadata().getUid() + container.getName() + restarts)
                    .put("ready", true)
                    .put("started", true)
                    .put("restartCount", restarts);
            one.putObject("state").putObject("running").put("startedAt", now());
            one.set("resources", resources);
            one.set("allocatedResources", resources.path("requests"));
        }
        ArrayNode conditions = status.putArray("conditions");
        boolean gates =
                pod.getSpec().getReadinessGates().stream().allMatch(gate -> isTrue(pod, gate.getConditionType()));
        for (String type : List.of("Initialized", "ContainersReady", "Ready")) {
            boolean is = gates || !type.equals("Ready");
            if (!shows(pod, type, is)) {
                changed = true;
                conditions
                        .addObject()
                        .put("type", type)
                        .put("status", is ? "True" : "False")
                        .put("lastTransitionTime", now());
            }
        }
        return changed ? Optional.of(status) : Optional.empty();
    }

    private static boolean isTrue(Pod pod, String type) {
        return shows(pod, type, true);
    }

    private static boolean shows(Pod pod, String type, boolean value) {
        return pod.getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .map(PodCondition::getStatus)
                .anyMatch((value ? "True" : "False")::equals);
    }

    private static String hash(String image) {
        return UUID.nameUUIDFromBytes(image.getBytes(StandardCharsets.UTF_8))
                .toString()
                .replace("-", "")
                .repeat(2);
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    @Override
    public void close() {
        pods.stop();
        executor.shutdownNow();
    }
}
