package io.inplaceguard.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final StringWriter terminal = new StringWriter();
    private final Progress progress = new Progress(new PrintWriter(terminal, true));

    @Test
    void the_newest_text_replaces_the_line_and_is_printed_once() {
        progress.show("reading pods");
        progress.show("500 pods");
        assertThat(terminal.toString()).as("before the timer runs").isEmpty();
        progress.print();
        progress.print();
        assertThat(terminal.toString()).isEqualTo("\r\u001b[K500 pods");
    }

    @Test
    void nothing_remains_of_it_at_the_end() {
        progress.show("500 pods");
        progress.print();
        progress.end();
        progress.print();
        assertThat(terminal.toString()).endsWith("500 pods\r\u001b[K");
    }

    @Test
    void a_quick_command_prints_nothing() {
        progress.show("reading pods");
        progress.end();
        assertThat(terminal.toString()).isEmpty();
    }

    @Test
    void without_a_terminal_nothing_is_printed() {
        try (Progress none = new Progress(null)) {
            none.show("reading pods");
            none.print();
        }
    }
}
