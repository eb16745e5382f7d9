package io.inplaceguard.guard;

import io.inplaceguard.guard.Mutation.PatchOperation;
import io.inplaceguard.guard.ResizePolicyDefaults.Addition;
import io.inplaceguard.rule.Rules;
import io.inplaceguard.rule.Violation;
import io.inplaceguard.template.ChangeCategory;
import io.inplaceguard.template.TemplateDiff;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Judges an update: which workload, which strategy, what changed, which rules, verdict. And proposes what the guard would
 * add to an object. Safe for use by several threads.
 */
public final class Guard {

    private static final String PROPOSED = "Proposed";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Rules rules;
    /** Under InPlaceIfPossible labels and annotations of the template never recreate: OpenKruise patches them. */
    private final Rules recreating = new Rules(true);

    private final ResizePolicyDefaults defaults;
    private final OwnerStrategies owners;
    private final Supplier<OpenKruiseProfile> profile;

    /** A guard that knows no owners: each Pod's own annotation decides. */
    public Guard(GuardSettings settings) {
        this(settings, OwnerStrategies.UNKNOWN);
    }

    public Guard(GuardSettings settings, OwnerStrategies owners) {
        this(settings, owners, () -> OpenKruiseProfile.UNKNOWN);
    }

    /**
     * @param profile what is known of OpenKruise at the time of a call; must be quick and never use the network
     */
    public Guard(GuardSettings settings, OwnerStrategies owners, Supplier<OpenKruiseProfile> profile) {
        this.rules = new Rules(settings.templateMetadata() == GuardSettings.TemplateMetadata.ALLOW);
        this.profile = profile;
        this.defaults = new ResizePolicyDefaults(settings);
        this.owners = owners;
    }

    /** The kind's word for metrics; {@code other} where the guard does not know it. */
    public static String kindLabel(AdmissionAttributes subject) {
        return WorkloadKind.of(subject).map(WorkloadKind::word).orElse("other");
    }

    /** The ids of all rules, in the order in which findings are told. */
    public List<String> ruleIds() {
        return rules.ids();
    }

    /**
     * Whether the change may be admitted. Anything but the update of a kind the guard knows is.
     *
     * @param subject an object before and after
     * @param stage   the stage at which both were read
     */
    public Verdict validate(AdmissionAttributes subject, ObjectStage stage) {
        Optional<WorkloadKind> workload = WorkloadKind.of(subject);
        if (workload.isEmpty() || subject.operation() != Operation.UPDATE || haveSameSpec(subject)) {
            return Verdict.ALLOWED;
        }
        try {
            return validate(subject, workload.get().rollouts(complete(subject), owners));
        } catch (MalformedObjectException e) {
            return Verdict.denied(e.finding());
        }
    }

    private static boolean haveSameSpec(AdmissionAttributes subject) {
        ObjectView before = subject.oldObject();
        ObjectView after = subject.object();
        return before != null && after != null && before.hasSameSpecAs(after);
    }

    /** An update without both its states can be judged only where it is not held to the rules anyway. */
    private static AdmissionAttributes complete(AdmissionAttributes subject) {
        if (subject.oldObject() == null && subject.object() == null) {
            throw new MalformedObjectException(
                    "", "The review carries neither object nor oldObject, so nothing can be compared.");
        }
        return subject;
    }

    private Verdict validate(AdmissionAttributes subject, List<TemplateUpdate> rollouts) {
        List<Violation> violations = new ArrayList<>();
        Set<Warning> warnings = new LinkedHashSet<>();
        Set<Violation> told = new HashSet<>();
        for (TemplateUpdate rollout : rollouts) {
            if (isNotEnforced(rollout, subject)) {
                continue;
            }
            if (rollout.wanted() == UpdateStrategy.IN_PLACE_ONLY
                    && (subject.oldObject() == null || subject.object() == null)) {
                violations.add(Violation.malformed(
                        rollout.after().path().toString(),
                        "The review of this update carries no " + (subject.oldObject() == null ? "oldObject" : "object")
                                + ", so nothing can be compared. Send both."));
                continue;
            }
            Optional<Violation> tooLarge = tooLarge(subject, rollout);
            if (tooLarge.isPresent()) {
                if (rollout.wanted() == UpdateStrategy.IN_PLACE_ONLY) {
                    violations.add(tooLarge.get());
                }
                continue;
            }
            TemplateDiff update = rollout.update();
            List<Violation> all = findings(rollout, update);
            List<Violation> findings = all.stream()
                    .filter(finding -> told.add(inTemplate(finding, rollout)) || !rollout.subset())
                    .toList();
            if (rollout.wanted() == UpdateStrategy.IN_PLACE_ONLY) {
                violations.addAll(findings);
            }
            if (findings.size() == all.size() || !findings.isEmpty()) {
                warnings.addAll(Warnings.of(subject, rollout, update, findings));
            }
        }
        return new Verdict(violations, List.copyOf(warnings));
    }

    private static Optional<Violation> tooLarge(AdmissionAttributes subject, TemplateUpdate rollout) {
        String field = rollout.after().path().toString();
        return exceededLimit(subject.object(), "new", field)
                .or(() -> exceededLimit(subject.oldObject(), "stored", field));
    }

    private static Optional<Violation> exceededLimit(@Nullable ObjectView object, String which, String field) {
        return Optional.ofNullable(object)
                .flatMap(ObjectView::exceededLimit)
                .map(limit -> Violation.malformed(
                        field,
                        "The " + which + " object is too large to be compared: " + limit
                                + ". Make it smaller, or choose a strategy that recreates pods."));
    }

