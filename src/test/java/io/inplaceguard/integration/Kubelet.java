package io.inplaceguard.integration;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.inplaceguard.e2e.Api;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
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
    private static final long RETRY_MILLIS = 500;

    private final Api api;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
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
        String namespace = pod.getMetadata().getNamespace();
        String name = pod.getMetadata().getName();
        schedule(namespace, name, 0);
    }

    private void schedule(String namespace, String name, long delayMillis) {
        try {
            executor.schedule(
                    () -> {
                        try {
                            sync(namespace, name);
                        } catch (IOException | RuntimeException e) {
                            schedule(namespace, name, RETRY_MILLIS);
                        }
                    },
                    delayMillis,
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // Closed.
        }
    }

    /** By name, as the informer has it now: an event may be older than a pod that has come in its place. */
    private void sync(String namespace, String name) throws IOException {
        Pod pod = pods.getStore().getByKey(Cache.namespaceKeyFunc(namespace, name));
        if (pod == null) {
            return;
        }
        String path = "/api/v1/namespaces/" + namespace + "/pods/" + name;
        if (pod.getMetadata().getDeletionTimestamp() != null) {
            ObjectNode options = JSON.createObjectNode().put("gracePeriodSeconds", 0);
            options.putObject("preconditions").put("uid", pod.getMetadata().getUid());
            api.delete(path, options);
        } else if (pod.getSpec().getNodeName() == null) {
            ObjectNode binding = JSON.createObjectNode();
            binding.putObject("metadata")
                    .put("name", name)
                    .put("uid", pod.getMetadata().getUid());
            binding.putObject("target").put("kind", "Node").put("name", NODE);
            api.create(path + "/binding", binding);
        } else {
            Optional<JsonNode> status = status(pod);
            if (status.isPresent()) {
                ObjectNode patch = JSON.createObjectNode();
                patch.putObject("metadata").put("uid", pod.getMetadata().getUid());
                patch.set("status", status.get());
                api.merge(path + "/status", patch);
            }
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
