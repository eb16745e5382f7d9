package io.inplaceguard.admission;

import io.inplaceguard.admission.AdmissionReviewWriter.Response;
import io.inplaceguard.admission.ReviewOutcome.Decision;
import io.inplaceguard.guard.AdmissionAttributes;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.Mutation;
import io.inplaceguard.guard.Verdict;
import io.inplaceguard.guard.Warning;
import io.inplaceguard.rule.Violation;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Answers one AdmissionReview: read, judge or propose, write. Safe for use by several threads. */
public final class AdmissionHandler {

    private final Guard guard;
    private final Set<String> exemptUsernames;
    private final Set<String> exemptGroups;

    /** A reviewer whose guard knows no owners. */
    public AdmissionHandler(GuardSettings settings) {
        this(settings, new Guard(settings));
    }

    public AdmissionHandler(GuardSettings settings, Guard guard) {
        this.guard = guard;
        this.exemptUsernames = Set.copyOf(settings.exemptUsernames());
        this.exemptGroups = Set.copyOf(settings.exemptGroups());
    }

    /**
     * Answers whatever was posted. Never throws for what a caller can send: once a uid is read there is a verdict.
     *
     * @param endpoint where it was posted
     * @param body     holds the request body from index 0; may be longer than it
     * @param length   how many bytes of {@code body} count
     */
    public AdmissionResult answer(Endpoint endpoint, byte[] body, int length) {
        AdmissionReviewReader.Read read = AdmissionReviewReader.read(body, length);
        AdmissionRequest review = read.review();
        if (review == null) {
            return new AdmissionResult.BadRequest(read.problem());
        }
        try {
            return endpoint == Endpoint.MUTATE
                    ? mutate(endpoint, review, guard)
                    : told(endpoint, review, validate(review), null);
        } catch (Exception | StackOverflowError | OutOfMemoryError e) {
            return failed(endpoint, review, e);
        }
    }

    /**
     * A recorded review and what the rules say of it.
     *
     * @param namespace empty for cluster-scoped kinds
     * @param name      empty where it is generated later
     */
    public record Replay(String group, String kind, String namespace, String name, Verdict verdict) {}

    /**
     * Judges a recorded review as {@code /validate} would, exemptions aside.
     *
     * @throws IllegalArgumentException when it is no review; the message is a sentence
     */
    public Replay replay(byte[] body) {
        AdmissionReviewReader.Read read = AdmissionReviewReader.read(body, body.length);
        AdmissionRequest review = read.review();
        if (review == null) {
            throw new IllegalArgumentException(read.problem());
        }
        AdmissionAttributes subject = review.subject();
        return new Replay(
                subject == null ? "" : subject.group(),
                subject == null ? "" : subject.kind(),
                Objects.requireNonNullElse(review.namespace(), ""),
                Objects.requireNonNullElse(review.name(), ""),
                validate(review));
    }

    private static AdmissionResult mutate(Endpoint endpoint, AdmissionRequest review, Guard guard) {
        AdmissionAttributes subject = review.subject();
        if (subject == null) {
            // Nothing can be added to what cannot be read. Whether it is admitted is for /validate to say.
            String warning = Warning.told("malformed", "nothing was defaulted: " + review.problem());
            return decided(endpoint, review, Decision.WARNED, List.of(), Response.allowed(List.of(warning)), null);
        }
        Mutation proposal = guard.mutate(subject);
        Response response = new Response(
                List.of(), proposal.warnings().stream().map(Warning::message).toList(), proposal.patch(), Map.of());
        Decision result = proposal.patch().isEmpty() ? Decision.ALLOWED : Decision.PATCHED;
        return decided(endpoint, review, result, List.of(), response, null);
    }

    private Verdict validate(AdmissionRequest review) {
        AdmissionAttributes subject = review.subject();
        if (subject != null) {
            return guard.validate(subject);
        }
        return new Verdict(
                List.of(new Violation(
                        "malformed",
                        "",
                        "The AdmissionReview cannot be read to its end, so nothing can be compared: " + review.problem()
                                + ". Correct the object.")),
                List.of());
    }

    /** The guard itself failed: that is no reason to let a change pass unseen. */
    private AdmissionResult failed(Endpoint endpoint, AdmissionRequest review, Throwable error) {
        if (endpoint == Endpoint.MUTATE) {
            String warning = Warning.told("error", "nothing was defaulted: inplace-guard failed on this object");
            Response response = new Response(List.of(), List.of(warning), List.of(), Map.of("error", name(error)));
            return decided(endpoint, review, Decision.ERROR, List.of(), response, error);
        }
        Violation finding = new Violation(
                "error",
                "",
                "inplace-guard failed on this object, so the change was not compared and is not let through unseen."
                        + " Ask whoever runs it to look for uid " + review.uid() + " in its log.");
        return told(endpoint, review, new Verdict(List.of(finding), List.of()), error);
    }

    private static String name(Throwable error) {
        return error.getClass().getSimpleName();
    }

    /** Says a verdict in the voice of the endpoint's mode. */
    private AdmissionResult told(
            Endpoint endpoint, AdmissionRequest review, Verdict verdict, @Nullable Throwable error) {
        List<Violation> violations = verdict.violations();
        Optional<String> exempt = verdict.denied() ? exemption(review) : Optional.empty();
        Map<String, String> audit = AdmissionReviewWriter.audit(endpoint.mode(), violations);
        exempt.ifPresent(who -> audit.put("exempt", who));
        if (error != null) {
            audit.put("error", name(error));
        }
        List<String> warnings = switch (endpoint.mode()) {
            case "audit" -> List.of();
            case "warn" ->
                Stream.concat(
                                exempt.isPresent() ? Stream.of() : AdmissionReviewWriter.wouldDeny(violations).stream(),
                                verdict.warnings().stream().map(Warning::message))
                        .toList();
            default -> verdict.warnings().stream().map(Warning::message).toList();
        };
        boolean denies = endpoint.mode().equals("enforce") && exempt.isEmpty();
        Decision result = error != null
                ? Decision.ERROR
                : exempt.isPresent()
                        ? Decision.EXEMPT
                        : verdict.denied() ? Decision.DENIED : warnings.isEmpty() ? Decision.ALLOWED : Decision.WARNED;
        Response response = new Response(denies ? violations : List.of(), warnings, List.of(), audit);
        return decided(endpoint, review, result, error == null ? violations : List.of(), response, error);
    }

    private Optional<String> exemption(AdmissionRequest review) {
        if (review.username() != null && exemptUsernames.contains(review.username())) {
            return Optional.of("user " + review.username());
        }
        return review.groups().stream()
                .filter(exemptGroups::contains)
                .findFirst()
                .map(group -> "group " + group);
    }

    private static AdmissionResult decided(
            Endpoint endpoint,
            AdmissionRequest review,
            Decision result,
            List<Violation> violations,
            Response response,
            @Nullable Throwable error) {
        AdmissionAttributes subject = review.subject();
        ReviewOutcome outcome = new ReviewOutcome(
                review.uid(),
                review.username(),
                subject == null ? "other" : Guard.kindLabel(subject),
                subject == null ? "other" : subject.operation(),
                review.namespace(),
                review.name(),
                endpoint.mode(),
                result,
                violations.stream().map(Violation::rule).toList(),
                violations.stream().map(Violation::field).toList(),
                error);
        return new AdmissionResult.Responded(AdmissionReviewWriter.write(review, response), outcome);
    }
}
