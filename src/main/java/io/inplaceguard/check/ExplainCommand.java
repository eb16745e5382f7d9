package io.inplaceguard.check;

import io.inplaceguard.guard.Guard;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code explain RULE}: a rule's section of docs/rules.md. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "Explains a rule or a warning: an example, the message, the reason and what to do.",
        footer = {"", "Example:", "  " + ClusterOptions.PROGRAM + " explain not-in-place"})
public final class ExplainCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    /** For shell completion. */
    static final class RuleIds implements Iterable<String> {

        @Override
        public Iterator<String> iterator() {
            return Guard.allIds().iterator();
        }
    }

    @Parameters(
            paramLabel = "RULE",
            completionCandidates = RuleIds.class,
            description = "the id at the end of a message, with or without its brackets")
    private String rule;

    @Override
    public Integer call() {
        List<String> ids = Guard.allIds();
        String id = rule.replaceAll("^\\[|\\]$", "");
        if (!ids.contains(id)) {
            spec.commandLine().getErr().println("Unknown rule. Known rules: " + String.join(", ", ids) + ".");
            return 2;
        }
        spec.commandLine().getOut().print(section(page(), id));
        spec.commandLine().getOut().flush();
        return 0;
    }

    private static String section(String page, String id) {
        int from = page.indexOf("## " + id + "\n");
        int to = page.indexOf("\n## ", from);
        return page.substring(from, to < 0 ? page.length() : to);
    }

    private static String page() {
        try (InputStream stream = ExplainCommand.class.getResourceAsStream("/docs/rules.md")) {
            return new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
