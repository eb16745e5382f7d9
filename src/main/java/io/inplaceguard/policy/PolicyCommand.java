package io.inplaceguard.policy;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code policy}: prints the fallback policy. */
@Command(
        name = "policy",
        mixinStandardHelpOptions = true,
        description = {
            "Prints a ValidatingAdmissionPolicy with its bindings that enforces the core of InPlaceOnly on CloneSets and advanced "
                    + "StatefulSets without the webhook. It denies nothing that the webhook admits, and less than the webhook "
                    + "denies: images, resources, labels and annotations of the pod template are not compared.",
            "Needs Kubernetes 1.30. The chart renders the same with fallbackPolicy.enabled=true."
        },
        footer = {
            "",
            "The label inplace-guard.io/mode of a namespace selects the mode: enforce denies, warn returns warnings, audit writes "
                    + "to the audit log only, off does nothing.",
            "",
            "Examples:",
            "  java -jar inplace-guard.jar policy | kubectl apply -f -",
            "  java -jar inplace-guard.jar policy --mode off | kubectl apply -f -   # only namespaces with the label",
        })
public final class PolicyCommand implements Callable<Integer> {

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            defaultValue = "enforce",
            description = "mode of namespaces without the label: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private FallbackPolicy.Mode mode = FallbackPolicy.Mode.ENFORCE;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(FallbackPolicy.text(mode));
        out.flush();
        return 0;
    }
}
