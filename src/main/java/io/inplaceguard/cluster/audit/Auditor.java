package io.inplaceguard.cluster.audit;

import io.inplaceguard.check.InputException;
import io.inplaceguard.cluster.ApiException;
import io.inplaceguard.cluster.ApiResources;
import io.inplaceguard.cluster.KubeApi;
import io.inplaceguard.cluster.OpenKruiseReader;
import io.inplaceguard.cluster.Progress;
import io.inplaceguard.cluster.Workloads;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OwnerStrategies;
import io.inplaceguard.settings.Settings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Reads the cluster and collects findings. Pods are read page by page and not kept. What may not be read is left out and
 * reported by {@link #leftOut()}.
 */
final class Auditor {

    private final KubeApi api;
    private final String namespace;
    private final Guard guard;
    private final OpenKruiseProfile profile;
    private final Settings.OpenKruise openkruise;
    private final Progress progress;
    private final Set<String> leftOut = new LinkedHashSet<>();
    private final List<Finding> findings = new ArrayList<>();
    private final Inventory inventory = new Inventory();
    private boolean anythingRead;
    private int pods;

    /** @param namespace the only one to read; empty for all */
    Auditor(
            KubeApi api,
            String namespace,
            GuardSettings settings,
            OpenKruiseProfile profile,
            Settings.OpenKruise openkruise,
            Progress progress) {
        this.api = api;
        this.namespace = namespace;
        this.guard = new Guard(settings, OwnerStrategies.UNKNOWN, () -> profile);
        this.profile = profile;
        this.openkruise = openkruise;
        this.progress = progress;
    }

    /**
     * All findings, the worst first.
     *
     * @throws ApiException   when the API server cannot be reached
     * @throws InputException when nothing at all may be read
     */
    List<Finding> audit() {
        workloads();
        part("pods", () -> api.list(collection("pods"), this::pod));
        if (!inventory.workloads().isEmpty()) {
            part("ControllerRevisions", this::rollouts);
        }
        inventory.workloads().forEach(workload -> {
            findings.addAll(Words.ofWorkload(workload, guard));
            if (profile.verticalScaling() != OpenKruiseProfile.VerticalScaling.DISABLED) {
                findings.addAll(NeverResizable.of(workload));
            }
        });
        if (namespace.isEmpty()) {
            part("namespaces", () -> api.list("/api/v1/namespaces", each -> findings.addAll(Words.ofNamespace(each))));
            part(
                    "webhook configurations",
                    () -> findings.addAll(new GuardHealth(api, leftOut::add, Instant.now()).check()));
            String version = api.get("/version").body().path("gitVersion").asString("");
            findings.addAll(Versions.check(version, OpenKruiseReader.deployment(api, openkruise), profile));
        } else {
            part(
                    "namespace " + namespace,
                    () -> findings.addAll(Words.ofNamespace(api.read("/api/v1/namespaces/" + namespace))));
        }
        if (!anythingRead) {
            throw new InputException(String.join("\n", leftOut));
        }
        findings.sort(Finding.ORDER);
        return findings;
    }

    /** A sentence for each part that was left out because it may not be read. */
    Set<String> leftOut() {
        return leftOut;
    }

    private void part(String what, Runnable check) {
        progress.show("reading " + what);
        try {
            check.run();
            anythingRead = true;
        } catch (ApiException e) {
            if (!e.isForbidden()) {
                throw e;
            }
            leftOut.add("You may not read " + what + ", so this part is left out: " + e.getMessage() + ".");
        }
    }

    private String collection(String plural) {
        return "/api/v1" + (namespace.isEmpty() ? "" : "/namespaces/" + namespace) + "/" + plural;
    }

    private void workloads() {
        ApiResources resources = new ApiResources(api);
        for (String kind : Workloads.KINDS.stream().sorted().toList()) {
            for (String version : List.of("v1beta1", "v1alpha1")) {
                Optional<ApiResources.Resource> resource = resources.find(Workloads.KRUISE, version, kind);
                if (resource.isPresent()) {
                    if (resource.get().namespaced() || namespace.isEmpty()) {
                        part(kind + " objects", () -> api.list(resource.get().collection(namespace), this::workload));
                    }
                    break;
                }
            }
        }
    }

    private void workload(JsonNode object) {
        inventory.add(object);
        progress.show(inventory.workloads().size() + " workloads");
    }

    private void pod(JsonNode pod) {
        progress.show(++pods + " pods");
        inventory.count(pod);
        findings.addAll(PodFindings.of(pod));
        if (pod.at("/metadata/ownerReferences").isEmpty()) {
            findings.addAll(Words.ofAnnotations(
                    PodFindings.identity(pod), "metadata.annotations", pod.at("/metadata/annotations")));
        }
    }

    private void rollouts() {
        findings.addAll(new StuckRollouts(api, profile).check(inventory.workloads()));
    }
}
