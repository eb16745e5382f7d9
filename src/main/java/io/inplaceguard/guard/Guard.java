package io.inplaceguard.guard;

import io.inplaceguard.guard.GuardSettings.TemplateMetadata;
import io.inplaceguard.rule.MetadataPolicy;
import io.inplaceguard.rule.Rules;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The engine: decides whether an update may be admitted, and what is added to an object. Safe for use by several threads.
 */
public final class Guard {

    private final Rules rules;
    private final WorkloadKinds kinds;
    private final ResizePolicyDefaults defaults;
    private final OwnerStrategies owners;
    private final Supplier<OpenKruiseProfile> profile;

    /** A guard that knows no owners and nothing of OpenKruise's feature gates: each Pod's own annotation decides. */
    public Guard(GuardSettings settings) {
        this(settings, OwnerStrategies.UNKNOWN);
    }

    /** A guard that does not know OpenKruise's feature gates. */
    public Guard(GuardSettings settings, OwnerStrategies owners) {
        this(settings, owners, () -> OpenKruiseProfile.UNKNOWN);
    }

    /**
     * @param profile what is known of OpenKruise at the time of a call; must be quick and never use the network
     */
    public Guard(GuardSettings settings, OwnerStrategies owners, Supplier<OpenKruiseProfile> profile) {
        this.rules = new Rules(new MetadataPolicy(
                settings.templateMetadata() == TemplateMetadata.ALLOW, settings.templateMetadataKeys()));
        this.kinds = new WorkloadKinds(settings.kinds());
        this.defaults = new ResizePolicyDefaults(settings);
        this.owners = owners;
        this.profile = profile;
    }

    /** The ids of all rules, in the order in which violations are reported. */
    public List<String> ruleIds() {
        return rules.ids();
    }

    /** The ids of all rules and warnings: the rules first, and each id once. */
    public static List<String> allIds() {
        return Stream.concat(new Guard(GuardSettings.DEFAULTS).ruleIds().stream(), Warning.IDS.stream())
                .distinct()
                .toList();
    }

    /** The kind as a metric label: a built-in kind's name, {@code other} for any other. */
    public static String kindLabel(AdmissionAttributes attributes) {
        for (WorkloadKind kind : WorkloadKind.BUILT_IN) {
            if (kind.matches(attributes)) {
                return kind.kind();
            }
        }
        return "other";
    }

    /**
     * Whether an update may be admitted. Any other operation, and the update of a kind that is not governed, is.
     *
     * @param attributes the request
     * @param stage      the stage at which both objects were read
     */
    public Verdict validate(AdmissionAttributes attributes, ObjectStage stage) {
        Optional<WorkloadKind> kind = kinds.of(attributes);
        if (kind.isEmpty() || attributes.operation() != Operation.UPDATE || haveSameSpec(attributes)) {
            return Verdict.ALLOWED;
        }
        try {
            return new UpdateValidator(rules, attributes, stage, profile.get()).validate(kind.get(), owners);
        } catch (MalformedObjectException e) {
            return Verdict.denied(e.violation());
        }
    }

    /**
     * What is wrong with where an object states its update strategy, whether it changes or not; see {@code misplaced-strategy}.
     *
     * @param created the object, as if it was created
     */
    public List<Warning> misplacedStrategy(AdmissionAttributes created) {
        Optional<WorkloadKind> kind = kinds.of(created);
        if (kind.isEmpty()) {
            return List.of();
        }
        try {
            return GovernedTemplate.of(kind.get(), created, owners).stream()
                    .flatMap(MisplacedStrategy::of)
                    .distinct()
                    .toList();
        } catch (MalformedObjectException e) {
            // Whether it is admitted is decided by validate.
            return List.of();
        }
    }

    private static boolean haveSameSpec(AdmissionAttributes attributes) {
        ObjectView before = attributes.oldObject();
        ObjectView after = attributes.object();
        return before != null && after != null && before.hasSameSpecAs(after);
    }

    /**
     * What is added to a created or updated object: defaults of resizePolicy, policies that an update omits, and the
     * annotation of a resize. Once it is applied, nothing is left to add.
     *
     * @param attributes the request
     */
    public Mutation mutate(AdmissionAttributes attributes) {
        Optional<WorkloadKind> kind = kinds.of(attributes).filter(WorkloadKind::mutated);
        ObjectView object = attributes.object();
        if (kind.isEmpty() || object == null || isTooLarge(object) || isTooLarge(attributes.oldObject())) {
            return Mutation.NOTHING;
        }
        ObjectMutator mutator = new ObjectMutator(rules, defaults, attributes, object, profile.get());
        try {
            return switch (attributes.operation()) {
                case CREATE ->
                    attributes.subresource().isEmpty()
                            ? mutator.created(GovernedTemplate.of(kind.get(), attributes, owners))
                            : Mutation.NOTHING;
                case UPDATE ->
                    attributes.oldObject() == null || haveSameSpec(attributes)
                            ? Mutation.NOTHING
                            : mutator.updated(
                                    GovernedTemplate.of(kind.get(), attributes, owners),
                                    kind.get().isUnitedDeployment());
                case DELETE, CONNECT -> Mutation.NOTHING;
            };
        } catch (MalformedObjectException e) {
            // Nothing can be added to what cannot be read; whether it is admitted is decided by validate.
            return Mutation.NOTHING;
        }
    }

    private static boolean isTooLarge(@Nullable ObjectView object) {
        return object != null && object.exceededLimit().isPresent();
    }
}
