package io.inplaceguard.bench;

import io.inplaceguard.bench.BenchResults.Curve;
import io.inplaceguard.bench.BenchResults.Http;
import io.inplaceguard.bench.BenchResults.Point;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Two small charts as SVG, readable on a light and on a dark page. */
final class PerformancePicture {

    private static final int TOP = 70;
    private static final int BOTTOM = 330;
    private static final int BARS_LEFT = 60;
    private static final int BARS_RIGHT = 370;
    private static final int LINES_LEFT = 480;
    private static final int LINES_RIGHT = 910;

    /** Range of the right chart: bytes, and microseconds. */
    private static final double LEAST_BYTES = 8 << 10;

    private static final double MOST_BYTES = 16 << 20;
    private static final double LEAST_MICROS = 10;
    private static final double MOST_MICROS = 1_000_000;

    private static final String STYLE = """
            text { font: 12px system-ui, sans-serif; fill: #1f2328 }
            .title { font-size: 14px; font-weight: 600 }
            .note { fill: #59636e }
            .axis { stroke: #59636e; stroke-width: 1; fill: none }
            .grid { stroke: #d1d9e0; stroke-width: 1 }
            .a { fill: #0969da } .b { fill: #8250df }
            .line { stroke: #0969da; stroke-width: 1.4; fill: none; opacity: 0.65 }
            .limit { stroke: #bc4c00; stroke-width: 1.2; fill: none; stroke-dasharray: 4 3; opacity: 0.6 }
            .linear { stroke: #1f2328; stroke-width: 2; stroke-dasharray: 1 4; fill: none }
            @media (prefers-color-scheme: dark) {
              text { fill: #f0f6fc } .note { fill: #9198a1 }
              .axis { stroke: #9198a1 } .grid { stroke: #3d444d }
              .a { fill: #4493f8 } .b { fill: #ab7df8 }
              .line { stroke: #4493f8 } .limit { stroke: #f0883e } .linear { stroke: #f0f6fc }
            }
            """;

    private final StringBuilder svg = new StringBuilder();

    private PerformancePicture() {}

    static String draw(BenchResults results) {
        PerformancePicture picture = new PerformancePicture();
        picture.svg
                .append("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 940 400\" role=\"img\">\n")
                .append(
                        "<title>Performance of inplace-guard</title>\n<desc>Left: requests a second as a share of a servlet that")
                .append(
                        " does nothing, by size of the review. Right: CPU time by size of the review, for many shapes.</desc>\n")
                .append("<style>\n")
                .append(STYLE)
                .append("</style>\n");
        picture.bars(results.http());
        picture.lines(results.growth());
        return picture.svg.append("</svg>\n").toString();
    }

    private void bars(List<Http> http) {
        text(BARS_LEFT - 40, 24, "title", "start", "Requests a second");
        text(BARS_LEFT - 40, 43, "note", "start", "as a share of a servlet that does nothing; one core, TLS");
        for (int tenths = 0; tenths <= 10; tenths += 2) {
            double y = BOTTOM - (BOTTOM - TOP) * tenths / 10.0;
            line("grid", BARS_LEFT, y, BARS_RIGHT, y);
            text(BARS_LEFT - 8, y + 4, "note", "end", format("%.1f", tenths / 10.0));
        }
        List<String> reviews = http.stream().map(Http::review).distinct().toList();
        for (int i = 0; i < reviews.size(); i++) {
            double left = BARS_LEFT + (BARS_RIGHT - BARS_LEFT) * (i + 0.5) / reviews.size() - 40;
            String review = reviews.get(i);
            List<Http> both =
                    http.stream().filter(each -> each.review().equals(review)).toList();
            for (int j = 0; j < both.size(); j++) {
                double height = (BOTTOM - TOP) * Math.min(1, both.get(j).share());
                svg.append(format(
                        "<rect class=\"%s\" x=\"%.0f\" y=\"%.1f\" width=\"36\" height=\"%.1f\"/>%n",
                        j == 0 ? "a" : "b", left + 42 * j, BOTTOM - height, height));
                text(
                        left + 42 * j + 18,
                        BOTTOM - height - 5,
                        "",
                        "middle",
                        format("%.2f", both.get(j).share()));
            }
            text(left + 39, BOTTOM + 18, "", "middle", BenchReport.review(review));
        }
        line("axis", BARS_LEFT, BOTTOM, BARS_RIGHT, BOTTOM);
        key("a", BARS_LEFT + 60, "/validate");
        key("b", BARS_LEFT + 170, "/mutate");
        if (http.isEmpty()) {
            text((BARS_LEFT + BARS_RIGHT) / 2.0, 200, "note", "middle", "not measured: needs wrk");
        }
    }

