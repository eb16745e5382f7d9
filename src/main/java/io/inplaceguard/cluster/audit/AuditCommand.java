package io.inplaceguard.cluster.audit;

import io.inplaceguard.check.ClusterOptions;
import io.inplaceguard.check.InputException;
import io.inplaceguard.check.RuleOptions;
import io.inplaceguard.cluster.ApiException;
import io.inplaceguard.cluster.KubeApi;
import io.inplaceguard.cluster.OpenKruiseReader;
import io.inplaceguard.cluster.Progress;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code audit}: what is already wrong in a live cluster. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description = "Lists what is wrong in a cluster with in-place updates, the worst first. Changes nothing.",
        footer = {
            "",
            "Needs list on OpenKruise's workloads, pods, namespaces, webhook configurations and endpointslices, and get on"
                    + " controllerrevisions, the webhook's Secret and the Deployments of the webhook and of OpenKruise. What"
                    + " may not be read is left out and reported.",
            "Exit status: 0 no findings; 1 findings; 2 the cluster could not be read.",
            "",
            "Examples:",
            "  " + ClusterOptions.PROGRAM + " audit -A",
            "  " + ClusterOptions.PROGRAM + " audit -n prod -o json --fail-on=error",
        })
public final class AuditCommand implements Callable<Integer> {

    private static final int FOUND = 1;
    private static final int UNREADABLE = 2;

    /** The formats of an audit. */
    enum Output {
        TEXT,
        JSON,
        SARIF
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private ClusterOptions cluster;

    @Mixin
    private RuleOptions rules;

    @Option(
            names = {"-A", "--all-namespaces"},
            description = "all namespaces, and the guard itself")
    private boolean all;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "text",
            description = "text, json or sarif (${DEFAULT-VALUE})")
    private Output output;

    @Option(
            names = "--fail-on",
            defaultValue = "note",
            description = "the least severity that makes the exit status 1: error, warning or note (${DEFAULT-VALUE})")
    private Finding.Severity failOn;

    @Option(
            names = {"-v", "--verbose"},
            description = "print what is known of OpenKruise to standard error")
    private boolean verbose;

    @Option(names = "--no-color", description = "disable colours; so does the environment variable NO_COLOR")
    private boolean noColor;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        try (Progress progress = Progress.start();
                KubeApi api = KubeApi.connect(cluster)) {
            if (all && cluster.namespace() != null) {
                throw new InputException("Give either --all-namespaces or --namespace.");
            }
            RuleOptions.Profile profile = rules.profile(OpenKruiseReader.read(api, rules.openkruise()));
            if (verbose) {
                err.println(profile.describe());
            }
            Auditor auditor = new Auditor(
                    api, all ? "" : api.namespace(), rules.guard(), profile.profile(), rules.openkruise(), progress);
            List<Finding> findings = auditor.audit();
            progress.end();
            auditor.leftOut().forEach(err::println);
            PrintWriter out = spec.commandLine().getOut();
            out.print(
                    switch (output) {
                        case TEXT -> AuditReport.text(findings, !noColor && Ansi.AUTO.enabled());
                        case JSON -> AuditReport.json(findings, auditor.leftOut());
                        case SARIF -> AuditReport.sarif(findings);
                    });
            out.flush();
            boolean found = findings.stream()
                    .anyMatch(finding -> finding.id().severity().compareTo(failOn) <= 0);
            return found ? FOUND : auditor.isIncomplete() ? UNREADABLE : 0;
        } catch (InputException | ApiException e) {
            err.println(e.getMessage());
            return UNREADABLE;
        }
    }
}
