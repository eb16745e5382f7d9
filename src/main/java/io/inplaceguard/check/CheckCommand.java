package io.inplaceguard.check;

import io.inplaceguard.admission.AdmissionHandler;
import io.inplaceguard.check.report.ObjectIdentity;
import io.inplaceguard.check.report.ReportFormat;
import io.inplaceguard.check.report.Result;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OwnerStrategies;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code check OLD NEW}: the webhook's verdict offline, for manifests in Git. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Checks the update from OLD to NEW against the webhook's rules, without a cluster.",
        footer = {
            "",
            "Exit status: 0 nothing denied; 1 something denied; 2 could not decide; 3 something warned, with --fail-on=warn.",
            "",
            "Examples:",
            "  " + ClusterOptions.PROGRAM + " check old.yaml new.yaml",
            "  " + ClusterOptions.PROGRAM + " check base/ overlay/ -o github --fail-on=warn",
            "  git show origin/main:web.yaml | " + ClusterOptions.PROGRAM + " check - web.yaml",
            "  " + ClusterOptions.PROGRAM + " check --review review.json -o json",
            "  " + ClusterOptions.PROGRAM + " check --cluster web.yaml -n prod",
            "  " + ClusterOptions.PROGRAM + " check --openkruise-vertical-scaling=disabled old.yaml new.yaml",
        })
public final class CheckCommand implements Callable<Integer> {

    private static final int DENIED = 1;
    private static final int UNDECIDED = 2;
    private static final int WARNED = 3;

    /** What makes the exit status other than 0. */
    enum FailOn {
        DENY,
        WARN
    }

    private final Function<ClusterOptions, LiveCluster> connect;

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..2",
            paramLabel = "OLD NEW",
            description = "a file, a folder, or - for standard input; YAML or JSON")
    private List<String> inputs = List.of();

    @Option(names = "--review", paramLabel = "FILE", description = "replay a recorded AdmissionReview instead")
    private @Nullable Path review;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "text",
            description = "text, json, junit, github or sarif (${DEFAULT-VALUE})")
    private ReportFormat output;

    @Option(
            names = "--fail-on",
            defaultValue = "deny",
            description = "deny, or warn: warnings make the exit status 3 (${DEFAULT-VALUE})")
    private FailOn failOn;

    @Mixin
    private RuleOptions rules;

    @Option(names = "--cluster", description = "take OLD from the cluster; only NEW is given")
    private boolean live;

    @Mixin
    private ClusterOptions cluster;

    @Option(names = "--allow-empty", description = "succeed when there is nothing to compare")
    private boolean allowEmpty;

    @Option(
            names = {"-q", "--quiet"},
            description = "print only denied objects")
    private boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            description = "print what is assumed about OpenKruise to standard error")
    private boolean verbose;

    @Option(names = "--no-color", description = "disable colours; so does the environment variable NO_COLOR")
    private boolean noColor;

    /** @param connect opens the cluster that {@code --cluster} selects */
    public CheckCommand(Function<ClusterOptions, LiveCluster> connect) {
        this.connect = connect;
    }

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        try {
            List<Result> results = review != null ? replayed(review, err) : live ? comparedLive(err) : compared(err);
            Result.Summary summary = Result.Summary.of(results);
            PrintWriter out = spec.commandLine().getOut();
            out.print(output.of(results, quiet, !noColor && Ansi.AUTO.enabled()));
            out.flush();
            if (summary.checked() == 0 && !allowEmpty) {
                err.println("Nothing to check: no object is in both OLD and NEW. Use --allow-empty to accept that.");
                return UNDECIDED;
            }
            return summary.denied() > 0 ? DENIED : summary.warned() > 0 && failOn == FailOn.WARN ? WARNED : 0;
        } catch (InputException e) {
            err.println(e.getMessage());
            return UNDECIDED;
        }
    }

    private List<Result> compared(PrintWriter err) {
        if (inputs.size() != 2) {
            throw new InputException("Give OLD and NEW, or a recorded review with --review. See check --help.");
        }
        if (inputs.get(0).equals("-") && inputs.get(1).equals("-")) {
            throw new InputException("Only one of OLD and NEW can be standard input. Use a file for the other.");
        }
        String namespace = cluster.namespace();
        ManifestReader reader = reader(namespace == null ? "" : namespace, err);
        Map<ObjectIdentity, ManifestObject> before = reader.read(inputs.get(0));
        Map<ObjectIdentity, ManifestObject> after = reader.read(inputs.get(1));
        return new ManifestChecker(guard(null, err)).check(before, after);
    }

    private List<Result> comparedLive(PrintWriter err) {
        if (inputs.size() != 1) {
            throw new InputException("With --cluster give NEW alone; OLD is the live object.");
        }
        try (LiveCluster opened = connect.apply(cluster)) {
            Map<ObjectIdentity, ManifestObject> after =
                    reader(opened.namespace(), err).read(inputs.get(0));
            Map<ObjectIdentity, ManifestObject> before = new LinkedHashMap<>();
            after.forEach((identity, wanted) ->
                    opened.stored().apply(wanted).ifPresent(stored -> before.put(identity, stored)));
            Guard guard = guard(opened.profile().apply(rules.openkruise()), err);
            return ManifestChecker.ofLive(guard).check(before, after);
        }
    }

    private ManifestReader reader(String namespace, PrintWriter err) {
        return new ManifestReader(System.in, namespace, quiet ? note -> {} : err::println);
    }

    private Guard guard(@Nullable OpenKruiseProfile shown, PrintWriter err) {
        RuleOptions.Profile profile = rules.profile(shown);
        if (verbose) {
            err.println(profile.describe());
        }
        return new Guard(rules.guard(), OwnerStrategies.UNKNOWN, profile::profile);
    }

    private List<Result> replayed(Path file, PrintWriter err) {
        if (!inputs.isEmpty()) {
            throw new InputException("Give either OLD and NEW or --review, not both.");
        }
        try {
            AdmissionHandler.Replay replay =
                    new AdmissionHandler(rules.guard(), guard(null, err)).replay(Files.readAllBytes(file));
            ObjectIdentity identity =
                    new ObjectIdentity(replay.group(), replay.kind(), replay.namespace(), replay.name());
            List<Result.Located> violations = replay.verdict().violations().stream()
                    .map(violation -> new Result.Located(violation, 1))
                    .toList();
            return List.of(new Result(
                    identity, file.toString(), 1, violations, replay.verdict().warnings(), List.of(), ""));
        } catch (IOException e) {
            throw new InputException(file + " cannot be read. --review takes a file with an AdmissionReview.");
        } catch (IllegalArgumentException e) {
            throw new InputException(file + ": " + e.getMessage());
        }
    }
}
