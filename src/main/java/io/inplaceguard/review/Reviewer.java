package io.inplaceguard.review;

import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.Notice;
import io.inplaceguard.guard.Proposal;
import io.inplaceguard.guard.Settings;
import io.inplaceguard.guard.Subject;
import io.inplaceguard.guard.Verdict;
import io.inplaceguard.review.Outcome.Result;
import io.inplaceguard.review.ReviewWriter.Response;
import io.inplaceguard.rule.Finding;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Answers one AdmissionReview: read, judge or propose, write. Safe for use by several threads. */
public final class Reviewer {

    private final Guard guard;
    private final Set<String> exemptUsernames;
    private final Set<String> exemptGroups;

    /** A reviewer whose guard knows no owners. */
    public Reviewer(Settings settings) {
        this(settings, new Guard(settings));
    }

    public Reviewer(Settings settings, Guard guard) {
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
    public Answer answer(Endpoint endpoint, byte[] body, int length) {
        ReviewReader.Read read = ReviewReader.read(body, length);
        Review review = read.review();
        if (review == null) {
            return new Answer.NotAReview(read.problem());
        }
        try {
            return endpoint == Endpoint.MUTATE
                    ? mutate(endpoint, review, guard)
                    : told(endpoint, review, judge(review), null);
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
        ReviewReader.Read read = ReviewReader.read(body, body.length);
        Review review = read.review();
        if (review == null) {
            throw new IllegalArgumentException(read.problem());
        }
        Subject subject = review.subject();
        return new Replay(
                subject == null ? "" : subject.group(),
                subject == null ? "" : subject.kind(),
                Objects.requireNonNullElse(review.namespace(), ""),
                Objects.requireNonNullElse(review.name(), ""),
                judge(review));
    }

    private static Answer mutate(Endpoint endpoint, Review review, Guard guard) {
        Subject subject = review.subject();
        if (subject == null) {
            // Nothing can be added to what cannot be read. Whether it is admitted is for /validate to say.
            String warning = Notice.told("malformed", "nothing was defaulted: " + review.problem());
            return decided(endpoint, review, Result.WARNED, List.of(), Response.allowed(List.of(warning)), null);
        }
        Proposal proposal = guard.propose(subject);
        Response response = new Response(
                List.of(), proposal.warnings().stream().map(Notice::told).toList(), proposal.patch(), Map.of());
        Result result = proposal.patch().isEmpty() ? Result.ALLOWED : Result.PATCHED;
        return decided(endpoint, review, result, List.of(), response, null);
    }

    private Verdict judge(Review review) {
        Subject subject = review.subject();
        if (subject != null) {
            return guard.judge(subject);
        }
        return new Verdict(
                List.of(new Finding(
                        "malformed",
                        "",
                        "The AdmissionReview cannot be read to its end, so nothing can be compared: " + review.problem()
                                + ". Correct the object.")),
                List.of());
    }

    /** The guard itself failed: that is no reason to let a change pass unseen. */
    private Answer failed(Endpoint endpoint, Review review, Throwable error) {
        if (endpoint == Endpoint.MUTATE) {
            String warning = Notice.told("error", "nothing was defaulted: inplace-guard failed on this object");
            Response response = new Response(List.of(), List.of(warning), List.of(), Map.of("error", name(error)));
            return decided(endpoint, review, Result.ERROR, List.of(), response, error);
        }
        Finding finding = new Finding(
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
    private Answer told(Endpoint endpoint, Review review, Verdict verdict, @Nullable Throwable error) {
        List<Finding> violations = verdict.violations();
        Optional<String> exempt = verdict.denied() ? exemption(review) : Optional.empty();
        Map<String, String> audit = ReviewWriter.audit(endpoint.mode(), violations);
        exempt.ifPresent(who -> audit.put("exempt", who));
        if (error != null) {
            audit.put("error", name(error));
        }
        List<String> warnings =
                switch (endpoint.mode()) {
                    case "audit" -> List.of();
                    case "warn" -> Stream.concat(
                                    exempt.isPresent() ? Stream.of() : ReviewWriter.wouldDeny(violations).stream(),
                                    verdict.warnings().stream().map(Notice::told))
                            .toList();
                    default -> verdict.warnings().stream().map(Notice::told).toList();
                };
        boolean denies = endpoint.mode().equals("enforce") && exempt.isEmpty();
        Result result = error != null
                ? Result.ERROR
                : exempt.isPresent()
                        ? Result.EXEMPT
                        : verdict.denied() ? Result.DENIED : warnings.isEmpty() ? Result.ALLOWED : Result.WARNED;
        Response response = new Response(denies ? violations : List.of(), warnings, List.of(), audit);
        return decided(endpoint, review, result, error == null ? violations : List.of(), response, error);
    }

    private Optional<String> exemption(Review review) {
        if (review.username() != null && exemptUsernames.contains(review.username())) {
            return Optional.of("user " + review.username());
        }
        return review.groups().stream().filter(exemptGroups::contains).findFirst().map(group -> "group " + group);
    }

    private static Answer decided(
            Endpoint endpoint,
            Review review,
            Result result,
            List<Finding> violations,
            Response response,
            @Nullable Throwable error) {
        Subject subject = review.subject();
        Outcome outcome = new Outcome(
                review.uid(),
                review.username(),
                subject == null ? "other" : Guard.kindLabel(subject),
                subject == null ? "other" : subject.operation(),
                review.namespace(),
                review.name(),
                endpoint.mode(),
                result,
                violations.stream().map(Finding::rule).toList(),
                violations.stream().map(Finding::field).toList(),
                error);
        return new Answer.Decided(ReviewWriter.write(review, response), outcome);
    }
}
