package io.inplaceguard;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code completion}: picocli's completion script, for those who call the plugin's executable by its own name. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = {
            "Prints a completion script for bash and zsh.",
            "It completes kubectl-inplace. For kubectl inplace put kubectl_complete-inplace on the PATH instead: kubectl's own"
                    + " completion calls it."
        },
        footer = {"", "Example:", "  source <(kubectl-inplace completion)"})
final class CompletionCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine()
                .getOut()
                .print(AutoComplete.bash("kubectl-inplace", spec.root().commandLine()));
        spec.commandLine().getOut().flush();
    }
}
