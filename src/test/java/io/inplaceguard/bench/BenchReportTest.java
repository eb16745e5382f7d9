package io.inplaceguard.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.inplaceguard.admission.AdmissionHandler;
import io.inplaceguard.admission.AdmissionResult;
import io.inplaceguard.bench.BenchResults.Curve;
import io.inplaceguard.bench.BenchResults.Point;
import io.inplaceguard.guard.GuardSettings;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xml.sax.InputSource;

/** What {@code make bench} measures and writes; not how long anything takes. */
class BenchReportTest {

    @TempDir
    Path folder;

    private BenchResults results() throws IOException {
        Files.writeString(
                folder.resolve("http.tsv"), "pod-7k\t7000\t/noop\t1000\t1.0\npod-7k\t7000\t/validate\t600\t2.5\n");
        Files.writeString(folder.resolve("start.tsv"), "25\tmake dist\tcluster\t1900\t1800\t2000\n");
        Files.writeString(folder.resolve("memory.tsv"), "25\tmake dist\tlarge\t190\t195\t320\n");
        Files.writeString(
                folder.resolve("growth.tsv"),
                "env\t/validate\t1024\t10\t0\tcompared\nenv\t/validate\t2048\t20\t0\tcompared\nenv\t/validate\t4096\t40\t0\tcompared\n"
                        + "env\t/validate\t8192\t10\t0\tlimit\n");
        return BenchResults.read(folder);
    }

    @Test
    void the_table_has_a_row_for_everything_that_was_measured() throws IOException {
        assertThat(BenchReport.table(results(), "A machine."))
                .startsWith("A machine.\n\n| | measured | |\n")
                .contains("| throughput of `/validate`, Pod, 7 KB | 600/s | 0.60 of ")
                .contains("certificates `cluster` | 1,900 ms | one CPU; 1,800 to 2,000 ms |")
                .contains("ten of 16 MiB | 190 MiB | highest 195 MiB; the chart's limit is 320 MiB |")
                .contains(
                        "| growth of `/validate`: env | exponent 1.00 | 1 KiB 0.01 ms to 4 KiB 0.04 ms; a limit answers 8 KiB 0.01 ms |");
    }

    @Test
    void what_did_not_run_is_left_out() throws IOException {
        assertThat(BenchReport.table(BenchResults.read(folder), "A machine."))
                .contains("| throughput | left out | needs wrk |")
                .doesNotContain("growth");
    }

    @Test
    void the_page_keeps_what_is_around_the_table() throws IOException {
        String page = Files.readString(Path.of("docs/performance.md"));
        String written = BenchReport.withTable(page, "the table\n");
        assertThat(written).contains("\n\nthe table\n\n<!-- to here -->\n").startsWith("# Performance");
        assertThat(BenchReport.withTable(written, "another\n")).doesNotContain("the table\n");
    }

    @Test
    void the_picture_is_well_formed() throws Exception {
        var picture = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(PerformancePicture.draw(results()))));
        assertThat(picture.getElementsByTagName("rect").getLength()).isGreaterThan(2);
        assertThat(picture.getElementsByTagName("path").getLength()).isEqualTo(3);
    }

    @Test
    void the_exponent_is_that_of_the_time_over_the_bytes() {
        List<Point> square = List.of(new Point(10, 100, false), new Point(20, 400, false), new Point(40, 1_600, false));
        assertThat(Curve.exponent(square)).isCloseTo(2, within(1e-9));
        assertThat(Curve.exponent(square.subList(0, 2))).isNaN();
    }

    @ParameterizedTest
    @EnumSource
    void each_shape_has_the_size_that_is_wanted_and_is_answered(GrowthShape shape) {
        byte[] review = shape.review(32 << 10);
        assertThat(review.length).isBetween(28 << 10, 36 << 10);
        AdmissionResult answer =
                new AdmissionHandler(GuardSettings.DEFAULTS).answer(shape.endpoint(), review, review.length);
        assertThat(answer)
                .isInstanceOfSatisfying(
                        AdmissionResult.Responded.class,
                        responded -> assertThat(responded.outcome().error()).isNull());
    }
}
