package io.inplaceguard;

import io.inplaceguard.certs.CertsCommand;
import io.inplaceguard.check.CheckCommand;
import io.inplaceguard.check.ExplainCommand;
import io.inplaceguard.cluster.ClusterReader;
import io.inplaceguard.cluster.audit.AuditCommand;
import io.inplaceguard.cluster.plan.PlanCommand;
import io.inplaceguard.policy.PolicyCommand;
import io.inplaceguard.server.ServerConfiguration;
import io.inplaceguard.server.SmokeCommand;
import io.inplaceguard.tracker.TrackerConfiguration;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Picks the command. It must know it before Spring is touched: only {@code serve} and {@code track} pay for Spring. */
@Command(
        name = "inplace-guard",
        mixinStandardHelpOptions = true,
        versionProvider = BuildVersion.class,
        description = "A Kubernetes admission webhook that keeps in-place updates in place.",
        subcommands = {
            CheckCommand.class,
            PlanCommand.class,
            AuditCommand.class,
            ExplainCommand.class,
            CertsCommand.class,
            SmokeCommand.class,
            PolicyCommand.class,
            CompletionCommand.class,
            CompleteCommand.class
        },
        footer = {
            "",
            "  serve   the HTTPS admission webhook, also when no command is given; takes Spring properties as --key=value",
            "  track   the resize tracker, a controller; takes Spring properties as --key=value",
            "",
            "Examples:",
            "  java -jar inplace-guard.jar serve --server.port=9443 --inplace-guard.certs.dir=certs",
            "  java -jar inplace-guard.jar track --inplace-guard.track.lease-namespace=inplace-guard",
            "  java -jar inplace-guard.jar check old.yaml new.yaml",
            "  java -jar inplace-guard.jar certs --out certs --dns inplace-guard.prod.svc",
        })
public final class InplaceGuard implements Runnable {

    private static final int UNEXPECTED = 2;
    private static final List<String> OTHERS = List.of("certs", "-h", "--help", "-V", "--version");

    /** The system property that the kubectl plugin sets: how the user calls this program. */
    private static final String NAME = "inplace-guard.command";

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    public static void main(String[] args) {
        if (System.getProperty(NAME) != null) {
            // The plugin has no server: without a command it prints its help.
            System.exit(commandLine().execute(args));
        }
        boolean serve =
                args.length == 0 || args[0].equals("serve") || (args[0].startsWith("--") && !OTHERS.contains(args[0]));
        boolean track = !serve && args[0].equals("track");
        if (!serve && !track) {
            System.exit(commandLine().execute(args));
        }
        boolean named = track || (args.length > 0 && args[0].equals("serve"));
        List<String> rest = Arrays.asList(args).subList(named ? 1 : 0, args.length);
        if (rest.contains("--help") || rest.contains("-h")) {
            System.exit(commandLine().execute("--help"));
        }
        if (track) {
            TrackerConfiguration.track(rest.toArray(String[]::new));
        } else if (ServerConfiguration.serve(rest.toArray(String[]::new))) {
            // One cache for both commands: the image has one.
            TrackerConfiguration.train(rest.toArray(String[]::new));
            System.exit(0);
        }
    }

    /** All commands but serve and track. */
    static CommandLine commandLine() {
        CommandLine commandLine =
                new CommandLine(new InplaceGuard(), InplaceGuard::create).setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExecutionExceptionHandler((exception, command, result) -> unexpected(exception, command));
        String plugin = System.getProperty(NAME);
        if (plugin != null) {
            commandLine.setCommandName(plugin);
            commandLine
                    .getCommandSpec()
                    .usageMessage()
                    .footer("", "Examples:", "  " + plugin + " audit -A", "  " + plugin + " plan -f web.yaml");
        }
        return commandLine;
    }

    /** A stack trace and the message of an exception may show values; the class and where it was thrown do not. */
    private static int unexpected(Exception exception, CommandLine command) {
        StackTraceElement[] trace = exception.getStackTrace();
        command.getErr()
                .println("Internal error: " + exception.getClass().getName()
                        + (trace.length == 0 ? "" : " at " + trace[0]) + ". Please report it with this line.");
        return UNEXPECTED;
    }

    private static <K> K create(Class<K> command) throws Exception {
        return command == CheckCommand.class
                ? command.cast(new CheckCommand(ClusterReader::open))
                : CommandLine.defaultFactory().create(command);
    }

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }
}
