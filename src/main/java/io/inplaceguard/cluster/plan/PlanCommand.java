package io.inplaceguard.cluster.plan;

import io.inplaceguard.check.ClusterOptions;
import io.inplaceguard.check.InputException;
import io.inplaceguard.check.ManifestObject;
import io.inplaceguard.check.ManifestReader;
import io.inplaceguard.check.RuleOptions;
import io.inplaceguard.check.report.ObjectIdentity;
import io.inplaceguard.cluster.ApiException;
import io.inplaceguard.cluster.KubeApi;
import io.inplaceguard.cluster.OpenKruiseReader;
import io.inplaceguard.cluster.Progress;
import io.inplaceguard.cluster.Workloads;
import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.OpenKruiseProfile;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code plan -f FILE}: what applying the manifests would do to which pods, asked of a live cluster. */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what applying manifests would do to which pods. Reads the cluster and sends server-side dry runs;"
                    + " changes nothing."
        },
        footer = {
            "",
            "Needs get and patch (dry run) on the objects, list on pods, get on nodes. What may not be read is left out"
                    + " and reported.",
            "Exit status: 0 nothing denied; 1 something denied; 2 something could not be planned.",
            "",
            "Examples:",
            "  " + ClusterOptions.PROGRAM + " plan -f web.yaml",
            "  " + ClusterOptions.PROGRAM + " plan -R -f deploy/ -n prod",
            "  kustomize build overlays/prod | " + ClusterOptions.PROGRAM + " plan -f - -o json",
        })
public final class PlanCommand implements Callable<Integer> {

    private static final int DENIED = 1;
    private static final int UNDECIDED = 2;

    /** The formats of a plan. */
    enum Output {
        TEXT,
        JSON
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private ClusterOptions cluster;

    @Mixin
    private RuleOptions rules;

    @Option(
            names = {"-f", "--filename"},
            required = true,
            paramLabel = "FILE",
            description = "a file, a folder, or - for standard input; may be repeated")
    private List<String> inputs = List.of();

    @Option(
            names = {"-R", "--recursive"},
            description = "read the folders inside a folder as well")
    private boolean recursive;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "text",
            description = "text or json (${DEFAULT-VALUE})")
    private Output output;

    @Option(names = "--server-side", description = "plan kubectl apply --server-side --force-conflicts")
    private boolean serverSide;

    @Option(
            names = "--field-manager",
            paramLabel = "NAME",
            defaultValue = "kubectl",
            description = "field manager of --server-side (${DEFAULT-VALUE})")
    private String fieldManager;

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
            List<Plan> plans = plans(api, progress, err);
            progress.end();
            PrintWriter out = spec.commandLine().getOut();
            out.print(
                    output == Output.JSON
                            ? PlanJson.of(plans)
                            : new PlanText(!noColor && Ansi.AUTO.enabled()).of(plans));
            out.flush();
            if (plans.isEmpty()) {
                err.println("Nothing to plan: the manifests have no OpenKruise workload and no Pod.");
                return UNDECIDED;
            }
            PlanSummary summary = PlanSummary.of(plans);
            return summary.failed() > 0 ? UNDECIDED : summary.denied() > 0 ? DENIED : 0;
        } catch (InputException | ApiException e) {
            err.println(e.getMessage());
            return UNDECIDED;
        }
    }

    private OpenKruiseProfile profile(KubeApi api, PrintWriter err) {
        RuleOptions.Profile profile = rules.profile(OpenKruiseReader.read(api, rules.openkruise()));
        if (verbose) {
            err.println(profile.describe());
        }
        return profile.profile();
    }

    private List<Plan> plans(KubeApi api, Progress progress, PrintWriter err) {
        GuardSettings settings = rules.guard();
        Map<ObjectIdentity, ManifestObject> manifests = new LinkedHashMap<>();
        ManifestReader reader = new ManifestReader(System.in, api.namespace(), err::println);
        inputs.forEach(input -> manifests.putAll(reader.read(input, recursive)));
        List<ManifestObject> governed = manifests.values().stream()
                .filter(each -> Workloads.isGoverned(
                        each.identity().group(), each.identity().kind(), settings.kinds()))
                .toList();
        Planner planner = new Planner(api, new DryRun(api, serverSide, fieldManager), settings, profile(api, err));
        List<Plan> plans = new ArrayList<>();
        for (ManifestObject manifest : governed) {
            progress.show("%d of %d: %s".formatted(plans.size() + 1, governed.size(), manifest.identity()));
            plans.add(planner.plan(manifest));
        }
        return plans;
    }
}
