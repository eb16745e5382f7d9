package io.inplaceguard.cluster.plan;

import java.util.List;

/** Counts over all plans. */
record PlanSummary(int planned, int denied, int warned, int failed) {

    static PlanSummary of(List<Plan> plans) {
        int failed = (int) plans.stream()
                .filter(plan -> plan.outcome() == Plan.Outcome.FAILED)
                .count();
        return new PlanSummary(
                plans.size() - failed,
                (int) plans.stream().filter(Plan::denied).count(),
                (int) plans.stream().filter(Plan::warned).count(),
                failed);
    }
}
