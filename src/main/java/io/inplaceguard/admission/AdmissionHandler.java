package io.inplaceguard.admission;

import io.inplaceguard.admission.ReviewOutcome.Decision;
import io.inplaceguard.guard.AdmissionAttributes;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.Mutation;
import io.inplaceguard.guard.ObjectStage;
import io.inplaceguard.guard.StrategyFields;
import io.inplaceguard.guard.Verdict;
import io.inplaceguard.guard.Warning;
import io.inplaceguard.rule.Violation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers an AdmissionReview: decode, evaluate ({@link Guard}: which workload, strategy, diff, rules), verdict, encode.
 * Safe for use by several threads.
 */
public final class AdmissionHandler {

    /** More lines than this help nobody, and an answer has at most 64 KiB. */
    private static final int MAX_WARNINGS = 20;

    /** Everything else in an answer is bounded by its parts; a patch is only bounded by the object. */
    private static final int MAX_ANSWER_BYTES = 64 << 10;

    private static final int MAX_FIELD = 300;

    private final Guard guard;
    private final Set<String> exemptUsernames;
    private final Set<String> exemptGroups;
    private final String docsUrl;
    private final StrategyFields strategy;

    /** A handler that knows no owners of Pods: only their own annotations count. */
    public AdmissionHandler(GuardSettings settings) {
        this(settings, new Guard(settings));
    }

    /** A handler with the exemptions and the documentation page of these settings. */
    public AdmissionHandler(GuardSettings settings, Guard guard) {
        this.guard = guard;
        this.exemptUsernames = Set.copyOf(settings.exemptUsernames());
        this.exemptGroups = Set.copyOf(settings.exemptGroups());
        this.docsUrl = settings.docsUrl();
        this.strategy = StrategyFields.of(settings);
    }

    /**
     * Answers a posted body. Never throws for anything a caller can send: once a uid has been read there is a verdict.
     *
     * @param endpoint where it was posted
     * @param body     holds the request body from index 0; may be longer than it
     * @param length   number of bytes of {@code body} that count
     */
    public AdmissionResult answer(Endpoint endpoint, byte[] body, int length) {
        AdmissionReviewReader.Decoded decoded = AdmissionReviewReader.read(body, length, strategy);
        AdmissionRequest request = decoded.request();
        if (request == null) {
            return new AdmissionResult.BadRequest(decoded.problem());
        }
        try {
            return endpoint == Endpoint.MUTATE ? mutate(request) : validate(endpoint.mode(), request);
        } catch (Exception | StackOverflowError e) {
            return endpoint == Endpoint.MUTATE ? mutateFailed(request, e) : validateFailed(endpoint.mode(), request, e);
        }
    }

    /**
     * A recorded review and the verdict on it.
     *
     * @param namespace empty for cluster-scoped kinds
     * @param name      empty where it is generated later
     */
    public record Replay(String group, String kind, String namespace, String name, Verdict verdict) {}

    /**
     * Evaluates a recorded review as {@code /validate} would, without exemptions.
     *
     * @throws IllegalArgumentException when it is not an AdmissionReview; the message is a sentence
     */
    public Replay replay(byte[] body) {
        AdmissionReviewReader.Decoded decoded = AdmissionReviewReader.read(body, body.length, strategy);
        AdmissionRequest request = decoded.request();
        if (request == null) {
            throw new IllegalArgumentException(decoded.problem());
        }
        return new Replay(
                request.group(),
                request.kind(),
                Objects.requireNonNullElse(request.namespace(), ""),
                Objects.requireNonNullElse(request.name(), ""),
                evaluate(request));
    }

    private Verdict evaluate(AdmissionRequest request) {
        AdmissionAttributes attributes = request.attributes();
        if (attributes != null) {
            return guard.validate(attributes, ObjectStage.STORED);
        }
        Violation violation = Violation.malformed(
                "",
                "The AdmissionReview cannot be decoded completely, so nothing can be compared: " + request.problem()
                        + ". Correct the object.");
        return new Verdict(List.of(violation), List.of());
    }

    private AdmissionResult validate(Mode mode, AdmissionRequest request) {
        Verdict verdict = evaluate(request);
        List<Violation> violations = verdict.violations();
        Optional<String> exemption = verdict.denied() ? exemption(request) : Optional.empty();
        Map<String, String> audit = audit(mode, violations);
        exemption.ifPresent(who -> audit.put("exempt", who));
        List<String> warnings = new ArrayList<>();
        if (mode == Mode.WARN && exemption.isEmpty()) {
            wouldBeDenied(violations, warnings);
        }
        if (mode != Mode.AUDIT) {
            warnings.addAll(lines(verdict.warnings()));
        }
        boolean denies = mode == Mode.ENFORCE && verdict.denied() && exemption.isEmpty();
        DenialStatus status = denies ? DenialStatus.of(request, violations, docsUrl) : null;
        Decision decision = exemption.isPresent()
                ? Decision.EXEMPT
                : verdict.denied() ? Decision.DENIED : warnings.isEmpty() ? Decision.ALLOWED : Decision.WARNED;
        return respond(
                request,
                new AdmissionResponse(status, warnings, List.of(), audit),
                outcome(request, mode, decision, violations, null));
    }

