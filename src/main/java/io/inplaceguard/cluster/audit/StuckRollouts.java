package io.inplaceguard.cluster.audit;

import io.inplaceguard.check.report.ObjectIdentity;
import io.inplaceguard.cluster.ApiException;
import io.inplaceguard.cluster.KubeApi;
import io.inplaceguard.cluster.Partition;
import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import io.inplaceguard.guard.StuckRollout;
import io.inplaceguard.guard.UpdateStrategy;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * Rollouts that will never finish: pods are of an older ControllerRevision than the strategy wants, and the difference
 * between the two revisions cannot be applied in place.
 */
final class StuckRollouts {

    private static final String GATE = "vertical-scaling";
    private static final List<String> KINDS = List.of("CloneSet", "StatefulSet", "DaemonSet");

    private static final int REQUESTS = 8;

    private final KubeApi api;
    private final OpenKruiseProfile profile;

    StuckRollouts(KubeApi api, OpenKruiseProfile profile) {
        this.api = api;
        this.profile = profile;
    }

    /**
     * The findings for all workloads, in their order. The revisions are read by name and several at a time: a list with a selector
     * makes the API server read all revisions of the namespace.
     *
     * @throws ApiException when ControllerRevisions cannot be read
     */
    List<Finding> check(List<Inventory.Workload> workloads) {
        ExecutorService requests = Executors.newFixedThreadPool(REQUESTS);
        try {
            List<Finding> findings = new ArrayList<>();
            for (Future<List<Finding>> each : workloads.stream()
                    .map(workload -> requests.submit(() -> check(workload)))
                    .toList()) {
                findings.addAll(each.get());
            }
            return findings;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof ApiException refused ? refused : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            requests.shutdownNow();
        }
    }

    private List<Finding> check(Inventory.Workload workload) {
        JsonNode object = workload.object();
        String kind = workload.identity().kind();
        // A DaemonSet has the revision's hash in a field of its own.
        String update = object.path("status")
                .path(kind.equals("DaemonSet") ? "daemonSetHash" : "updateRevision")
                .asString("");
        // OpenKruise does not know the guard's annotation.
        UpdateStrategy strategy = UpdateStrategy.ofOwner(kind, workload.version(), object.path("spec"), null);
        if (!KINDS.contains(kind) || update.isEmpty() || Partition.isPaused(object) || isOnDelete(object)) {
            return List.of();
        }
        int behind = 0;
        Set<String> old = new LinkedHashSet<>();
        for (Map.Entry<String, Integer> pods : workload.pods().entrySet()) {
            if (!pods.getKey().isEmpty() && !isRevision(update, pods.getKey())) {
                behind += pods.getValue();
                old.add(pods.getKey());
            }
        }
        int stuck = behind - Partition.kept(object, total(object, workload.pods()));
        if (stuck <= 0) {
            return List.of();
        }
        if (!workload.unclaimed().isEmpty()) {
            return List.of(new Finding(
                    Finding.Id.CLAIM_TEMPLATES,
                    workload.identity(),
                    List.of("spec.volumeClaimTemplates"),
                    "The rollout has stopped: " + count(workload.unclaimed().size())
                            + " without a claim of a volume claim template that was added or renamed.",
                    "Restore the claim templates, or delete those pods one by one so that they are created with the new"
                            + " claims (kruise#2343)."));
        }
        return compare(workload, strategy, update, old, stuck);
    }

    private List<Finding> compare(
            Inventory.Workload workload, UpdateStrategy strategy, String update, Set<String> old, int pods) {
        JsonNode wanted = data(workload.identity(), update);
        Set<String> fields = new LinkedHashSet<>();
        Set<String> rules = new LinkedHashSet<>();
        for (String revision : old) {
            JsonNode stored = data(workload.identity(), revision);
            if (stored.isObject() && wanted.isObject()) {
                StuckRollout.of(workload.identity().kind(), strategy, stored, wanted, profile)
                        .ifPresent(stuck -> {
                            fields.addAll(stuck.fields());
                            rules.addAll(stuck.rules());
                        });
            }
        }
        return rules.isEmpty() ? List.of() : List.of(finding(workload, update, fields, rules, pods));
    }

    private Finding finding(
            Inventory.Workload workload, String update, Set<String> fields, Set<String> rules, int pods) {
        if (rules.equals(Set.of(GATE))) {
            String problem = count(pods) + " cannot be resized to revision " + update + ": ";
            return profile.verticalScaling() == VerticalScaling.REFUSED
                    ? new Finding(
                            Finding.Id.STUCK_ROLLOUT,
                            workload.identity(),
                            List.copyOf(fields),
                            problem + "OpenKruise is older than 1.9, and the API server refuses how it resizes pods.",
                            "Upgrade OpenKruise to 1.9 or newer, or set cpu and memory back.")
                    : new Finding(
                            Finding.Id.RESIZE_GATE,
                            workload.identity(),
                            List.copyOf(fields),
                            problem + "OpenKruise's feature gate InPlaceWorkloadVerticalScaling is not enabled.",
                            "Enable the gate in the OpenKruise manager, or set cpu and memory back.");
        }
        return new Finding(
                Finding.Id.STUCK_ROLLOUT,
                workload.identity(),
                List.copyOf(fields),
                count(pods) + " cannot reach revision " + update + " in place (" + String.join(", ", rules) + ").",
                "Set these fields back while the namespace has the label inplace-guard.io/mode=warn, delete the pods, or"
                        + " switch the strategy to InPlaceIfPossible. Details: inplace-guard explain "
                        + rules.iterator().next() + ".");
    }

    private static String count(int pods) {
        return pods == 1 ? "1 pod" : pods + " pods";
    }

    private static boolean isOnDelete(JsonNode object) {
        return object.at("/spec/updateStrategy/type").asString("").equals("OnDelete");
    }

    /** What a partition given as a percentage is of. */
    private static int total(JsonNode object, Map<String, Integer> pods) {
        int existing = pods.values().stream().mapToInt(Integer::intValue).sum();
        return object.path("spec").path("replicas").asInt(existing);
    }

    /** A Pod has the revision's whole name or its hash. */
    private static boolean isRevision(String name, String label) {
        return name.equals(label) || name.endsWith("-" + label);
    }

    /** What a revision holds; missing where it has been deleted. A Pod and a status name it, or have only its hash. */
    private JsonNode data(ObjectIdentity workload, String revision) {
        String name = revision.startsWith(workload.name() + "-") ? revision : workload.name() + "-" + revision;
        KubeApi.Response response = api.get(
                "/apis/apps/v1/namespaces/" + encoded(workload.namespace()) + "/controllerrevisions/" + encoded(name));
        if (!response.ok() && response.code() != 404) {
            throw new ApiException(response.code(), response.message());
        }
        return response.ok() ? response.body().path("data") : MissingNode.getInstance();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
