package io.inplaceguard.cluster.audit;

import io.inplaceguard.check.report.ObjectIdentity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What an audit keeps of the cluster: workloads whole, of pods only counts, so that many pods take little memory. */
final class Inventory {

    /** The label with the name or hash of a Pod's ControllerRevision. */
    private static final String REVISION = "controller-revision-hash";

    /**
     * A workload and its pods.
     *
     * @param object    as it is stored
     * @param pods      number of pods by the revision they have
     * @param unclaimed names of pods that lack a claim of the workload's templates
     */
    record Workload(JsonNode object, Map<String, Integer> pods, List<String> unclaimed) {

        ObjectIdentity identity() {
            return Inventory.identity(object);
        }

        String version() {
            String apiVersion = object.path("apiVersion").asString("");
            return apiVersion.substring(apiVersion.indexOf('/') + 1);
        }
    }

    private final Map<String, Workload> byUid = new HashMap<>();
    private final List<Workload> workloads = new ArrayList<>();

    void add(JsonNode object) {
        Workload workload = new Workload(object, new TreeMap<>(), new ArrayList<>());
        if (object.path("metadata") instanceof ObjectNode metadata) {
            // Larger than the rest of a small object, and not needed.
            metadata.remove("managedFields");
        }
        workloads.add(workload);
        String uid = object.at("/metadata/uid").asString("");
        if (!uid.isEmpty()) {
            byUid.put(uid, workload);
        }
    }

    /** All workloads, in the order in which they were added. */
    List<Workload> workloads() {
        return workloads;
    }

    /** Counts a Pod for the workload that owns it. */
    void count(JsonNode pod) {
        for (JsonNode owner : pod.at("/metadata/ownerReferences")) {
            Workload workload = byUid.get(owner.path("uid").asString(""));
            if (workload != null) {
                String revision =
                        pod.path("metadata").path("labels").path(REVISION).asString("");
                workload.pods().merge(revision, 1, Integer::sum);
                if (lacksClaim(workload.object(), pod)) {
                    workload.unclaimed().add(pod.at("/metadata/name").asString(""));
                }
                return;
            }
        }
    }

    /** The volume of a claim template has the template's name. */
    private static boolean lacksClaim(JsonNode object, JsonNode pod) {
        if (!object.path("kind").asString("").equals("StatefulSet")) {
            return false;
        }
        for (JsonNode template : object.at("/spec/volumeClaimTemplates")) {
            String name = template.at("/metadata/name").asString("");
            boolean mounted = false;
            for (JsonNode volume : pod.at("/spec/volumes")) {
                mounted |= volume.path("name").asString("").equals(name);
            }
            if (!mounted) {
                return true;
            }
        }
        return false;
    }

    /** The identity of any object that has apiVersion and kind. */
    static ObjectIdentity identity(JsonNode object) {
        String apiVersion = object.path("apiVersion").asString("");
        int slash = apiVersion.indexOf('/');
        return new ObjectIdentity(
                slash < 0 ? "" : apiVersion.substring(0, slash),
                object.path("kind").asString(""),
                object.at("/metadata/namespace").asString(""),
                object.at("/metadata/name").asString(""));
    }
}
