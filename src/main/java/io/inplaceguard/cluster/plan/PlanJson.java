package io.inplaceguard.cluster.plan;

import java.util.List;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A plan for programs, in the style of check's JSON. */
final class PlanJson {

    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private PlanJson() {}

    static String of(List<Plan> plans) {
        ObjectNode report = MAPPER.createObjectNode();
        report.put("apiVersion", "inplace-guard.io/v1");
        PlanSummary summary = PlanSummary.of(plans);
        report.putObject("summary")
                .put("planned", summary.planned())
                .put("denied", summary.denied())
                .put("warned", summary.warned())
                .put("failed", summary.failed());
        ArrayNode results = report.putArray("results");
        plans.forEach(plan -> object(results.addObject(), plan));
        return MAPPER.writeValueAsString(report) + "\n";
    }

    private static void object(ObjectNode entry, Plan plan) {
        entry.put("group", plan.identity().group())
                .put("kind", plan.identity().kind())
                .put("namespace", plan.identity().namespace())
                .put("name", plan.identity().name())
                .put("verdict", plan.denied() ? "denied" : "allowed")
                .put("outcome", PlanText.word(plan.outcome()));
        Plan.Refusal refusal = plan.refusal();
        if (refusal != null) {
            entry.putObject("deniedBy").put("name", refusal.by()).put("message", refusal.message());
        }
        ArrayNode violations = entry.putArray("violations");
        plan.violations()
                .forEach(located -> violations
                        .addObject()
                        .put("rule", located.violation().rule())
                        .put("field", located.violation().field())
                        .put("message", located.violation().message()));
        ArrayNode warnings = entry.putArray("warnings");
        plan.warnings()
                .forEach(warning ->
                        warnings.addObject().put("rule", warning.id()).put("message", warning.message()));
        ArrayNode containers = entry.putArray("containers");
        for (ContainerPlan container : plan.containers()) {
            ObjectNode each = containers
                    .addObject()
                    .put("name", container.name())
                    .put("effect", PlanText.word(container.effect()));
            ArrayNode changes = each.putArray("changes");
            container.changes().forEach(changes::add);
        }
        RolloutOrder rollout = plan.rollout();
        if (rollout != null) {
            entry.putObject("pods")
                    .put("total", rollout.total())
                    .put("updated", rollout.updated())
                    .put("order", rollout.order())
                    .put("maxUnavailable", rollout.maxUnavailable())
                    .put("paused", rollout.paused());
        }
        ArrayNode nodes = entry.putArray("nodes");
        for (NodeFit fit : plan.nodes()) {
            nodes.addObject()
                    .put("node", fit.node())
                    .put("fits", fit.fits())
                    .put("deferred", fit.deferred())
                    .put("infeasible", fit.infeasible())
                    .put("missing", fit.missing())
                    .put("refused", fit.refused());
        }
        ArrayNode notes = entry.putArray("notes");
        plan.notes().forEach(notes::add);
        entry.put("source", plan.file() + ":" + plan.line());
    }
}
