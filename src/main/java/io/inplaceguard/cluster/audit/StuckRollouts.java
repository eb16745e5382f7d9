package io.inplaceguard.cluster.audit;

import io.inplaceguard.cluster.ApiException;
import io.inplaceguard.cluster.KubeApi;
import io.inplaceguard.cluster.Workloads;
import io.inplaceguard.guard.AdmissionAttributes;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.ObjectStage;
import io.inplaceguard.guard.ObjectView;
import io.inplaceguard.guard.Verdict;
import io.inplaceguard.guard.Warning;
import io.inplaceguard.rule.Violation;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Rollouts that will never finish: pods are of an older ControllerRevision than the strategy wants, and the difference
 * between the two revisions cannot be applied in place.
 */
final class StuckRollouts {

    private static final String GATE = "vertical-scaling";
    private static final List<String> KINDS = List.of("CloneSet", "StatefulSet", "DaemonSet");

    private final KubeApi api;
    private final Guard guard;

    StuckRollouts(KubeApi api, Guard guard) {
        this.api = api;
        this.guard = guard;
    }

    /**
     * The findings for one workload.
     *
     * @throws ApiException when its ControllerRevisions cannot be read
     */
    List<Finding> check(Inventory.Workload workload) {
        JsonNode object = workload.object();
        String update = object.at("/status/updateRevision").asString("");
        if (!KINDS.contains(object.path("kind").asString("")) || update.isEmpty() || isPaused(object)) {
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
        if (behind <= kept(object, behind)) {
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
        return compare(workload, update, old, behind);
    }

    private List<Finding> compare(Inventory.Workload workload, String update, Set<String> old, int behind) {
        List<JsonNode> revisions = revisions(workload.object());
        JsonNode wanted = template(revisions, update);
        Set<String> fields = new LinkedHashSet<>();
        Set<String> rules = new LinkedHashSet<>();
        for (String revision : old) {
            JsonNode stored = template(revisions, revision);
            if (stored.isMissingNode() || wanted.isMissingNode()) {
                continue;
            }
            Verdict verdict = guard.validate(
                    AdmissionAttributes.update(
                            workload.identity().group(),
                            workload.version(),
                            workload.identity().kind(),
                            ObjectView.of(with(workload.object(), stored)),
                            ObjectView.of(with(workload.object(), wanted))),
                    ObjectStage.STORED);
            for (Violation violation : verdict.violations()) {
                fields.add(violation.field());
                rules.add(violation.rule());
            }
            if (verdict.warnings().stream().map(Warning::id).anyMatch("never-finishes"::equals)) {
                rules.add("never-finishes");
            }
        }
        return rules.isEmpty() ? List.of() : List.of(finding(workload, update, fields, rules, behind));
    }

    private static Finding finding(
            Inventory.Workload workload, String update, Set<String> fields, Set<String> rules, int behind) {
        if (rules.equals(Set.of(GATE))) {
            return new Finding(
                    Finding.Id.RESIZE_GATE,
                    workload.identity(),
                    List.copyOf(fields),
                    count(behind) + " cannot be resized to revision " + update
                            + ": OpenKruise's feature gate InPlaceWorkloadVerticalScaling is not enabled.",
                    "Enable the gate in the OpenKruise manager, or set cpu and memory back.");
        }
        return new Finding(
                Finding.Id.STUCK_ROLLOUT,
                workload.identity(),
                List.copyOf(fields),
                count(behind) + " cannot reach revision " + update + " in place (" + String.join(", ", rules) + ").",
                "Set these fields back, or switch the strategy to InPlaceIfPossible to have the pods recreated. Details:"
                        + " inplace-guard explain " + rules.iterator().next() + ".");
    }

    private static String count(int pods) {
        return pods == 1 ? "1 pod" : pods + " pods";
    }

    private static boolean isPaused(JsonNode object) {
        JsonNode strategy = object.at("/spec/updateStrategy");
        return strategy.path("paused").asBoolean(false)
                || strategy.path("rollingUpdate").path("paused").asBoolean(false)
                || Workloads.policy(object.path("spec")).equals("OnDelete");
    }

    /** How many pods the partition may keep at the old revision; a percentage is not resolved but taken as all. */
    private static int kept(JsonNode object, int all) {
        JsonNode strategy = object.at("/spec/updateStrategy");
        JsonNode rolling = strategy.path("rollingUpdate");
        JsonNode partition = rolling.has("partition") ? rolling.path("partition") : strategy.path("partition");
        if (partition.isString()) {
            return partition.stringValue().equals("0%") ? 0 : all;
        }
        return partition.asInt(0);
    }

    /** A Pod has the revision's whole name or its hash. */
    private static boolean isRevision(String name, String label) {
        return name.equals(label) || name.endsWith("-" + label);
    }

    private List<JsonNode> revisions(JsonNode object) {
        String namespace = object.at("/metadata/namespace").asString("");
        String uid = object.at("/metadata/uid").asString("");
        List<String> selector = new ArrayList<>();
        object.at("/spec/selector/matchLabels")
                .properties()
                .forEach(label ->
                        selector.add(label.getKey() + "=" + label.getValue().asString("")));
        List<JsonNode> found = new ArrayList<>();
        api.list(
                "/apis/apps/v1/namespaces/" + encoded(namespace) + "/controllerrevisions?labelSelector="
                        + encoded(String.join(",", selector)),
                revision -> {
                    for (JsonNode owner : revision.at("/metadata/ownerReferences")) {
                        if (owner.path("uid").asString("").equals(uid)) {
                            found.add(revision);
                        }
                    }
                });
        return found;
    }

    private static JsonNode template(List<JsonNode> revisions, String label) {
        for (JsonNode revision : revisions) {
            if (isRevision(revision.at("/metadata/name").asString(""), label)) {
                JsonNode template = revision.at("/data/spec/template").deepCopy();
                if (template instanceof ObjectNode fields) {
                    // How OpenKruise applies it to the object, not part of the template.
                    fields.remove("$patch");
                }
                return template;
            }
        }
        return MissingNode.getInstance();
    }

    private static JsonNode with(JsonNode object, JsonNode template) {
        JsonNode copy = object.deepCopy();
        if (copy.path("spec") instanceof ObjectNode spec) {
            spec.set("template", template);
        }
        return copy;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
