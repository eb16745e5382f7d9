package io.inplaceguard.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What a user, an operator or a maintainer reads is written in plain technical English: documentation, chart, scripts, and
 * of the Java sources the comments and string literals.
 */
class LanguageTest {

    /** Phrases that are not used, and what to write instead. */
    private static final Map<String, String> PHRASES = new TreeMap<>(Map.ofEntries(
            Map.entry("told", "reported, logged, returned"),
            Map.entry("tells", "reports, logs, returns"),
            Map.entry("says", "reports, states, shows"),
            Map.entry("anew", "again, recreate"),
            Map.entry("whoever", "anyone who, the client that"),
            Map.entry("held to", "enforced"),
            Map.entry("held against", "compared with"),
            Map.entry("goes before", "takes precedence over"),
            Map.entry("comes? about", "is created, can come from"),
            Map.entry("looked at", "checked, read"),
            Map.entry("looked after", "reconciled"),
            Map.entry("for ever", "forever, or how long"),
            Map.entry("is none", "without one, is not a, must be one of"),
            Map.entry("(?<!there )is no (?!longer\\b|more\\b)", "is not a"),
            Map.entry("past mending", "cannot be parsed"),
            Map.entry("strives?", "tries"),
            Map.entry("knows? nothing of", "does not contain"),
            Map.entry("taken away", "removed"),
            Map.entry("served on", "keep serving"),
            Map.entry("at it", "name what is done: is applying it"),
            Map.entry("ends? at once", "stops immediately"),
            Map.entry("let through unseen", "denied without being checked"),
            Map.entry("moreover", "also"),
            Map.entry("going on with", "keeping"),
            Map.entry("standing again", "retrying"),
            Map.entry("leading no more", "stopped leading"),
            Map.entry("looking again", "retrying"),
            Map.entry("these there are", "known rules"),
            Map.entry("by their place", "by index"),
            Map.entry("cannot be asked", "cannot be reached"),
            Map.entry("everyday life", "expected"),
            Map.entry("between two lives", "restarting"),
            Map.entry("serving by", "using, with")));

    private static final Pattern FORBIDDEN = Pattern.compile(
            PHRASES.keySet().stream()
                    .map(phrase -> "\\b" + phrase.replaceAll(" (?!\\))", "[\\\\s*/#|]+"))
                    .map(phrase -> phrase.endsWith(")") ? phrase : phrase + "\\b")
                    .reduce((left, right) -> left + "|" + right)
                    .orElseThrow(),
            Pattern.CASE_INSENSITIVE);

    @Test
    void documents_chart_and_scripts_use_plain_words() {
        List<String> hits = new ArrayList<>();
        for (Path file : documents()) {
            hits.addAll(hits(file, read(file)));
        }
        assertThat(hits).as("file:line phrase").isEmpty();
    }

    @Test
    void comments_and_literals_of_the_sources_use_plain_words() {
        List<String> hits = new ArrayList<>();
        for (Path file : files(Path.of("src/main/java"), ".java")) {
            hits.addAll(hits(file, commentsAndLiterals(read(file))));
        }
        assertThat(hits).as("file:line phrase").isEmpty();
    }

    @Test
    void a_phrase_is_found_across_lines_with_its_line_and_a_better_word() {
        Path file = Path.of("Sample.java");
        assertThat(hits(
                        file,
                        commentsAndLiterals("class A { // first\n/** It is looked\n * at. */ String told = \"a\"; }")))
                .containsExactly("Sample.java:2 \"looked at\"; write: checked, read");
        assertThat(hits(
                        file,
                        commentsAndLiterals("String a = \"the \\\"port\\\" is \"\n + \"no port\"; char c = '\"';")))
                .containsExactly("Sample.java:1 \"is no \"; write: is not a");
        assertThat(hits(file, "there is no port. It is no longer here. Nothing is retold."))
                .isEmpty();
    }

    private static List<String> hits(Path file, String text) {
        List<String> hits = new ArrayList<>();
        Matcher matcher = FORBIDDEN.matcher(text);
        while (matcher.find()) {
            String phrase = matcher.group().replaceAll("[\\s*/#|]+", " ");
            long line = text.substring(0, matcher.start()).lines().count()
                    + (text.substring(0, matcher.start()).endsWith("\n") || matcher.start() == 0 ? 1 : 0);
            hits.add(file + ":" + line + " \"" + phrase + "\"; write: " + better(phrase));
        }
        return hits;
    }

    private static String better(String phrase) {
        return PHRASES.entrySet().stream()
                .filter(entry -> Pattern.compile("\\b" + entry.getKey(), Pattern.CASE_INSENSITIVE)
                        .matcher(phrase)
                        .find())
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("plainer words");
    }

    private static List<Path> documents() {
        List<Path> documents = new ArrayList<>();
        for (String folder :
                List.of(".", "docs", "charts", "certs", ".github", ".ci", "src/demo", "src/dist", "src/bench")) {
            documents.addAll(folder.equals(".") ? topLevel() : files(Path.of(folder), ""));
        }
        documents.addAll(files(Path.of("src/main/resources"), ""));
        return documents;
    }

    private static List<Path> topLevel() {
        try (Stream<Path> files = Files.list(Path.of("."))) {
            return files.map(Path::normalize)
                    .filter(Files::isRegularFile)
                    .filter(file -> file.toString().matches(".*\\.(md|xml)|Makefile|Dockerfile"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> files(Path folder, String suffix) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(suffix))
                    .filter(file -> !file.toString().matches(".*\\.(tgz|png|svg|crt|key|lock|jfc)"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    /** Comments and the contents of literals; code between them becomes a character that no phrase has, lines stay. */
    private static String commentsAndLiterals(String source) {
        StringBuilder text = new StringBuilder(source.length());
        Matcher token = Pattern.compile(
                        "/\\*.*?\\*/|//[^\n]*|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\n])*\"|'(?:\\\\.|[^'\\\\\n])*'",
                        Pattern.DOTALL)
                .matcher(source);
        int end = 0;
        while (token.find()) {
            text.append(code(source.substring(end, token.start())));
            text.append(token.group().replaceAll("\\\\n|[\"']", " "));
            end = token.end();
        }
        return text.append(code(source.substring(end))).toString();
    }

    private static String code(String between) {
        return between.isBlank()
                ? between
                : between.replaceAll("[^\\s+]", "\u0001").replace('+', ' ');
    }
}
