package io.inplaceguard.cluster.plan;

import io.inplaceguard.cluster.ApiException;
import io.inplaceguard.cluster.KubeApi;
import io.inplaceguard.cluster.Workloads;
import io.inplaceguard.guard.CustomKind;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The pods of a workload, and whether a resize fits on their nodes. What may not be read is left out, with a note. */
final class PodLister {

    /** With more nodes than this one list of all pods is cheaper than one a node. */
    private static final int MAX_LISTS = 20;

    private final KubeApi api;
    private final List<CustomKind> kinds;

    PodLister(KubeApi api, List<CustomKind> kinds) {
        this.api = api;
        this.kinds = kinds;
    }

    /** Adds the rollout's order and, for a resize in place, the nodes. */
    void describe(PlanBuilder plan, JsonNode live, JsonNode result, Plan.Outcome outcome) {
        List<JsonNode> pods = pods(plan, live);
        RolloutOrder rollout = RolloutOrder.of(result, pods.size());
        plan.rollout(rollout);
        boolean inPlace = outcome == Plan.Outcome.IN_PLACE || outcome == Plan.Outcome.UNSURE;
        if (inPlace && !live.path("kind").asString("").equals("SidecarSet")) {
            // The highest ordinals of a StatefulSet are updated; which pods of the other kinds are is not decided
            // before.
            boolean ordered = live.path("kind").asString("").equals("StatefulSet");
            int updated = ordered ? rollout.updated() : pods.size();
            List<NodeFit.Resize> resizes = new ArrayList<>();
            for (Workloads.Template template : Workloads.templates(result, kinds)) {
                for (JsonNode pod : pods.subList(0, Math.min(updated, pods.size()))) {
                    JsonNode resized = resized(pod, template.template());
                    if (!Quantities.samePod(pod, resized)) {
                        resizes.add(new NodeFit.Resize(pod, resized));
                    }
                }
            }
            nodes(plan, resizes);
        }
    }

    private List<JsonNode> pods(PlanBuilder plan, JsonNode live) {
        String namespace = live.at("/metadata/namespace").asString("");
        String selector = selector(live.at("/spec/selector"));
        if (selector.isEmpty()) {
            return List.of();
        }
        List<JsonNode> found = new ArrayList<>();
        String uid = live.at("/metadata/uid").asString("");
        boolean owns = List.of("CloneSet", "StatefulSet", "DaemonSet")
                .contains(live.path("kind").asString(""));
        try {
            api.list(
                    "/api/v1" + (namespace.isEmpty() ? "" : "/namespaces/" + encoded(namespace))
                            + "/pods?labelSelector=" + encoded(selector),
                    pod -> {
                        if (!owns || isOwnedBy(pod, uid)) {
                            found.add(pod);
                        }
                    });
        } catch (ApiException e) {
            if (!e.isForbidden()) {
                throw e;
            }
            plan.note("You may not list pods" + (namespace.isEmpty() ? "" : " in namespace " + namespace)
                    + ": pods and nodes are left out.");
        }
        // The order in which an advanced StatefulSet updates: the highest ordinal first.
        found.sort(Comparator.comparingInt(PodLister::ordinal).reversed());
        return found;
    }

    private static int ordinal(JsonNode pod) {
        String name = pod.at("/metadata/name").asString("");
        String digits = name.substring(name.lastIndexOf('-') + 1);
        return digits.matches("\\d{1,9}") ? Integer.parseInt(digits) : 0;
    }

    private static boolean isOwnedBy(JsonNode pod, String uid) {
        for (JsonNode owner : pod.at("/metadata/ownerReferences")) {
            if (owner.path("uid").asString("").equals(uid)) {
                return true;
            }
        }
        return false;
    }

