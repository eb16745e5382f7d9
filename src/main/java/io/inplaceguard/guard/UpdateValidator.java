package io.inplaceguard.guard;

import io.inplaceguard.guard.UnitedDeploymentTemplates.Subset;
import io.inplaceguard.guard.UnitedDeploymentTemplates.Subsets;
import io.inplaceguard.rule.Consequence;
import io.inplaceguard.rule.PodUpdate;
import io.inplaceguard.rule.Rules;
import io.inplaceguard.rule.Violation;
import io.inplaceguard.template.Defaulting;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates one update, template by template: the strategy first, and only what it governs is read and compared. Holds one
 * template at a time. Used once, by one thread.
 */
final class UpdateValidator {

    /** Violations of one object that are collected; an answer shows ten. */
    private static final int MAX_VIOLATIONS = 1_000;

    private final Rules rules;
    private final AdmissionAttributes attributes;
    private final ObjectStage stage;
    private final OpenKruiseProfile profile;
    private final List<Violation> violations = new ArrayList<>();
    private final Set<Warning> warnings = new LinkedHashSet<>();

    UpdateValidator(Rules rules, AdmissionAttributes attributes, ObjectStage stage, OpenKruiseProfile profile) {
        this.rules = rules;
        this.attributes = attributes;
        this.stage = stage;
        this.profile = profile;
    }

    /** @throws MalformedObjectException when the object cannot be read and InPlaceOnly is, or may be, enforced */
    Verdict validate(WorkloadKind kind, OwnerStrategies owners) {
        if (attributes.oldObject() == null && attributes.object() == null) {
            throw new MalformedObjectException(
                    "", "The request has neither object nor oldObject, so nothing can be compared.");
        }
        List<GovernedTemplate> templates = GovernedTemplate.of(kind, attributes, owners);
        requireTemplate(templates);
        for (GovernedTemplate governed : templates) {
            MisplacedStrategy.of(governed).forEach(warnings::add);
            if (governed.isRecreatedAnyway()) {
                if (governed.controller() == Controller.STATEFUL_SET) {
                    ClaimTemplateWarnings.added(governed, TemplateUpdate.claimChanges(governed))
                            .forEach(warnings::add);
                }
                continue;
            }
            requireBoth(governed);
            Optional<Violation> tooLarge = tooLarge(attributes.object(), "new", governed)
                    .or(() -> tooLarge(attributes.oldObject(), "stored", governed));
            if (tooLarge.isPresent()) {
                if (governed.enforced() == UpdateStrategy.IN_PLACE_ONLY) {
                    violations.add(tooLarge.get());
                }
                continue;
            }
            validate(TemplateUpdate.of(governed), kind.isUnitedDeployment());
        }
        return new Verdict(violations, List.copyOf(warnings));
    }

    /** A configured kind whose paths lead to nothing would look protected and never be compared. */
    private static void requireTemplate(List<GovernedTemplate> templates) {
        boolean nothing = templates.stream()
                .allMatch(governed -> governed.isCustom()
                        && governed.enforced() == UpdateStrategy.IN_PLACE_ONLY
                        && !governed.templateAfter().isObject()
                        && !governed.templateBefore().isObject());
        if (nothing && !templates.isEmpty()) {
            String path = templates.get(0).path().toString();
            throw new MalformedObjectException(
                    path,
                    "The object has no pod template at " + path
                            + ", where inplace-guard.kinds has it, so nothing can be"
                            + " compared. Ask your platform team to correct that setting.");
        }
    }

    /** Where InPlaceOnly is enforced an update needs both of its objects. */
    private void requireBoth(GovernedTemplate governed) {
        boolean enforced = governed.enforced() == UpdateStrategy.IN_PLACE_ONLY
                || (attributes.object() == null && governed.stored() == UpdateStrategy.IN_PLACE_ONLY);
        if (enforced && (attributes.oldObject() == null || attributes.object() == null)) {
            throw new MalformedObjectException(
                    governed.path().toString(),
                    "The request for this update has no " + (attributes.oldObject() == null ? "oldObject" : "object")
                            + ", so nothing can be compared. Send both.");
        }
    }

    private static Optional<Violation> tooLarge(@Nullable ObjectView object, String which, GovernedTemplate governed) {
        return Optional.ofNullable(object)
                .flatMap(ObjectView::exceededLimit)
                .map(limit -> Violation.malformed(
                        governed.path().toString(),
                        "The " + which + " object is too large to be compared: " + limit
                                + ". Make it smaller, or use a strategy that recreates pods."));
    }

