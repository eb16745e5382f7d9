package io.inplaceguard.bench;

import io.inplaceguard.bench.BenchResults.Curve;
import io.inplaceguard.bench.BenchResults.Point;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The end of {@code make bench}: one table of everything that was measured, as Markdown, and a picture. With BENCH_DOCS=1 both go
 * into docs as well.
 */
public final class BenchReport {

    private static final Path PAGE = Path.of("docs/performance.md");
    private static final Path PICTURE = Path.of("docs/performance.svg");
    private static final String BEGIN = "<!-- make bench BENCH_DOCS=1 writes from here -->\n";
    private static final String END = "<!-- to here -->\n";

    private final List<String> lines = new ArrayList<>();

    private BenchReport() {}

    /** @param args the folder with what was measured */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        BenchResults results = BenchResults.read(folder);
        String table = table(results, machine());
        String picture = PerformancePicture.draw(results);
        Files.writeString(folder.resolve("table.md"), table);
        Files.writeString(folder.resolve("performance.svg"), picture);
        System.out.print(table);
        if ("1".equals(System.getenv("BENCH_DOCS"))) {
            Files.writeString(PAGE, withTable(Files.readString(PAGE), table));
            Files.writeString(PICTURE, picture);
        }
    }

    /** A page with another table between its two marks. */
    static String withTable(String page, String table) {
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        int end = page.indexOf(END, begin);
        return page.substring(0, begin) + "\n" + table + "\n" + page.substring(end);
    }

    /**
     * The table as Markdown.
     *
     * @param machine what it was measured on
     */
    static String table(BenchResults results, String machine) {
        BenchReport report = new BenchReport();
        report.lines.add(machine);
        report.lines.add("");
        report.lines.add("| | measured | |");
        report.lines.add("| --- | --- | --- |");
        report.throughput(results);
        report.decisions(results);
        report.starts(results);
        report.memory(results);
        report.growth(results);
        return String.join("\n", report.lines) + "\n";
    }

    private void row(String what, String measured, String detail) {
        lines.add("| " + what + " | " + measured + " | " + detail + " |");
    }

    private void throughput(BenchResults results) {
        if (results.http().isEmpty()) {
            row("throughput", "left out", "needs wrk");
        }
        for (BenchResults.Http http : results.http()) {
            row(
                    "throughput of `" + http.path() + "`, " + review(http.review()),
                    format("%,.0f/s", http.guard()),
                    format(
                            "%.2f of a servlet that does nothing (%,.0f/s); 99th percentile %.1f ms (%.1f ms)",
                            http.share(), http.noop(), http.guardP99(), http.noopP99()));
        }
    }

    private void decisions(BenchResults results) {
        for (BenchResults.Decided decided : results.decided()) {
            row(
                    "decode and decide, `" + decided.path() + "`, " + review(decided.review()),
                    format("%.0f µs", decided.micros()),
                    "CPU time of one review without TLS and HTTP");
        }
    }

    private void starts(BenchResults results) {
        for (BenchResults.Started started : results.started()) {
            row(
                    "start to Ready, JDK " + started.jdk() + ", " + what(started.what()) + ", certificates `"
                            + started.mode() + "`",
                    format("%,d ms", started.median()),
                    format("one CPU; %,d to %,d ms", started.lowest(), started.highest()));
        }
    }

    private void memory(BenchResults results) {
        for (BenchResults.Memory memory : results.memory()) {
            boolean recorded = memory.load().equals("recorded");
            row(
                    "memory, JDK " + memory.jdk() + ", " + what(memory.what()) + ", after "
                            + (recorded ? "10,000 recorded reviews" : "10,000 reviews of 100 KB and ten of 16 MiB"),
                    format("%d MiB", memory.rss()),
                    format("highest %d MiB; the chart's limit is %d MiB", memory.highest(), memory.limit()));
        }
    }

    private void growth(BenchResults results) {
        for (Curve curve : results.growth()) {
            List<Point> compared = curve.points(false);
            List<Point> limited = curve.points(true);
            List<String> details = new ArrayList<>();
            if (!compared.isEmpty()) {
                details.add(range(compared));
            }
            if (!limited.isEmpty()) {
                details.add("a limit answers " + range(limited) + exponent(", exponent %.2f", limited));
            }
            row(
                    "growth of `" + curve.path() + "`: " + curve.label(),
                    compared.isEmpty() ? "not compared" : exponent("exponent %.2f", compared),
                    String.join("; ", details));
        }
    }

    /** The smallest size and the largest. */
    private static String range(List<Point> points) {
        String first = at(points.get(0));
        return points.size() == 1 ? first : first + " to " + at(points.get(points.size() - 1));
    }

    private static String exponent(String format, List<Point> points) {
        double exponent = Curve.exponent(points);
        return Double.isNaN(exponent) ? "" : format(format, exponent);
    }

    private static String at(Point point) {
        return size(point.bytes()) + " " + millis(point.micros());
    }

    private static String millis(double micros) {
        return format(micros < 10_000 ? "%.2f ms" : "%.0f ms", micros / 1_000);
    }

    private static String size(int bytes) {
        return bytes < 1 << 20 ? Math.round(bytes / 1024f) + " KiB" : Math.round(bytes / 1048576f) + " MiB";
    }

    /** One of the reviews that are named after object and size. */
    static String review(String name) {
        String[] words = name.split("-");
        return (words[0].equals("cloneset") ? "CloneSet" : "Pod") + ", " + words[1].replace("k", " KB");
    }

    private static String what(String built) {
        return built.equals("make dist") ? "with its cache (`make dist`, the image)" : "plain jar";
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private static String machine() throws IOException {
        Path info = Path.of("/proc/cpuinfo");
        String cpu = !Files.exists(info)
                ? System.getProperty("os.arch")
                : Files.readAllLines(info).stream()
                        .filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElse(System.getProperty("os.arch"));
        return "Measured on " + LocalDate.now(ZoneOffset.UTC) + " with one core of " + cpu
                + " and, where no other is named, JDK " + Runtime.version().feature() + ".";
    }
}
