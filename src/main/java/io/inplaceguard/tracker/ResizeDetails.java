package io.inplaceguard.tracker;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The content of the annotation {@code inplace-guard.io/resize-details}: since when, why, and from what to what for each container
 * and resource. It is also the tracker's memory: after a restart it shows which events have been written.
 *
 * @param state   the state's word; empty where an older tracker wrote it
 * @param since   when the tracker first saw a resize to this target, in seconds
 * @param target  the fingerprint of {@link ResizeStep#target}; empty where an older tracker wrote it
 * @param reason  the condition's reason; empty for none
 * @param message the kubelet's message, at most 300 characters; empty for none
 * @param steps   what is not in effect yet, at most 40
 */
record ResizeDetails(
        String state, Instant since, String target, String reason, String message, List<ResizeStep> steps) {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int MAX_MESSAGE = 300;
    private static final int MAX_STEPS = 40;
    private static final String CONTAINERS = "containers";
    private static final String POD = "pod";

    /**
     * The details of that resize.
     *
     * @param before what the Pod's annotation contains; empty for none. Its {@code since} is kept while the target is the same.
     * @param now    the time now
     */
    static ResizeDetails of(PodResize resize, Optional<ResizeDetails> before, Instant now) {
        String message = resize.message().replaceAll("\\p{Cntrl}", " ");
        Instant since = before.filter(details -> details.isFor(resize.target()))
                .map(ResizeDetails::since)
                .orElse(now);
        return new ResizeDetails(
                resize.state().word(),
                since.truncatedTo(ChronoUnit.SECONDS),
                resize.target(),
                resize.reason(),
                message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE - 3) + "..." : message,
                resize.steps().stream().limit(MAX_STEPS).toList());
    }

    /** Reads an annotation; empty where it is missing or was not written by a tracker. */
    static Optional<ResizeDetails> read(@Nullable String annotation) {
        if (annotation == null) {
            return Optional.empty();
        }
        try {
            JsonNode json = JSON.readTree(annotation);
            List<ResizeStep> steps = new ArrayList<>();
            json.path(CONTAINERS).properties().forEach(each -> readSteps(each.getKey(), each.getValue(), steps));
            readSteps(ResizeStep.POD, json.path(POD), steps);
            return Optional.of(new ResizeDetails(
                    json.path("state").asString(""),
                    Instant.parse(json.path("since").asString("")),
                    json.path("target").asString(""),
                    json.path("reason").asString(""),
                    json.path("message").asString(""),
                    steps));
        } catch (JacksonException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static void readSteps(String container, JsonNode lists, List<ResizeStep> steps) {
        lists.properties()
                .forEach(list -> list.getValue()
                        .properties()
                        .forEach(resource -> steps.add(new ResizeStep(
                                container,
                                list.getKey(),
                                resource.getKey(),
                                resource.getValue().path("from").asString(""),
                                resource.getValue().path("to").asString("")))));
    }

    private boolean isFor(String target) {
        return this.target.isEmpty() || this.target.equals(target);
    }

    /**
     * Whether this, once written, still describes that resize: the same target for the same reason. Progress alone, or another
     * wording of the message, is not worth a write.
     */
    boolean describes(PodResize resize) {
        Set<ResizeStep> written = steps.stream().map(ResizeStep::wanted).collect(Collectors.toSet());
        return isFor(resize.target())
                && reason.equals(resize.reason())
                && resize.steps().stream()
                        .limit(MAX_STEPS)
                        .map(ResizeStep::wanted)
                        .allMatch(written::contains);
    }

    /** The reason of the event that reports this state, such as {@code ResizeDeferred}. */
    String eventReason() {
        return PodResize.isFailing(state, reason) ? "ResizeError" : "Resize" + state;
    }

    /** The annotation's value. */
    String json() {
        ObjectNode json = JSON.createObjectNode();
        json.put("state", state);
        json.put("since", since.toString());
        json.put("target", target);
        if (!reason.isEmpty()) {
            json.put("reason", reason);
        }
        if (!message.isEmpty()) {
            json.put("message", message);
        }
        for (ResizeStep step : steps) {
            ObjectNode owner = step.container().equals(ResizeStep.POD)
                    ? json.withObjectProperty(POD)
                    : json.withObjectProperty(CONTAINERS).withObjectProperty(step.container());
            owner.withObjectProperty(step.list())
                    .putObject(step.resource())
                    .put("from", step.from())
                    .put("to", step.to());
        }
        return json.toString();
    }

    /** The message of an event: {@code cpu request of app 100m to 200m, ...: the kubelet's message}. */
    String sentence() {
        String amounts = steps.stream().map(ResizeDetails::sentence).collect(Collectors.joining(", "));
        String both = amounts.isEmpty() || message.isEmpty() ? amounts + message : amounts + ": " + message;
        return both.isEmpty() ? "resize" : both;
    }

    private static String sentence(ResizeStep step) {
        return step.resource() + " " + (step.list().equals("limits") ? "limit" : "request") + " of "
                + (step.container().equals(ResizeStep.POD) ? "the pod" : step.container())
                + " " + (step.from().isEmpty() ? "unset" : step.from())
                + " to " + (step.to().isEmpty() ? "unset" : step.to());
    }
}
