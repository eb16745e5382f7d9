package io.inplaceguard.cluster.plan;

import io.inplaceguard.check.ManifestObject;
import io.inplaceguard.cluster.ApiResources;
import io.inplaceguard.cluster.KubeApi;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.ObjectStage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Plans a Pod. Where the API server has {@code pods/resize} (1.33 and newer) it refuses resources on the Pod itself, so
 * the manifest is split: everything else is applied to the Pod, cpu and memory are applied to its subresource.
 */
final class PodPlanner {

    private final KubeApi api;
    private final ApiResources resources;
    private final DryRun dryRun;
    private final Planner planner;

    PodPlanner(KubeApi api, ApiResources resources, DryRun dryRun, Planner planner) {
        this.api = api;
        this.resources = resources;
        this.dryRun = dryRun;
        this.planner = planner;
    }

    Plan plan(PlanBuilder plan, ApiResources.Resource resource, ManifestObject manifest, JsonNode live) {
        String path = resource.path(manifest.identity());
        ObjectNode resize = resize(manifest.object(), live);
        boolean split = !resize.isEmpty() && resources.has(resource, "resize");
        Guard guard = planner.guard(live);
        JsonNode rest = split ? withoutResources(manifest.object()) : manifest.object();
        JsonNode result = live;
        JsonNode updated = step(plan, guard, manifest, "", live, dryRun.strategicPatch(path, rest));
        if (updated != null) {
            result = updated;
        }
        if (split) {
            plan.note("kubectl apply cannot change the resources of a Pod. Use kubectl patch pod "
                    + manifest.identity().name() + " --subresource resize; that is what was planned.");
            JsonNode resized =
                    step(plan, guard, manifest, "resize", live, dryRun.strategicPatch(path + "/resize", resize));
            if (resized != null) {
                result = withContainers(result, resized);
            } else {
                // The nodes tell why, or how much is missing.
                result = withContainers(result, merged(live, resize));
            }
        }
        List<ContainerPlan> containers = ContainerPlan.of(live, result);
        boolean unchanged = live.path("spec").equals(result.path("spec"));
        plan.containers(unchanged ? List.of() : containers);
        plan.outcome(plan.denied() ? Plan.Outcome.DENIED : unchanged ? Plan.Outcome.UNCHANGED : Plan.Outcome.IN_PLACE);
        if (!Quantities.samePod(live, result)) {
            new PodLister(api, List.of()).nodes(plan, List.of(new NodeFit.Resize(live, result)));
        }
        return plan.build();
    }

    /** What would be stored; null where the API server or another webhook refuses. */
    private @org.jspecify.annotations.Nullable JsonNode step(
            PlanBuilder plan,
            Guard guard,
            ManifestObject manifest,
            String subresource,
            JsonNode live,
            DryRun.Outcome outcome) {
        plan.serverNotes(outcome);
        if (outcome instanceof DryRun.Stored stored) {
            plan.verdict(planner.validate(guard, manifest, subresource, live, stored.object(), ObjectStage.STORED));
            return stored.object();
        }
        if (outcome instanceof DryRun.Denied denied) {
            JsonNode wanted = subresource.isEmpty()
                    ? merged(live, manifest.object())
                    : merged(live, resize(manifest.object(), live));
            var verdict = planner.validate(guard, manifest, subresource, live, wanted, ObjectStage.STORED);
            if (denied.byGuard()) {
                plan.denied(denied, verdict);
            } else {
                plan.refusal(denied);
            }
        }
        return null;
    }

    /** The containers whose cpu or memory the manifest changes, as a strategic merge patch; empty where there are none. */
    private static ObjectNode resize(JsonNode manifest, JsonNode live) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        for (String list : List.of("containers", "initContainers")) {
            Map<String, JsonNode> stored = byName(live.path("spec").path(list));
            for (JsonNode container : manifest.path("spec").path(list)) {
                JsonNode old = stored.get(container.path("name").asString(""));
                if (old != null && changesResources(old.path("resources"), container.path("resources"))) {
                    patch.withObjectProperty("spec")
                            .withArrayProperty(list)
                            .addObject()
                            .put("name", container.path("name").asString(""))
                            .set("resources", container.path("resources"));
                }
            }
        }
        JsonNode own = manifest.at("/spec/resources");
        if (own.isObject() && changesResources(live.at("/spec/resources"), own)) {
            patch.withObjectProperty("spec").set("resources", own);
        }
        return patch;
    }

    /** A resource that the manifest does not name stays as it is: it may be defaulted. */
    private static boolean changesResources(JsonNode live, JsonNode manifest) {
        for (String list : List.of("requests", "limits")) {
            for (var each : manifest.path(list).properties()) {
                if (!Quantities.same(live.path(list).path(each.getKey()), each.getValue())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static JsonNode withoutResources(JsonNode manifest) {
        JsonNode copy = manifest.deepCopy();
        if (copy.path("spec") instanceof ObjectNode spec) {
            spec.remove("resources");
        }
        for (String list : List.of("containers", "initContainers")) {
            for (JsonNode container : copy.path("spec").path(list)) {
                if (container instanceof ObjectNode each) {
                    each.remove("resources");
                }
            }
        }
        return copy;
    }

    /** The Pod with the resources of another one's containers. */
    private static JsonNode withContainers(JsonNode pod, JsonNode resized) {
        JsonNode copy = pod.deepCopy();
        if (copy.path("spec") instanceof ObjectNode spec && resized.path("spec").has("resources")) {
            spec.set("resources", resized.at("/spec/resources"));
        }
        for (String list : List.of("containers", "initContainers")) {
            Map<String, JsonNode> from = byName(resized.path("spec").path(list));
            for (JsonNode container : copy.path("spec").path(list)) {
                JsonNode other = from.get(container.path("name").asString(""));
                if (other != null && container instanceof ObjectNode each && other.has("resources")) {
                    each.set("resources", other.path("resources"));
                }
            }
        }
        return copy;
    }

    /** The fields of the patch's containers merged into the Pod's of the same name. */
    private static JsonNode merged(JsonNode pod, JsonNode patch) {
        JsonNode copy = pod.deepCopy();
        if (copy.path("spec") instanceof ObjectNode spec
                && patch.at("/spec/resources").isObject()) {
            spec.set("resources", ThreeWayMerge.apply(spec.path("resources"), patch.at("/spec/resources")));
        }
        for (String list : List.of("containers", "initContainers")) {
            Map<String, JsonNode> from = byName(patch.path("spec").path(list));
            for (JsonNode container : copy.path("spec").path(list)) {
                JsonNode other = from.get(container.path("name").asString(""));
                if (other != null
                        && container instanceof ObjectNode each
                        && ThreeWayMerge.apply(each, other) instanceof ObjectNode merged) {
                    each.setAll(merged);
                }
            }
        }
        return copy;
    }

    private static Map<String, JsonNode> byName(JsonNode containers) {
        Map<String, JsonNode> found = new LinkedHashMap<>();
        containers.forEach(container -> found.put(container.path("name").asString(""), container));
        return found;
    }
}
