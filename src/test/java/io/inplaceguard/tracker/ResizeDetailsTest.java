package io.inplaceguard.tracker;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.tracker.PodResize.Step;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResizeDetailsTest {

    private static final Instant SINCE = Instant.parse("2026-01-02T03:04:05Z");

    private static PodResize resize(String reason, String message, Step... steps) {
        return new PodResize(ResizeState.DEFERRED, reason, message, "", List.of(steps));
    }

    private static Step cpu(String from, String to) {
        return new Step("app", "requests", "cpu", from, to);
    }

    @Test
    void what_is_written_is_read_again() {
        ResizeDetails details = ResizeDetails.of(
                resize("Deferred", "no room", cpu("1", "2"), new Step("b", "limits", "memory", "", "1Gi")), SINCE);
        assertThat(details.json())
                .isEqualTo(
                        "{\"state\":\"Deferred\",\"since\":\"2026-01-02T03:04:05Z\",\"reason\":\"Deferred\",\"message\":\"no room\",\"containers\":"
                                + "{\"app\":{\"requests\":{\"cpu\":{\"from\":\"1\",\"to\":\"2\"}}},"
                                + "\"b\":{\"limits\":{\"memory\":{\"from\":\"\",\"to\":\"1Gi\"}}}}}");
        assertThat(ResizeDetails.read(details.json())).contains(details);
        assertThat(details.sentence()).isEqualTo("cpu request of app 1 to 2, memory limit of b unset to 1Gi: no room");
    }

    @Test
    void what_somebody_else_wrote_counts_as_nothing() {
        assertThat(ResizeDetails.read(null)).isEmpty();
        assertThat(ResizeDetails.read("nonsense")).isEmpty();
        assertThat(ResizeDetails.read("[1]")).isEmpty();
        assertThat(ResizeDetails.read("{\"since\":\"yesterday\"}")).isEmpty();
    }

    @Test
    void it_stays_small_and_on_one_line() {
        Step[] many = Collections.nCopies(500, cpu("1", "2")).toArray(Step[]::new);
        ResizeDetails details = ResizeDetails.of(resize("", "x\n".repeat(10_000), many), SINCE);
        assertThat(details.message()).hasSize(300).doesNotContain("\n");
        assertThat(details.steps()).hasSize(40);
        assertThat(details.stillTells(resize("", "other", many))).isTrue();
    }

    @Test
    void progress_is_no_news_and_a_new_request_or_reason_is() {
        ResizeDetails told =
                ResizeDetails.of(resize("", "", cpu("1", "2"), new Step("app", "limits", "cpu", "1", "2")), SINCE);
        assertThat(told.stillTells(resize("", "another word", cpu("1500m", "2"))))
                .isTrue();
        assertThat(told.stillTells(resize("", ""))).isTrue();
        assertThat(told.stillTells(resize("", "", cpu("1", "3")))).isFalse();
        assertThat(told.stillTells(resize("Error", "", cpu("1", "2")))).isFalse();
    }
}
