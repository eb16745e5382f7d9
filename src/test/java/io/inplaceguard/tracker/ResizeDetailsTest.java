package io.inplaceguard.tracker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResizeDetailsTest {

    private static final Instant SINCE = Instant.parse("2026-01-02T03:04:05Z");

    private static PodResize resize(String reason, String message, ResizeStep... steps) {
        return new PodResize(ResizeState.DEFERRED, reason, message, "", "target-1", List.of(steps));
    }

    private static ResizeStep cpu(String from, String to) {
        return new ResizeStep("app", "requests", "cpu", from, to);
    }

    private static ResizeDetails details(PodResize resize) {
        return ResizeDetails.of(resize, Optional.empty(), SINCE);
    }

    @Test
    void details_can_be_written_and_read_again() {
        ResizeDetails details = details(resize(
                "Deferred",
                "no room",
                cpu("1", "2"),
                new ResizeStep("b", "limits", "memory", "", "1Gi"),
                new ResizeStep(ResizeStep.POD, "requests", "cpu", "2", "3")));
        assertThat(details.json())
                .isEqualTo(
                        "{\"state\":\"Deferred\",\"since\":\"2026-01-02T03:04:05Z\",\"target\":\"target-1\",\"reason\":\"Deferred\","
                                + "\"message\":\"no room\",\"containers\":{\"app\":{\"requests\":{\"cpu\":{\"from\":\"1\",\"to\":\"2\"}}},"
                                + "\"b\":{\"limits\":{\"memory\":{\"from\":\"\",\"to\":\"1Gi\"}}}},"
                                + "\"pod\":{\"requests\":{\"cpu\":{\"from\":\"2\",\"to\":\"3\"}}}}");
        assertThat(ResizeDetails.read(details.json())).contains(details);
        assertThat(details.sentence())
                .isEqualTo(
                        "cpu request of app 1 to 2, memory limit of b unset to 1Gi, cpu request of the pod 2 to 3: no room");
    }

    @Test
    void an_annotation_of_another_writer_is_ignored() {
        assertThat(ResizeDetails.read(null)).isEmpty();
        assertThat(ResizeDetails.read("nonsense")).isEmpty();
        assertThat(ResizeDetails.read("[1]")).isEmpty();
        assertThat(ResizeDetails.read("{\"since\":\"yesterday\"}")).isEmpty();
    }

    @Test
    void the_annotation_stays_small_and_on_one_line() {
        ResizeStep[] many = Collections.nCopies(500, cpu("1", "2")).toArray(ResizeStep[]::new);
        ResizeDetails details = details(resize("", "x\n".repeat(10_000), many));
        assertThat(details.message()).hasSize(300).doesNotContain("\n");
        assertThat(details.steps()).hasSize(40);
        assertThat(details.describes(resize("", "other", many))).isTrue();
    }

    @Test
    void progress_and_wording_are_not_written_again_but_a_new_target_or_reason_is() {
        ResizeDetails written =
                details(resize("", "", cpu("1", "2"), new ResizeStep("app", "limits", "cpu", "1", "2")));
        assertThat(written.describes(resize("", "another word", cpu("1500m", "2"))))
                .isTrue();
        assertThat(written.describes(resize("", ""))).isTrue();
        assertThat(written.describes(resize("", "", cpu("1", "3")))).isFalse();
        assertThat(written.describes(resize("Error", "", cpu("1", "2")))).isFalse();
        assertThat(written.describes(new PodResize(ResizeState.DEFERRED, "", "", "", "target-2", List.of())))
                .isFalse();
    }

    @Test
    void since_is_kept_while_the_target_is_the_same_and_restarts_with_another() {
        Instant later = SINCE.plus(Duration.ofMinutes(5));
        Optional<ResizeDetails> before = Optional.of(details(resize("", "", cpu("1", "2"))));
        PodResize sameTarget = resize("Deferred", "no room");
        PodResize otherTarget = new PodResize(ResizeState.PROPOSED, "", "", "", "target-2", List.of(cpu("1", "2")));
        assertThat(ResizeDetails.of(sameTarget, before, later).since()).isEqualTo(SINCE);
        assertThat(ResizeDetails.of(otherTarget, before, later).since()).isEqualTo(later);
    }

    /** Earlier trackers wrote no target. */
    @Test
    void an_annotation_without_a_target_is_taken_over() {
        String old = "{\"state\":\"Deferred\",\"since\":\"2026-01-02T03:04:05Z\"}";
        ResizeDetails details =
                ResizeDetails.of(resize("Deferred", "", cpu("1", "2")), ResizeDetails.read(old), SINCE.plusSeconds(60));
        assertThat(details.since()).isEqualTo(SINCE);
        assertThat(details.target()).isEqualTo("target-1");
    }

    @Test
    void only_a_failed_attempt_is_reported_as_an_error() {
        assertThat(details(new PodResize(ResizeState.IN_PROGRESS, "Error", "", "", "t", List.of()))
                        .eventReason())
                .isEqualTo("ResizeError");
        assertThat(details(new PodResize(ResizeState.IN_PROGRESS, "", "", "", "t", List.of()))
                        .eventReason())
                .isEqualTo("ResizeInProgress");
        assertThat(details(resize("Error", "")).eventReason()).isEqualTo("ResizeDeferred");
    }
}
