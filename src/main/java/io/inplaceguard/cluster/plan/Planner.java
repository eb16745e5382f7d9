package io.inplaceguard.cluster.plan;

import io.inplaceguard.check.JsonPatch;
import io.inplaceguard.check.ManifestObject;
import io.inplaceguard.check.report.ObjectIdentity;
import io.inplaceguard.check.report.Result;
import io.inplaceguard.cluster.ApiException;
import io.inplaceguard.cluster.ApiResources;
import io.inplaceguard.cluster.KubeApi;
import io.inplaceguard.cluster.Workloads;
import io.inplaceguard.guard.AdmissionAttributes;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.ObjectStage;
import io.inplaceguard.guard.ObjectView;
import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.Operation;
import io.inplaceguard.guard.Verdict;
import io.inplaceguard.guard.Warning;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Plans manifests one by one: live object, dry run, verdict, containers, pods, nodes. */
final class Planner {

    private final KubeApi api;
    private final ApiResources resources;
    private final DryRun dryRun;
    private final GuardSettings settings;
    private final OpenKruiseProfile profile;

    Planner(KubeApi api, DryRun dryRun, GuardSettings settings, OpenKruiseProfile profile) {
        this.api = api;
        this.resources = new ApiResources(api);
        this.dryRun = dryRun;
        this.settings = settings;
        this.profile = profile;
    }

    /**
     * The plan for one manifest; of an object that cannot be read in the cluster one with the reason.
     *
     * @throws ApiException when the API server cannot be reached
     */
    Plan plan(ManifestObject manifest) {
        ObjectIdentity identity = manifest.identity();
        PlanBuilder plan = new PlanBuilder(manifest);
        Optional<ApiResources.Resource> resource =
                resources.find(identity.group(), manifest.version(), identity.kind());
        if (resource.isEmpty()) {
            return plan.failed("The cluster does not serve " + identity.kind() + " "
                    + manifest.object().path("apiVersion").asString("") + ".");
        }
        String path = resource.get().path(identity);
        KubeApi.Response live = api.get(path);
        if (live.code() == 404) {
            return created(plan, resource.get(), manifest);
        }
        if (!live.ok()) {
            return plan.failed("Cannot read the live object: " + live.message());
        }
        return identity.kind().equals("Pod")
                ? new PodPlanner(api, resources, dryRun, this).plan(plan, resource.get(), manifest, live.body())
                : workload(plan, resource.get(), path, manifest, live.body());
    }

    private Plan created(PlanBuilder plan, ApiResources.Resource resource, ManifestObject manifest) {
        DryRun.Outcome outcome = dryRun.create(resource, manifest.identity().namespace(), manifest.object());
        if (outcome instanceof DryRun.Denied denied) {
            plan.refusal(denied);
        }
        plan.serverNotes(outcome);
        return plan.outcome(Plan.Outcome.CREATED).build();
    }

    private Plan workload(
            PlanBuilder plan, ApiResources.Resource resource, String path, ManifestObject manifest, JsonNode live) {
        DryRun.Outcome outcome = dryRun.apply(resource, path, manifest.object(), live);
        plan.serverNotes(outcome);
        Guard guard = guard(live);
        boolean stored = outcome instanceof DryRun.Stored;
        JsonNode result =
                outcome instanceof DryRun.Stored accepted ? accepted.object() : mutated(guard, manifest, live);
        Verdict verdict =
                validate(guard, manifest, "", live, result, stored ? ObjectStage.STORED : ObjectStage.SUBMITTED);
        if (outcome instanceof DryRun.Denied denied) {
            plan.denied(denied, verdict);
        } else {
            plan.verdict(verdict);
        }
        if (stored && verdict.denied()) {
            plan.note("The cluster accepted the dry run, so InPlaceOnly is not enforced for this object by a webhook."
                    + " Applied, its rollout would never finish.");
        }
        Plan.Outcome what = Outcomes.of(live, result, verdict, settings.kinds(), profile);
        boolean refused = plan.denied();
        plan.outcome(refused ? Plan.Outcome.DENIED : what);
        if (what != Plan.Outcome.UNCHANGED) {
            containers(plan, live, result, stored);
        }
        if (!refused && what != Plan.Outcome.UNCHANGED) {
            new PodLister(api, settings.kinds()).describe(plan, live, result, what);
        }
        return plan.build();
    }

    /** The manifest merged into the live object, with what the guard's own mutating webhook would add. */
    private JsonNode mutated(Guard guard, ManifestObject manifest, JsonNode live) {
        JsonNode merged = dryRun.local(manifest.object(), live);
        return JsonPatch.apply(
                merged, guard.mutate(attributes(manifest, "", live, merged)).patch());
    }

    /** Of a denied result the rules know what differs: it lacks the defaults that OpenKruise's webhook writes. */
    private void containers(PlanBuilder plan, JsonNode live, JsonNode result, boolean stored) {
        List<Workloads.Template> before = Workloads.templates(live, settings.kinds());
        List<ContainerPlan> containers = new ArrayList<>();
        for (Workloads.Template after : Workloads.templates(result, settings.kinds())) {
            before.stream()
                    .filter(each -> each.path().equals(after.path()))
                    .findFirst()
                    .ifPresent(old -> containers.addAll(ContainerPlan.of(
                            old.template(),
                            after.template(),
                            (container, field) -> stored || plan.mayViolate(container, field))));
        }
        plan.containers(containers);
    }

    /** A guard that knows the strategy of the workload that owns a Pod, if it can be read. */
    Guard guard(JsonNode live) {
        return new Guard(settings, Owners.of(api, resources, live), () -> profile);
    }

    Verdict validate(
            Guard guard,
            ManifestObject manifest,
            String subresource,
            JsonNode before,
            JsonNode after,
            ObjectStage stage) {
        return guard.validate(attributes(manifest, subresource, before, after), stage);
    }

    private static AdmissionAttributes attributes(
            ManifestObject manifest, String subresource, JsonNode before, JsonNode after) {
        return new AdmissionAttributes(
                manifest.identity().group(),
                manifest.version(),
                manifest.identity().kind(),
                subresource,
                Operation.UPDATE,
                ObjectView.of(before),
                ObjectView.of(after));
    }

    /** A violation with its place in the manifest. */
    static List<Result.Located> located(ManifestObject manifest, Verdict verdict) {
        return verdict.violations().stream()
                .map(violation -> new Result.Located(violation, manifest.line(violation.field())))
                .toList();
    }

    /** Whether a warning of the API server repeats one of the verdict's. */
    static boolean isKnown(String warning, List<Warning> warnings) {
        return warning.startsWith("would be denied:")
                || warnings.stream().anyMatch(each -> each.message().equals(warning));
    }
}