    /** A subset shares its child's template, so what is said of the one is not said of the other again. */
    private static Violation inTemplate(Violation finding, TemplateUpdate rollout) {
        String template = rollout.after().path().toString();
        String field =
                finding.field().startsWith(template) ? finding.field().substring(template.length()) : finding.field();
        return new Violation(finding.rule(), field, "");
    }

    /** A template that is recreated before and after asks for no comparison; a Pod is resized in place whoever owns it. */
    private static boolean isNotEnforced(TemplateUpdate rollout, AdmissionAttributes subject) {
        return rollout.wanted() == UpdateStrategy.RECREATE
                && rollout.stored() == UpdateStrategy.RECREATE
                && !rollout.after().origin().isPod();
    }

    /** What keeps the update from being done in place. */
    private List<Violation> findings(TemplateUpdate rollout, TemplateDiff update) {
        return switch (rollout.wanted()) {
            case IN_PLACE_ONLY -> rules.check(update);
            case IN_PLACE_IF_POSSIBLE -> recreating.check(update);
            // For a Pod that nobody holds to the rules they still tell whether the API server will take the resize.
            case RECREATE -> rollout.after().origin().isPod() ? rules.check(update) : List.of();
            case SIDECAR_IMAGES -> List.of();
        };
    }

    /**
     * What the guard would add to a created or updated object: defaults of resizePolicy, policies that an update merely
     * omits, and the annotation of a resize. Applied and proposed again, nothing is left to add.
     *
     * @param subject an object, before and after
     */
    public Mutation mutate(AdmissionAttributes subject) {
        Optional<WorkloadKind> workload = WorkloadKind.of(subject);
        if (workload.isEmpty() || !workload.get().takesResizePolicy() || subject.object() == null) {
            return Mutation.NOTHING;
        }
        if (exceedsLimit(subject.object()) || exceedsLimit(subject.oldObject())) {
            return Mutation.NOTHING;
        }
        try {
            return switch (subject.operation()) {
                case CREATE -> subject.subresource().isEmpty() ? mutateNew(subject, workload.get()) : Mutation.NOTHING;
                case UPDATE ->
                    haveSameSpec(subject) || subject.oldObject() == null
                            ? Mutation.NOTHING
                            : mutateUpdated(subject, workload.get());
                default -> Mutation.NOTHING;
            };
        } catch (MalformedObjectException e) {
            // Nothing can be added to what cannot be read; the verdict on it is judge's.
            return Mutation.NOTHING;
        }
    }

    private static boolean exceedsLimit(@Nullable ObjectView object) {
        return object != null && object.exceededLimit().isPresent();
    }

    private Mutation mutateNew(AdmissionAttributes subject, WorkloadKind workload) {
        List<PatchOperation> patch = new ArrayList<>();
        List<Warning> warnings = new ArrayList<>();
        // A new object has no stored subsets, so only its templates are here.
        for (TemplateUpdate rollout : workload.rollouts(subject, owners)) {
            defaults.forNew(rollout.after(), wishes(subject, rollout), warnings)
                    .forEach(addition -> patch.add(addition.at(rollout.pointer())));
        }
        return new Mutation(patch, warnings);
    }

    private static String wishes(AdmissionAttributes subject, TemplateUpdate rollout) {
        ObjectView object = subject.object();
        return rollout.after().origin().isPod() && object != null
                ? object.annotation(AnnotationKeys.RESIZE_POLICY)
                : rollout.after().annotation(AnnotationKeys.RESIZE_POLICY);
    }

    private Mutation mutateUpdated(AdmissionAttributes subject, WorkloadKind workload) {
        List<PatchOperation> patch = new ArrayList<>();
        List<Warning> warnings = new ArrayList<>();
        boolean resized = false;
        for (TemplateUpdate rollout : workload.rollouts(subject, owners)) {
            TemplateUpdate carried = rollout;
            // The API server refuses every change of a Pod's resizePolicy.
            if (!rollout.after().origin().isPod() && !rollout.subset()) {
                List<Addition> additions =
                        defaults.forUpdate(rollout.before(), rollout.after(), wishes(subject, rollout), warnings);
                Map<Integer, JsonNode> policies = new HashMap<>();
                for (Addition addition : additions) {
                    patch.add(addition.at(rollout.pointer()));
                    // An appended entry is for a new container, whose policies are compared with nothing.
                    if (!addition.appended()) {
                        policies.put(addition.container(), addition.policies());
                    }
                }
                carried = carried.with(carried.after().withResizePolicies(policies));
            }
            resized |= isResizedInPlace(carried);
        }
        if (resized) {
            annotation(subject.object()).ifPresent(patch::add);
        }
        return new Mutation(patch, warnings);
    }

    private boolean isResizedInPlace(TemplateUpdate rollout) {
        if (!rollout.wanted().isInPlace() && !rollout.after().origin().isPod()) {
            return false;
        }
        TemplateDiff update = rollout.update();
        return update.touches(ChangeCategory.CPU_MEMORY)
                && findings(rollout, update).isEmpty();
    }

    private static Optional<PatchOperation> annotation(@Nullable ObjectView object) {
        if (object == null || object.annotation(AnnotationKeys.RESIZE).equals(PROPOSED)) {
            return Optional.empty();
        }
        if (object.metadata().annotated()) {
            return Optional.of(new PatchOperation(
                    "/metadata/annotations/" + Mutation.escaped(AnnotationKeys.RESIZE), NODES.stringNode(PROPOSED)));
        }
        ObjectNode annotations = NODES.objectNode().put(AnnotationKeys.RESIZE, PROPOSED);
        return Optional.of(new PatchOperation("/metadata/annotations", annotations));
    }
}
