package io.inplaceguard.cluster.audit;

import io.inplaceguard.check.InputException;
import io.inplaceguard.cluster.ApiException;
import io.inplaceguard.cluster.ApiResources;
import io.inplaceguard.cluster.KubeApi;
import io.inplaceguard.cluster.OpenKruiseReader;
import io.inplaceguard.cluster.Progress;
import io.inplaceguard.cluster.Workloads;
import io.inplaceguard.guard.CustomKind;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads the cluster and collects findings. Pods are read page by page and not kept. What may not be read is left out and
 * reported by {@link #leftOut()}.
 */
final class Auditor {

    /** Newest first. */
    private static final List<String> VERSIONS = List.of("v1beta1", "v1alpha1");

    private final KubeApi api;
    private final String namespace;
    private final GuardSettings settings;
    private final Guard guard;
    private final OpenKruiseProfile profile;
    private final Settings.OpenKruise openkruise;
    private final Progress progress;
    private final Set<String> leftOut = new LinkedHashSet<>();
    private final List<Finding> findings = new ArrayList<>();
    private final Inventory inventory = new Inventory();
    private boolean anythingRead;
    private boolean incomplete;
    private boolean hasOpenKruise;
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
        this.settings = settings;
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
        part("pods", () -> list(collection("pods"), this::pod));
        if (!inventory.workloads().isEmpty()) {
            part("ControllerRevisions", this::rollouts);
        }
        inventory.workloads().forEach(workload -> {
            findings.addAll(Words.ofWorkload(workload, guard, settings.kinds()));
            if (profile.verticalScaling() != OpenKruiseProfile.VerticalScaling.DISABLED) {
                findings.addAll(NeverResizable.of(workload, settings.kinds()));
            }
        });
        if (namespace.isEmpty()) {
            part("namespaces", () -> list("/api/v1/namespaces", each -> findings.addAll(Words.ofNamespace(each))));
            JsonNode manager = manager();
            OpenKruiseProfile installed = manager == null ? null : OpenKruiseReader.profile(api, manager);
            part(
                    "webhook configurations",
                    () -> findings.addAll(new GuardHealth(api, leftOut::add, installed, Instant.now()).check()));
            part("the version of the API server", () -> findings.addAll(Versions.check(api, manager, installed)));
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

    /** The Deployment of OpenKruise's manager; null where it cannot be read, or where the cluster has no OpenKruise. */
    private @Nullable JsonNode manager() {
        if (!hasOpenKruise) {
            return null;
        }
        JsonNode manager = OpenKruiseReader.deployment(api, openkruise);
        if (manager == null) {
            leftOut.add("Cannot read the Deployment " + openkruise.namespace() + "/" + openkruise.deployment()
                    + ": the version and the feature gates of OpenKruise are left out. --config can name another one.");
        }
        return manager;
    }

    /** A sentence for each part that was left out because it may not be read. */
    Set<String> leftOut() {
        return leftOut;
    }

    /** Whether something was left out although it may be read. */
    boolean isIncomplete() {
        return incomplete;
    }

    private void part(String what, Runnable check) {
        progress.show("reading " + what);
        try {
            check.run();
        } catch (ApiException e) {
            if (e.isUnreachable() || e.isNotFound()) {
                throw e;
            }
            incomplete |= !e.isForbidden();
            leftOut.add((e.isForbidden() ? "You may not read " : "The API server cannot list ") + what
                    + ", so this part is left out: " + e.getMessage() + ".");
        }
    }

    private void list(String path, Consumer<JsonNode> visit) {
        api.list(path, visit);
        anythingRead = true;
    }

    private String collection(String plural) {
        return "/api/v1" + (namespace.isEmpty() ? "" : "/namespaces/" + namespace) + "/" + plural;
    }

    private void workloads() {
        ApiResources resources = new ApiResources(api);
        for (String kind : Workloads.KINDS.stream().sorted().toList()) {
            part(kind + " objects", () -> list(resources, Workloads.KRUISE, VERSIONS, kind));
        }
        for (CustomKind kind : settings.kinds()) {
            part(kind.kind() + " objects", () -> list(resources, kind.group(), kind.versions(), kind.kind()));
        }
    }

    /** Reads a kind in the first of the versions that the cluster serves; nothing where it serves none. */
    private void list(ApiResources resources, String group, List<String> versions, String kind) {
        for (String version : versions) {
            Optional<ApiResources.Resource> resource = resources.find(group, version, kind);
            if (resource.isPresent()) {
                hasOpenKruise |= group.equals(Workloads.KRUISE);
                if (resource.get().namespaced() || namespace.isEmpty()) {
                    list(resource.get().collection(namespace), this::workload);
                }
                return;
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
