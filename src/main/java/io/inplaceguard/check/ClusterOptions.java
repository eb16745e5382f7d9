package io.inplaceguard.check;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that select a cluster, by kubectl's names. */
public final class ClusterOptions {

    /** How the user calls this program, in the examples of a help text: by the jar, or by the kubectl plugin. */
    public static final String PROGRAM = "${sys:inplace-guard.command:-java -jar inplace-guard.jar}";

    @Option(names = "--kubeconfig", paramLabel = "FILE", description = "kubeconfig file (KUBECONFIG or ~/.kube/config)")
    private @Nullable Path kubeconfig;

    @Option(names = "--context", paramLabel = "NAME", description = "context of the kubeconfig (the current one)")
    private @Nullable String context;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAME",
            description = "namespace of manifests that name none")
    private @Nullable String namespace;

    /** The kubeconfig file; null for kubectl's default. */
    public @Nullable Path kubeconfig() {
        return kubeconfig;
    }

    /** The context; null for the current one. */
    public @Nullable String context() {
        return context;
    }

    /** The namespace option; null where it was not given. */
    public @Nullable String namespace() {
        return namespace;
    }
}
