package io.inplaceguard.tracker;

import io.inplaceguard.tracker.PodResize.Step;
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
 * What the annotation {@code inplace-guard.io/resize-details} says: since when, why, and per container and resource from
 * what to what. It is also the tracker's memory, so that a restarted one knows what it has told already.
 *
 * @param state   the state's word; empty where an older tracker wrote it
 * @param since   when the tracker first saw the resize
 * @param reason  the condition's reason; empty where there is none
 * @param message the kubelet's words, shortened; empty where there are none
 * @param steps   what is still to be done
 */
record ResizeDetails(String state, Instant since, String reason, String message, List<Step> steps) {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int MESSAGE = 300;
    private static final int STEPS = 40;

    /** What is to be told of that resize, which began then. */
    static ResizeDetails of(PodResize resize, Instant since) {
        String words = resize.message().replaceAll("\\p{Cntrl}", " ");
        return new ResizeDetails(
                resize.state().word(),
                since.truncatedTo(ChronoUnit.SECONDS),
                resize.reason(),
                words.length() > MESSAGE ? words.substring(0, MESSAGE - 3) + "..." : words,
                resize.steps().stream().limit(STEPS).toList());
    }

    /** What an annotation says; empty where it is missing or not of this making. */
    static Optional<ResizeDetails> read(@Nullable String annotation) {
        if (annotation == null) {
            return Optional.empty();
        }
        try {
            JsonNode json = JSON.readTree(annotation);
            List<Step> steps = new ArrayList<>();
            json.path("containers")
                    .properties()
                    .forEach(container -> container
                            .getValue()
                            .properties()
                            .forEach(list -> list.getValue()
                                    .properties()
                                    .forEach(resource -> steps.add(new Step(
                                            container.getKey(),
                                            list.getKey(),
                                            resource.getKey(),
                                            resource.getValue().path("from").asString(""),
                                            resource.getValue().path("to").asString(""))))));
            return Optional.of(new ResizeDetails(
                    json.path("state").asString(""),
                    Instant.parse(json.path("since").asString("")),
                    json.path("reason").asString(""),
                    json.path("message").asString(""),
                    steps));
        } catch (JacksonException | DateTimeException e) {
            return Optional.empty();
        }
    }

    /** Whether this, once written, still tells of that resize: nothing new is wanted, and for the same reason. Progress alone is no news. */
    boolean stillTells(PodResize resize) {
        Set<Step> told = steps.stream().map(Step::wanted).collect(Collectors.toSet());
        return reason.equals(resize.reason())
                && resize.steps().stream().limit(STEPS).map(Step::wanted).allMatch(told::contains);
    }

    /** For the annotation. */
    String json() {
        ObjectNode json = JSON.createObjectNode();
        json.put("state", state);
        json.put("since", since.toString());
        if (!reason.isEmpty()) {
            json.put("reason", reason);
        }
        if (!message.isEmpty()) {
            json.put("message", message);
        }
        for (Step step : steps) {
            json.withObjectProperty("containers")
                    .withObjectProperty(step.container())
                    .withObjectProperty(step.list())
                    .putObject(step.resource())
                    .put("from", step.from())
                    .put("to", step.to());
        }
        return json.toString();
    }

    /** For people: {@code cpu request of app 100m to 200m, ...: the kubelet's words}. */
    String sentence() {
        String amounts = steps.stream()
                .map(step -> step.resource() + " "
                        + step.list().substring(0, step.list().length() - 1) + " of " + step.container()
                        + " " + (step.from().isEmpty() ? "unset" : step.from())
                        + " to " + (step.to().isEmpty() ? "unset" : step.to()))
                .collect(Collectors.joining(", "));
        String words = amounts.isEmpty() || message.isEmpty() ? amounts + message : amounts + ": " + message;
        return words.isEmpty() ? "resize" : words;
    }
}