    private AdmissionResult mutate(AdmissionRequest request) {
        AdmissionAttributes attributes = request.attributes();
        if (attributes == null) {
            // Whether such an object is admitted is decided by /validate.
            return warnOfMutation(request, "malformed", "nothing was defaulted: " + request.problem());
        }
        Mutation mutation = guard.mutate(attributes);
        AdmissionResponse response =
                new AdmissionResponse(null, lines(mutation.warnings()), mutation.patch(), Map.of());
        byte[] body = AdmissionReviewWriter.write(request, response);
        if (body.length > MAX_ANSWER_BYTES) {
            String sentence = "nothing was defaulted: the patch is larger than " + (MAX_ANSWER_BYTES >> 10) + " KiB";
            return warnOfMutation(request, "malformed", sentence);
        }
        Decision decision = mutation.patch().isEmpty() ? Decision.ALLOWED : Decision.PATCHED;
        return new AdmissionResult.Responded(body, outcome(request, Mode.NONE, decision, List.of(), null));
    }

    private static AdmissionResult warnOfMutation(AdmissionRequest request, String id, String sentence) {
        List<String> warnings = List.of(Warning.line(id, PlainText.line(sentence, Warning.MAX_LENGTH)));
        return respond(
                request,
                new AdmissionResponse(null, warnings, List.of(), Map.of()),
                outcome(request, Mode.NONE, Decision.WARNED, List.of(), null));
    }

    /** A failure of the guard itself does not let a change pass unchecked. */
    private static AdmissionResult validateFailed(Mode mode, AdmissionRequest request, Throwable error) {
        DenialStatus status = DenialStatus.internalError(request);
        Map<String, String> audit = audit(mode, List.of());
        audit.put("verdict", "denied");
        audit.put("error", error.getClass().getSimpleName());
        List<String> warnings =
                mode == Mode.WARN ? List.of(Warning.line("error", "would be denied: " + status.message())) : List.of();
        return respond(
                request,
                new AdmissionResponse(mode == Mode.ENFORCE ? status : null, warnings, List.of(), audit),
                outcome(request, mode, Decision.ERROR, List.of(), error));
    }

    private static AdmissionResult mutateFailed(AdmissionRequest request, Throwable error) {
        String warning = Warning.line("error", "nothing was defaulted: inplace-guard failed on this object");
        Map<String, String> audit = Map.of("error", error.getClass().getSimpleName());
        return respond(
                request,
                new AdmissionResponse(null, List.of(warning), List.of(), audit),
                outcome(request, Mode.NONE, Decision.ERROR, List.of(), error));
    }

    private Optional<String> exemption(AdmissionRequest request) {
        if (request.username() != null && exemptUsernames.contains(request.username())) {
            return Optional.of("user " + PlainText.name(request.username()));
        }
        return request.groups().stream()
                .filter(exemptGroups::contains)
                .findFirst()
                .map(group -> "group " + PlainText.name(group));
    }

    private static Map<String, String> audit(Mode mode, List<Violation> violations) {
        Map<String, String> audit = new LinkedHashMap<>();
        audit.put("mode", mode.label());
        audit.put("verdict", violations.isEmpty() ? "allowed" : "denied");
        audit.put(
                "rules",
                violations.isEmpty()
                        ? ""
                        : String.join(
                                ",",
                                violations.stream()
                                        .map(Violation::rule)
                                        .distinct()
                                        .toList()));
        return audit;
    }

    /** Each violation as a warning, for the mode that does not deny. */
    private static void wouldBeDenied(List<Violation> violations, List<String> warnings) {
        for (Violation violation : violations.subList(0, Math.min(DenialStatus.MAX_CAUSES, violations.size()))) {
            String field = PlainText.line(violation.field(), MAX_FIELD);
            String sentence = "would be denied: " + field + (field.isEmpty() ? "" : ": ") + violation.sentence();
            warnings.add(Warning.line(violation.rule(), PlainText.line(sentence, 2 * Warning.MAX_LENGTH)));
        }
        if (violations.size() > DenialStatus.MAX_CAUSES) {
            warnings.add("would be denied: and " + (violations.size() - DenialStatus.MAX_CAUSES) + " more");
        }
    }

    private static List<String> lines(List<Warning> warnings) {
        List<String> lines = new ArrayList<>();
        for (Warning warning : warnings) {
            if (lines.size() == MAX_WARNINGS) {
                lines.add("and " + (warnings.size() - MAX_WARNINGS) + " more warnings");
                break;
            }
            lines.add(PlainText.line(warning.message(), Warning.MAX_LENGTH));
        }
        return lines;
    }

    private static ReviewOutcome outcome(
            AdmissionRequest request,
            Mode mode,
            Decision decision,
            List<Violation> violations,
            @Nullable Throwable error) {
        AdmissionAttributes attributes = request.attributes();
        return new ReviewOutcome(
                PlainText.name(request.uid()),
                PlainText.nameOrNull(request.username()),
                attributes == null ? "other" : Guard.kindLabel(attributes),
                attributes == null ? null : attributes.operation(),
                PlainText.nameOrNull(request.namespace()),
                PlainText.nameOrNull(request.name()),
                mode,
                decision,
                violations.stream().map(Violation::rule).toList(),
                violations.stream()
                        .limit(ReviewOutcome.MAX_FIELDS)
                        .map(violation -> PlainText.line(violation.field(), MAX_FIELD))
                        .toList(),
                error);
    }

    private static AdmissionResult respond(
            AdmissionRequest request, AdmissionResponse response, ReviewOutcome outcome) {
        return new AdmissionResult.Responded(AdmissionReviewWriter.write(request, response), outcome);
    }
}