    private void validate(TemplateUpdate update, boolean united) {
        PodUpdate pods = update.compare(stage, profile);
        List<Violation> own = violations(update.governed(), pods);
        if (!united) {
            report(update, pods, own, own);
            return;
        }
        boolean enforced = update.governed().enforced() == UpdateStrategy.IN_PLACE_ONLY;
        Subsets subsets = UnitedDeploymentTemplates.subsets(attributes, pods.diff(), own.isEmpty(), enforced);
        List<Violation> reached = subsets.all() ? reached(update, own, subsets) : own;
        report(update, pods, own, reached);
        Set<String> seen = new HashSet<>();
        reached.forEach(violation -> seen.add(place(violation, update)));
        for (Subset subset : subsets.patched()) {
            if (violations.size() >= MAX_VIOLATIONS) {
                return;
            }
            UnitedDeploymentTemplates.patched(update, subset).ifPresent(patched -> assess(patched, seen));
        }
    }

    /** Those violations of a child's own template that reach the pods of any subset: a patch may set the field itself. */
    private List<Violation> reached(TemplateUpdate update, List<Violation> own, Subsets subsets) {
        Set<String> left = new HashSet<>();
        own.forEach(violation -> left.add(place(violation, update)));
        for (Subset subset : subsets.patched()) {
            if (left.isEmpty()) {
                break;
            }
            Optional<TemplateUpdate> patched = UnitedDeploymentTemplates.patched(update, subset);
            if (patched.isEmpty()) {
                // What cannot be applied leaves the pods of the subset with the child's own template.
                return own;
            }
            violations(update.governed(), patched.get().compare(stage, profile))
                    .forEach(violation -> left.remove(place(violation, patched.get())));
        }
        return own.stream()
                .filter(violation -> !left.contains(place(violation, update)))
                .toList();
    }

    /**
     * Adds the violations and warnings of one subset.
     *
     * @param seen the violations of the child's template, by rule and place in the template; a subset shares that template,
     *             so they are not reported for it again
     */
    private void assess(TemplateUpdate subset, Set<String> seen) {
        PodUpdate pods = subset.compare(stage, profile);
        List<Violation> all = violations(subset.governed(), pods);
        report(
                subset,
                pods,
                all,
                all.stream()
                        .filter(violation -> !seen.contains(place(violation, subset)))
                        .toList());
    }

    /**
     * Adds the violations and warnings of one template.
     *
     * @param all   what keeps it from being updated in place
     * @param found what of that is reported for it
     */
    private void report(TemplateUpdate update, PodUpdate pods, List<Violation> all, List<Violation> found) {
        if (update.governed().enforced() == UpdateStrategy.IN_PLACE_ONLY) {
            found.stream().limit(MAX_VIOLATIONS - violations.size()).forEach(violations::add);
        }
        if (all.isEmpty() || !found.isEmpty()) {
            warnings.addAll(Warnings.of(new Assessment(attributes, update, pods, found, profile)));
        }
    }

    private static String place(Violation violation, TemplateUpdate update) {
        String template = update.after().path().toString();
        String field = violation.field();
        return violation.rule() + " " + (field.startsWith(template) ? field.substring(template.length()) : field);
    }

    /** What keeps the update from being done in place under the strategy that governs it. */
    private List<Violation> violations(GovernedTemplate governed, PodUpdate pods) {
        return switch (governed.enforced()) {
            case IN_PLACE_ONLY -> withDefaultsAsOne(governed, pods);
            // OpenKruise patches labels and annotations in place, whatever the cluster's settings forbid.
            case IN_PLACE_IF_POSSIBLE ->
                rules.check(pods).stream()
                        .filter(violation -> violation.consequence() != Consequence.POLICY)
                        .toList();
            // Nothing is enforced on such a Pod; whether its resize will be accepted decides the warnings.
            case RECREATE -> governed.origin().isPod() ? rules.check(pods) : List.of();
            case SIDECAR_IMAGES -> List.of();
        };
    }

    /** The violations under InPlaceOnly, where all differences that are only defaults of OpenKruise's webhook become one. */
    private List<Violation> withDefaultsAsOne(GovernedTemplate governed, PodUpdate pods) {
        if (governed.controller().defaulting() == Defaulting.NONE) {
            return rules.check(pods);
        }
        return WrittenDefaults.of(pods)
                .map(defaults -> {
                    List<Violation> others = new ArrayList<>(rules.check(defaults.others()));
                    others.add(defaults.violation());
                    return others;
                })
                .orElseGet(() -> rules.check(pods));
    }
}
