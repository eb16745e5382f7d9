package io.inplaceguard.cluster.plan;

import io.inplaceguard.cluster.Workloads;
import io.inplaceguard.guard.CustomKind;
import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.Verdict;
import io.inplaceguard.guard.Warning;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Derives what happens to the pods from the strategy and the verdict. */
final class Outcomes {

    private Outcomes() {}

    /**
     * The outcome of an accepted update.
     *
     * @param before the stored object
     * @param after  the object as it would be stored
     */
    static Plan.Outcome of(
            JsonNode before, JsonNode after, Verdict verdict, List<CustomKind> kinds, OpenKruiseProfile profile) {
        List<Workloads.Template> old = Workloads.templates(before, kinds);
        List<Workloads.Template> wanted = Workloads.templates(after, kinds);
        Plan.Outcome worst = Plan.Outcome.UNCHANGED;
        for (Workloads.Template template : wanted) {
            boolean changed = old.stream()
                    .filter(each -> each.path().equals(template.path()))
                    .anyMatch(each -> differ(each.template(), template.template()));
            if (changed) {
                Plan.Outcome outcome = of(template, after, verdict, profile);
                worst = worst.compareTo(outcome) >= 0 ? worst : outcome;
            }
        }
        return worst;
    }

    private static boolean differ(JsonNode before, JsonNode after) {
        return !before.path("spec").equals(after.path("spec"))
                || !before.at("/metadata/labels").equals(after.at("/metadata/labels"))
                || !before.at("/metadata/annotations").equals(after.at("/metadata/annotations"));
    }

    private static Plan.Outcome of(
            Workloads.Template template, JsonNode object, Verdict verdict, OpenKruiseProfile profile) {
        Set<String> warned = verdict.warnings().stream().map(Warning::id).collect(java.util.stream.Collectors.toSet());
        String kind = object.path("kind").asString("");
        String policy = Workloads.policy(template.set());
        if (policy.equals("OnDelete")) {
            return Plan.Outcome.ON_DELETE;
        }
        if (kind.equals("SidecarSet")) {
            return policy.equals("NotUpdate") || warned.contains("not-applied")
                    ? Plan.Outcome.NEW_PODS_ONLY
                    : Plan.Outcome.IN_PLACE;
        }
        boolean only = policy.equals("InPlaceOnly");
        if (!only && !policy.equals("InPlaceIfPossible")) {
            return Plan.Outcome.RECREATED;
        }
        if (verdict.denied() || warned.contains("never-finishes")) {
            return Plan.Outcome.NEVER_FINISHES;
        }
        if (warned.contains("recreate") || warned.contains("max-surge")) {
            return Plan.Outcome.RECREATED;
        }
        return warned.contains("vertical-scaling")
                        && profile.verticalScaling() == OpenKruiseProfile.VerticalScaling.UNKNOWN
                ? Plan.Outcome.UNSURE
                : Plan.Outcome.IN_PLACE;
    }
}
