package io.inplaceguard;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code complete}: the candidates for the last word of a command line, in the form that kubectl asks a plugin for. */
@Command(name = "complete", hidden = true)
final class CompleteCommand implements Runnable {

    /** Cobra's ShellCompDirectiveNoFileComp and ShellCompDirectiveDefault: the shell completes files. */
    private static final String NO_FILES = ":4";

    private static final String FILES = ":0";

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..*", description = "the words so far, the last one incomplete")
    private List<String> words = List.of();

    @Override
    public void run() {
        List<String> line = words.isEmpty() ? List.of("") : words;
        int last = line.size() - 1;
        List<CharSequence> found = new ArrayList<>();
        // Position 0, because picocli compares prefixes case-sensitively and cuts them off.
        AutoComplete.complete(
                InplaceGuard.commandLine().getCommandSpec(), line.toArray(String[]::new), last, 0, 0, found);
        TreeSet<String> candidates = new TreeSet<>();
        for (CharSequence each : found) {
            // Values of enums are accepted in any case, and written in lower case everywhere else.
            String candidate = each.toString().toLowerCase(Locale.ROOT);
            // A short option has a long one beside it, which can be read.
            boolean isShort = candidate.matches("-[a-z]") && !line.get(last).equals("-");
            if (candidate.startsWith(line.get(last)) && !isShort) {
                candidates.add(candidate);
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        candidates.forEach(out::println);
        out.println(candidates.isEmpty() ? FILES : NO_FILES);
        out.flush();
    }
}
