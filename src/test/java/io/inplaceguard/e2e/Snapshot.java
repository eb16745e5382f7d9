package io.inplaceguard.e2e;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The workloads of one column in one namespace, what they created, and their pods, as read at one time. */
final class Snapshot {

    private final Map<String, List<JsonNode>> pods = new HashMap<>();
    private final Map<String, JsonNode> workloads = new HashMap<>();
    /** Of a UnitedDeployment: the one workload of its one subset. */
    private final Map<String, JsonNode> children = new HashMap<>();

    /** @param v1beta1 whether the cluster serves CloneSet v1beta1 */
    static Snapshot of(Api api, Column column, String namespace, boolean v1beta1) throws IOException {
        Snapshot snapshot = new Snapshot();
        for (JsonNode workload : items(api, column.path(namespace))) {
            snapshot.workloads.put(workload.at("/metadata/name").asString(), workload);
        }
        if (column.united()) {
            String version = v1beta1 || column.child().equals("StatefulSet") ? "v1beta1" : "v1alpha1";
            Column child = new Column(column.child() + " " + version, column.policy(), column.scaling());
            for (JsonNode workload : items(api, child.path(namespace))) {
                snapshot.children.put(workload.at("/metadata/labels/app").asString(), workload);
            }
        }
        for (JsonNode pod : items(api, "/api/v1/namespaces/" + namespace + "/pods")) {
            if (!pod.at("/metadata").has("deletionTimestamp")) {
                snapshot.pods
                        .computeIfAbsent(pod.at("/metadata/labels/app").asString(""), key -> new ArrayList<>())
                        .add(pod);
            }
        }
        return snapshot;
    }

    static JsonNode items(Api api, String path) throws IOException {
        return api.get(path).orFail().body().path("items");
    }

    /** Those that are not being deleted. */
    List<JsonNode> pods(String name) {
        return pods.getOrDefault(name, List.of());
    }

    static boolean isReady(JsonNode pod) {
        for (JsonNode condition : pod.at("/status/conditions")) {
            if (condition.path("type").asString().equals("Ready")) {
                return condition.path("status").asString().equals("True");
            }
        }
        return false;
    }

    /** Revisions are compared as OpenKruise does: a label may hold only the hash at the end of a name. */
    static boolean hasRevision(JsonNode pod, String revision) {
        String label = pod.at("/metadata/labels/controller-revision-hash").asString("");
        return !label.isEmpty() && (revision.equals(label) || revision.endsWith("-" + label));
    }

    /** Whether the controllers have seen the newest change of the workload, and of what it created. */
    boolean hasObserved(Trial trial) {
        JsonNode workload = workloads.get(trial.name());
        if (workload == null || !hasObserved(workload)) {
            return false;
        }
        JsonNode child = children.get(trial.name());
        return !trial.column.united() || child != null && hasObserved(child);
    }

    private static boolean hasObserved(JsonNode workload) {
        return workload.at("/status/observedGeneration").asLong(0)
                >= workload.at("/metadata/generation").asLong(0);
    }

    /** The revision that the pods should have; of a UnitedDeployment with its own revision, which the child may refuse. */
    String target(Trial trial) {
        JsonNode workload = workloads.get(trial.name());
        if (workload == null) {
            return "";
        }
        if (!trial.column.united()) {
            return workload.at(trial.column.targetRevision()).asString("");
        }
        JsonNode child = children.get(trial.name());
        String own = workload.at("/status/updatedRevision")
                .asString(workload.at("/status/updateStatus/updatedRevision").asString(""));
        if (child == null || own.isEmpty()) {
            return "";
        }
        String received = child.at("/metadata/labels/apps.kruise.io~1controller-revision-hash")
                .asString("");
        return received.equals(own) ? child.at("/status/updateRevision").asString("") : own;
    }
}
