package io.inplaceguard.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the parts of {@code make bench} left in their folder. A part that did not run left no rows. */
record BenchResults(
        List<Http> http, List<Decided> decided, List<Started> started, List<Memory> memory, List<Curve> growth) {

    /** Requests a second of the guard and of a servlet that does nothing, and their 99th percentiles in ms. */
    record Http(String review, int bytes, String path, double guard, double noop, double guardP99, double noopP99) {
        double share() {
            return guard / noop;
        }
    }

    /** Microseconds to decode and decide. */
    record Decided(String review, String path, double micros) {}

    record Started(String jdk, String what, String mode, int median, int lowest, int highest) {}

    record Memory(String jdk, String what, String load, int rss, int highest, int limit) {}

    /** One size of a shape. */
    record Point(int bytes, double micros, boolean limited) {}

    /** All sizes of a shape. */
    record Curve(String label, String path, List<Point> points) {

        List<Point> points(boolean limited) {
            return points.stream().filter(point -> point.limited() == limited).toList();
        }

        /** The exponent of time over bytes by least squares of the logarithms; NaN where there are too few points. */
        static double exponent(List<Point> points) {
            if (points.size() < 3) {
                return Double.NaN;
            }
            double[] x = points.stream()
                    .mapToDouble(point -> Math.log(point.bytes()))
                    .toArray();
            double[] y = points.stream()
                    .mapToDouble(point -> Math.log(Math.max(1, point.micros())))
                    .toArray();
            double meanX = java.util.Arrays.stream(x).average().orElse(0);
            double meanY = java.util.Arrays.stream(y).average().orElse(0);
            double above = 0;
            double below = 0;
            for (int i = 0; i < x.length; i++) {
                above += (x[i] - meanX) * (y[i] - meanY);
                below += (x[i] - meanX) * (x[i] - meanX);
            }
            return above / below;
        }
    }

    static BenchResults read(Path folder) throws IOException {
        Map<String, Curve> curves = new LinkedHashMap<>();
        for (String[] row : rows(folder.resolve("growth.tsv"), "\t")) {
            curves.computeIfAbsent(row[0] + row[1], key -> new Curve(row[0], row[1], new ArrayList<>()))
                    .points()
                    .add(new Point(Integer.parseInt(row[2]), number(row[3]), row[5].equals("limit")));
        }
        return new BenchResults(
                http(rows(folder.resolve("http.tsv"), "\t")),
                // "Benchmark","Mode","Threads","Samples","Score","Score Error (99.9%)","Unit","Param: path","Param:
                // review"
                rows(folder.resolve("jmh.csv"), ",").stream()
                        .filter(row -> !row[0].equals("Benchmark"))
                        .map(row -> new Decided(row[8], row[7], number(row[4])))
                        .toList(),
                rows(folder.resolve("start.tsv"), "\t").stream()
                        .map(row -> new Started(
                                row[0],
                                row[1],
                                row[2],
                                Integer.parseInt(row[3]),
                                Integer.parseInt(row[4]),
                                Integer.parseInt(row[5])))
                        .toList(),
                rows(folder.resolve("memory.tsv"), "\t").stream()
                        .map(row -> new Memory(
                                row[0],
                                row[1],
                                row[2],
                                Integer.parseInt(row[3]),
                                Integer.parseInt(row[4]),
                                Integer.parseInt(row[5])))
                        .toList(),
                List.copyOf(curves.values()));
    }

    private static List<Http> http(List<String[]> rows) {
        Map<String, String[]> noop = new LinkedHashMap<>();
        List<Http> found = new ArrayList<>();
        for (String[] row : rows) {
            if (row[2].equals("/noop")) {
                noop.put(row[0], row);
            } else {
                String[] base = noop.get(row[0]);
                found.add(new Http(
                        row[0],
                        Integer.parseInt(row[1]),
                        row[2],
                        number(row[3]),
                        number(base[3]),
                        number(row[4]),
                        number(base[4])));
            }
        }
        return found;
    }

    private static double number(String text) {
        return Double.parseDouble(text);
    }

    private static List<String[]> rows(Path file, String separator) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        return Files.readAllLines(file).stream()
                .map(line -> line.replace("\"", "").split(separator, -1))
                .toList();
    }
}
