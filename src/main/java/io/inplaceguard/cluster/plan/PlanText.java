package io.inplaceguard.cluster.plan;

import io.inplaceguard.check.report.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Help.Ansi;

/** A plan for people. */
final class PlanText {

    private final Ansi ansi;

    PlanText(boolean colour) {
        this.ansi = colour ? Ansi.ON : Ansi.OFF;
    }

    /** The plans one below the other, and a count. */
    String of(List<Plan> plans) {
        StringBuilder text = new StringBuilder();
        for (Plan plan : plans) {
            object(text, plan);
        }
        PlanSummary summary = PlanSummary.of(plans);
        return text.append("%d planned, %d denied, %d warned, %d failed\n"
                        .formatted(summary.planned(), summary.denied(), summary.warned(), summary.failed()))
                .toString();
    }

    private void object(StringBuilder text, Plan plan) {
        text.append(plan.identity())
                .append("  ")
                .append(plan.file())
                .append(':')
                .append(plan.line())
                .append("\n  ")
                .append(ansi.string(colour(plan) + plan.outcome().words() + "|@"))
                .append('\n');
        Plan.Refusal refusal = plan.refusal();
        if (refusal != null) {
            text.append("  denied by ")
                    .append(refusal.by())
                    .append(": ")
                    .append(oneLine(refusal.message()))
                    .append('\n');
        }
        for (Result.Located located : plan.violations()) {
            text.append("  violation: %s (line %d)\n    %s\n"
                    .formatted(
                            located.violation().field(),
                            located.line(),
                            located.violation().message()));
        }
        plan.warnings()
                .forEach(warning ->
                        text.append("  warning: ").append(warning.message()).append('\n'));
        for (ContainerPlan container : plan.containers()) {
            text.append("  container ")
                    .append(container.name())
                    .append(": ")
                    .append(effect(plan, container))
                    .append('\n');
        }
        RolloutOrder rollout = plan.rollout();
        if (rollout != null) {
            text.append("  pods: ").append(order(rollout)).append('\n');
        }
        nodes(text, plan.nodes());
        plan.notes().forEach(note -> text.append("  note: ").append(note).append('\n'));
    }

    private static String colour(Plan plan) {
        return switch (plan.outcome()) {
            case DENIED, NEVER_FINISHES, FAILED -> "@|red ";
            case RECREATED, UNSURE, NEW_PODS_ONLY -> "@|yellow ";
            default -> "@|green ";
        };
    }

    private static String effect(Plan plan, ContainerPlan container) {
        String changes = container.changes().isEmpty() ? "" : "; " + String.join("; ", container.changes());
        boolean carriedOut = plan.outcome() == Plan.Outcome.IN_PLACE || plan.outcome() == Plan.Outcome.UNSURE;
        boolean conditional = !carriedOut
                && (container.effect() == ContainerPlan.Effect.RESTARTED
                        || container.effect() == ContainerPlan.Effect.RESIZED);
        String effect = plan.outcome() == Plan.Outcome.RECREATED
                ? "recreated with its pod"
                : (conditional ? "would be " : "") + container.effect().words();
        return effect + changes;
    }

    private static String order(RolloutOrder rollout) {
        List<String> parts = new ArrayList<>();
        parts.add(
                rollout.updated() == rollout.total()
                        ? "all " + rollout.total()
                        : rollout.updated() + " of " + rollout.total());
        if (!rollout.kept().isEmpty()) {
            parts.add(rollout.kept());
        }
        if (!rollout.order().isEmpty()) {
            parts.add(rollout.order());
        }
        parts.add("at most " + rollout.maxUnavailable() + " unavailable at a time");
        if (rollout.paused()) {
            parts.add("the rollout is paused, so nothing happens until it is resumed");
        }
        return String.join("; ", parts);
    }

    private static void nodes(StringBuilder text, List<NodeFit> nodes) {
        if (nodes.isEmpty()) {
            return;
        }
        int width = Math.max(
                4, nodes.stream().mapToInt(fit -> fit.node().length()).max().orElse(0));
        text.append("  resize by node:\n    %s  PODS  RESULT\n".formatted(pad("NODE", width)));
        for (NodeFit fit : nodes) {
            text.append("    %s  %4d  %s\n"
                    .formatted(pad(fit.node(), width), fit.fits() + fit.deferred() + fit.infeasible(), result(fit)));
        }
    }

    private static String result(NodeFit fit) {
        List<String> parts = new ArrayList<>();
        if (fit.fits() > 0) {
            parts.add(fit.deferred() + fit.infeasible() == 0 ? "fits now" : fit.fits() + " fit now");
        }
        if (fit.deferred() > 0) {
            parts.add("%d must wait (Deferred), missing %s".formatted(fit.deferred(), fit.missing()));
        }
        if (fit.infeasible() > 0) {
            parts.add("%d can never be resized (Infeasible): %s".formatted(fit.infeasible(), fit.refused()));
        }
        return String.join("; ", parts);
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(width - text.length());
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ").strip();
    }

    /** The word for JSON: {@code in-place}. */
    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
