package io.inplaceguard.guard;

import io.inplaceguard.guard.Proposal.Operation;
import io.inplaceguard.guard.ResizeDefaults.Addition;
import io.inplaceguard.rule.Finding;
import io.inplaceguard.rule.Rules;
import io.inplaceguard.template.Change.Part;
import io.inplaceguard.template.TemplateUpdate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
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
    private final ResizeDefaults defaults;
    private final Owners owners;

    /** A guard that knows no owners: each Pod's own annotation decides. */
    public Guard(Settings settings) {
        this(settings, Owners.UNKNOWN);
    }

    public Guard(Settings settings, Owners owners) {
        this.rules = new Rules(settings.allowTemplateMetadata());
        this.defaults = new ResizeDefaults(settings);
        this.owners = owners;
    }

    /** The kind's word for metrics; {@code other} where the guard does not know it. */
    public static String kindLabel(Subject subject) {
        return Workload.of(subject).map(Workload::word).orElse("other");
    }

    /** The ids of all rules, in the order in which findings are told. */
    public List<String> ruleIds() {
        return rules.ids();
    }

    /**
     * Whether the change may be admitted. Anything but the update of a kind the guard knows is.
     *
     * @param subject an object before and after
     */
    public Verdict judge(Subject subject) {
        Optional<Workload> workload = Workload.of(subject);
        if (workload.isEmpty() || !subject.operation().equals("UPDATE") || haveSameSpec(subject)) {
            return Verdict.ALLOWED;
        }
        try {
            return judge(subject, workload.get().rollouts(complete(subject), owners));
        } catch (Unreadable e) {
            return Verdict.denied(e.finding());
        }
    }

    private static boolean haveSameSpec(Subject subject) {
        Manifest before = subject.before();
        Manifest after = subject.after();
        return before != null && after != null && before.hasSameSpecAs(after);
    }

    /** An update without both its states can be judged only where it is not held to the rules anyway. */
    private static Subject complete(Subject subject) {
        if (subject.before() == null && subject.after() == null) {
            throw new Unreadable("", "The review carries neither object nor oldObject, so nothing can be compared.");
        }
        return subject;
    }

    private Verdict judge(Subject subject, List<Rollout> rollouts) {
        List<Finding> violations = new ArrayList<>();
        Set<Notice> warnings = new LinkedHashSet<>();
        Set<Finding> told = new HashSet<>();
        for (Rollout rollout : rollouts) {
            if (mattersNot(rollout, subject)) {
                continue;
            }
            if (rollout.wanted() == Strategy.IN_PLACE_ONLY && (subject.before() == null || subject.after() == null)) {
                violations.add(new Finding(
                        "malformed",
                        rollout.after().path().toString(),
                        "The review of this update carries no " + (subject.before() == null ? "oldObject" : "object")
                                + ", so nothing can be compared. Send both."));
                continue;
            }
            TemplateUpdate update = rollout.update();
            List<Finding> all = findings(rollout, update);
            List<Finding> findings = all.stream()
                    .filter(finding -> told.add(inTemplate(finding, rollout)) || !rollout.subset())
                    .toList();
            if (rollout.wanted() == Strategy.IN_PLACE_ONLY) {
                violations.addAll(findings);
            }
            if (findings.size() == all.size() || !findings.isEmpty()) {
                warnings.addAll(Warnings.of(subject, rollout, update, findings));
            }
        }
        return new Verdict(violations, List.copyOf(warnings));
    }

    /** A subset shares its child's template, so what is said of the one is not said of the other again. */
    private static Finding inTemplate(Finding finding, Rollout rollout) {
        String template = rollout.after().path().toString();
        String field = finding.field().startsWith(template) ? finding.field().substring(template.length()) : finding.field();
        return new Finding(finding.rule(), field, "");
    }

    /** A template that is recreated before and after asks for no comparison; a Pod is resized in place whoever owns it. */
    private static boolean mattersNot(Rollout rollout, Subject subject) {
        return rollout.wanted() == Strategy.RECREATE
                && rollout.stored() == Strategy.RECREATE
                && !rollout.after().home().isPod();
    }

    /** What keeps the update from being done in place. */
    private List<Finding> findings(Rollout rollout, TemplateUpdate update) {
        return switch (rollout.wanted()) {
            case IN_PLACE_ONLY -> rules.check(update);
            case IN_PLACE_IF_POSSIBLE -> recreating.check(update);
            // For a Pod that nobody holds to the rules they still tell whether the API server will take the resize.
            case RECREATE -> rollout.after().home().isPod() ? rules.check(update) : List.of();
            case SIDECAR_IMAGES -> List.of();
        };
    }

    /**
     * What the guard would add to a created or updated object: defaults of resizePolicy, policies that an update merely
     * omits, and the annotation of a resize. Applied and proposed again, nothing is left to add.
     *
     * @param subject an object, before and after
     */
    public Proposal propose(Subject subject) {
        Optional<Workload> workload = Workload.of(subject);
        if (workload.isEmpty() || !workload.get().takesResizePolicy() || subject.after() == null) {
            return Proposal.NOTHING;
        }
        try {
            return switch (subject.operation()) {
                case "CREATE" -> subject.subresource().isEmpty() ? proposeForNew(subject, workload.get()) : Proposal.NOTHING;
                case "UPDATE" -> haveSameSpec(subject) || subject.before() == null
                        ? Proposal.NOTHING
                        : proposeForUpdate(subject, workload.get());
                default -> Proposal.NOTHING;
            };
        } catch (Unreadable e) {
            // Nothing can be added to what cannot be read; the verdict on it is judge's.
            return Proposal.NOTHING;
        }
    }

    private Proposal proposeForNew(Subject subject, Workload workload) {
        List<Operation> patch = new ArrayList<>();
        List<Notice> warnings = new ArrayList<>();
        // A new object has no stored subsets, so only its templates are here.
        for (Rollout rollout : workload.rollouts(subject, owners)) {
            defaults.forNew(rollout.after(), wishes(subject, rollout), warnings)
                    .forEach(addition -> patch.add(addition.at(rollout.pointer())));
        }
        return new Proposal(patch, warnings);
    }

    private static String wishes(Subject subject, Rollout rollout) {
        Manifest object = subject.after();
        return rollout.after().home().isPod() && object != null
                ? object.annotation(Names.RESIZE_POLICY)
                : rollout.after().annotation(Names.RESIZE_POLICY);
    }

    private Proposal proposeForUpdate(Subject subject, Workload workload) {
        List<Operation> patch = new ArrayList<>();
        List<Notice> warnings = new ArrayList<>();
        boolean resized = false;
        for (Rollout rollout : workload.rollouts(subject, owners)) {
            Rollout carried = rollout;
            // The API server refuses every change of a Pod's resizePolicy.
            if (!rollout.after().home().isPod() && !rollout.subset()) {
                List<Addition> additions =
                        defaults.forUpdate(rollout.before(), rollout.after(), wishes(subject, rollout), warnings);
                for (Addition addition : additions) {
                    patch.add(addition.at(rollout.pointer()));
                    carried = carried.with(addition.to(carried.after()));
                }
            }
            resized |= isResizedInPlace(carried);
        }
        if (resized) {
            annotation(subject.after()).ifPresent(patch::add);
        }
        return new Proposal(patch, warnings);
    }

    private boolean isResizedInPlace(Rollout rollout) {
        if (!rollout.wanted().isInPlace() && !rollout.after().home().isPod()) {
            return false;
        }
        TemplateUpdate update = rollout.update();
        return update.touches(Part.CPU_MEMORY) && findings(rollout, update).isEmpty();
    }

    private static Optional<Operation> annotation(@Nullable Manifest object) {
        if (object == null || object.annotation(Names.RESIZE).equals(PROPOSED)) {
            return Optional.empty();
        }
        if (object.metadata().annotated()) {
            return Optional.of(new Operation(
                    "/metadata/annotations/" + Proposal.escaped(Names.RESIZE), NODES.stringNode(PROPOSED)));
        }
        ObjectNode annotations = NODES.objectNode().put(Names.RESIZE, PROPOSED);
        return Optional.of(new Operation("/metadata/annotations", annotations));
    }
}