    private static String selector(JsonNode selector) {
        List<String> terms = new ArrayList<>();
        selector.path("matchLabels")
                .properties()
                .forEach(label ->
                        terms.add(label.getKey() + "=" + label.getValue().asString("")));
        for (JsonNode expression : selector.path("matchExpressions")) {
            String key = expression.path("key").asString("");
            String values = "("
                    + expression
                            .path("values")
                            .valueStream()
                            .map(value -> value.asString(""))
                            .collect(Collectors.joining(","))
                    + ")";
            terms.add(
                    switch (expression.path("operator").asString("")) {
                        case "In" -> key + " in " + values;
                        case "NotIn" -> key + " notin " + values;
                        case "DoesNotExist" -> "!" + key;
                        default -> key;
                    });
        }
        return String.join(",", terms);
    }

    /** The Pod with the cpu and memory of the template's containers. */
    private static JsonNode resized(JsonNode pod, JsonNode template) {
        JsonNode copy = pod.deepCopy();
        Map<String, JsonNode> wanted = new LinkedHashMap<>();
        template.at("/spec/containers")
                .forEach(container -> wanted.put(container.path("name").asString(""), container));
        for (JsonNode container : copy.at("/spec/containers")) {
            JsonNode from = wanted.get(container.path("name").asString(""));
            if (from != null && container instanceof ObjectNode target) {
                resize(target.at("/resources/requests"), from.at("/resources/requests"));
                resize(target.at("/resources/limits"), from.at("/resources/limits"));
            }
        }
        return copy;
    }

    private static void resize(JsonNode stored, JsonNode wanted) {
        if (stored instanceof ObjectNode amounts) {
            for (String resource : List.of("cpu", "memory")) {
                if (wanted.has(resource) && amounts.has(resource)) {
                    amounts.set(resource, wanted.path(resource));
                }
            }
        }
    }

    /** Adds a row for each node with pods that would be resized. */
    void nodes(PlanBuilder plan, List<NodeFit.Resize> resizes) {
        Map<String, List<NodeFit.Resize>> byNode = new TreeMap<>();
        for (NodeFit.Resize resize : resizes) {
            String node = resize.pod().at("/spec/nodeName").asString("");
            String phase = resize.pod().at("/status/phase").asString("");
            if (!node.isEmpty() && !phase.equals("Succeeded") && !phase.equals("Failed")) {
                byNode.computeIfAbsent(node, name -> new ArrayList<>()).add(resize);
            }
        }
        try {
            Map<String, List<JsonNode>> onNodes = onNodes(byNode);
            for (Map.Entry<String, List<NodeFit.Resize>> each : byNode.entrySet()) {
                KubeApi.Response node = api.get("/api/v1/nodes/" + encoded(each.getKey()));
                if (node.code() == 404) {
                    plan.node(NodeFit.absent(each.getKey(), each.getValue().size()));
                } else if (!node.ok()) {
                    plan.note("Cannot read node " + each.getKey() + ", so whether the resize fits there is left out: "
                            + node.message() + ".");
                } else {
                    plan.node(NodeFit.of(node.body(), onNodes.getOrDefault(each.getKey(), List.of()), each.getValue()));
                }
            }
        } catch (ApiException e) {
            if (!e.isForbidden()) {
                throw e;
            }
            plan.note("You may not list the pods of all namespaces: whether the resize fits on the nodes is left out.");
        }
    }

    private Map<String, List<JsonNode>> onNodes(Map<String, List<NodeFit.Resize>> byNode) {
        Map<String, List<JsonNode>> found = new TreeMap<>();
        if (byNode.size() > MAX_LISTS) {
            api.list("/api/v1/pods", pod -> {
                String node = pod.at("/spec/nodeName").asString("");
                if (byNode.containsKey(node)) {
                    found.computeIfAbsent(node, name -> new ArrayList<>()).add(pod);
                }
            });
            return found;
        }
        for (String node : byNode.keySet()) {
            List<JsonNode> pods = new ArrayList<>();
            api.list("/api/v1/pods?fieldSelector=" + encoded("spec.nodeName=" + node), pods::add);
            found.put(node, pods);
        }
        return found;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