    private void key(String style, double x, String label) {
        svg.append(format("<rect class=\"%s\" x=\"%.0f\" y=\"362\" width=\"12\" height=\"12\"/>%n", style, x));
        text(x + 18, 373, "", "start", label);
    }

    private void lines(List<Curve> curves) {
        text(
                LINES_LEFT - 50,
                24,
                "title",
                "start",
                "CPU time of one review, for " + curves.size() + " shapes that grow");
        text(LINES_LEFT - 50, 43, "note", "start", "milliseconds over bytes, both logarithmic");
        String[] millis = {"0.01", "0.1", "1", "10", "100", "1,000"};
        for (int i = 0; i < millis.length; i++) {
            double y = y(LEAST_MICROS * Math.pow(10, i));
            line("grid", LINES_LEFT, y, LINES_RIGHT, y);
            text(LINES_LEFT - 8, y + 4, "note", "end", millis[i]);
        }
        for (int i = 0; i <= 10; i += 2) {
            int kib = 8 << i;
            double x = x(kib * 1024.0);
            line("grid", x, TOP, x, BOTTOM);
            text(x, BOTTOM + 18, "", "middle", kib < 1024 ? kib + " KiB" : kib / 1024 + " MiB");
        }
        for (Curve curve : curves) {
            List<Point> compared = curve.points(false);
            List<Point> limited = new ArrayList<>(curve.points(true));
            path("line", compared, curve.label());
            if (!compared.isEmpty() && !limited.isEmpty()) {
                limited.add(0, compared.get(compared.size() - 1));
            }
            path("limit", limited, curve.label());
        }
        path(
                "linear",
                List.of(
                        new Point((int) LEAST_BYTES, LEAST_MICROS * 10, false),
                        new Point((int) MOST_BYTES, LEAST_MICROS * 10 * 2048, false)),
                "linear");
        line("axis", LINES_LEFT, BOTTOM, LINES_RIGHT, BOTTOM);
        mark("line", LINES_LEFT + 10, "compared");
        mark("limit", LINES_LEFT + 125, "a limit answers");
        mark("linear", LINES_LEFT + 280, "linear growth");
    }

    private void mark(String style, double x, String label) {
        line(style, x, 368, x + 28, 368);
        text(x + 35, 373, "", "start", label);
    }

    private void path(String style, List<Point> points, String label) {
        if (points.size() < 2) {
            return;
        }
        StringBuilder path = new StringBuilder();
        points.stream()
                .sorted(Comparator.comparingInt(Point::bytes))
                .forEach(point -> path.append(path.isEmpty() ? "M" : " L")
                        .append(format("%.1f,%.1f", x(point.bytes()), y(point.micros()))));
        svg.append(format("<path class=\"%s\" d=\"%s\"><title>%s</title></path>%n", style, path, label));
    }

    private static double x(double bytes) {
        double share = Math.log(bytes / LEAST_BYTES) / Math.log(MOST_BYTES / LEAST_BYTES);
        return LINES_LEFT + (LINES_RIGHT - LINES_LEFT) * Math.min(1, Math.max(0, share));
    }

    private static double y(double micros) {
        double share = Math.log(micros / LEAST_MICROS) / Math.log(MOST_MICROS / LEAST_MICROS);
        return BOTTOM - (BOTTOM - TOP) * Math.min(1, Math.max(0, share));
    }

    private void line(String style, double x1, double y1, double x2, double y2) {
        svg.append(format(
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n", style, x1, y1, x2, y2));
    }

    private void text(double x, double y, String style, String anchor, String text) {
        svg.append(format(
                "<text class=\"%s\" x=\"%.0f\" y=\"%.0f\" text-anchor=\"%s\">%s</text>%n",
                style, x, y, anchor, text.replace("&", "&amp;").replace("<", "&lt;")));
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format.replace("%n", "\n"), values);
    }
}
