package io.inplaceguard.certs;

import io.inplaceguard.certs.CertificateAuthority.Authority;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code certs --out DIR [--dns NAME]...}: a CA and a serving pair. */
@Command(
        name = "certs",
        mixinStandardHelpOptions = true,
        description = "Makes a CA and a serving pair: ca.crt, ca.key, tls.crt, tls.key. See also: certs verify.",
        subcommands = VerifyCommand.class,
        footer = {
            "",
            "Examples:",
            "  java -jar inplace-guard.jar certs --out certs",
            "  java -jar inplace-guard.jar certs --out certs --dns inplace-guard.prod.svc --dns 10.0.0.7",
            "  java -jar inplace-guard.jar certs verify --dir certs https://localhost:8443",
        })
public final class CertsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(names = "--out", paramLabel = "DIR", description = "the folder to write to; required")
    private @Nullable Path out;

    @Option(
            names = "--dns",
            paramLabel = "NAME",
            description = "a DNS name or IP address besides localhost; may be repeated")
    private List<String> names = List.of();

    @Option(names = "--days", defaultValue = "90", description = "how long the serving pair lives (${DEFAULT-VALUE})")
    private int days;

    @Option(names = "--ca-days", defaultValue = "730", description = "how long the CA lives (${DEFAULT-VALUE})")
    private int authorityDays;

    @Option(names = "--force", description = "replace a pair that is there")
    private boolean force;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        if (out == null) {
            err.println("Give --out DIR, the folder to write to.");
            return 2;
        }
        if (days < 1 || authorityDays < days) {
            err.println("--days must be at least 1, and --ca-days at least as many: a pair cannot outlive its CA.");
            return 2;
        }
        if (!force && Files.exists(out.resolve(CertificateDirectory.KEY))) {
            err.println(
                    out.resolve(CertificateDirectory.KEY) + " exists. Use --force to replace it, or another --out.");
            return 2;
        }
        try {
            make(out, spec.commandLine().getOut());
            return 0;
        } catch (CertificateException e) {
            err.println(e.getMessage());
            return 2;
        }
    }

    private void make(Path out, PrintWriter print) {
        List<String> all = new ArrayList<>(List.of("localhost", "127.0.0.1", "::1"));
        all.addAll(names);
        Instant now = Instant.now();
        Authority authority = CertificateAuthority.authority(now, Duration.ofDays(authorityDays));
        ServingCertificate pair = CertificateAuthority.pair(authority, all, now, Duration.ofDays(days));
        new CertificateDirectory(out).write(authority, pair);
        print.println("wrote " + out.resolve(CertificateDirectory.CA_CERTIFICATE) + ", "
                + out.resolve(CertificateDirectory.CERTIFICATE) + " and, readable by you alone, "
                + out.resolve(CertificateDirectory.KEY) + " and " + out.resolve(CertificateDirectory.CA_KEY));
        print.println("for " + String.join(", ", all) + ", valid until " + pair.notAfter());
        print.println(
                "next: java -jar inplace-guard.jar serve --inplace-guard.certs.mode=files --inplace-guard.certs.dir="
                        + out);
        print.println("caBundle: base64 -w0 < " + out.resolve(CertificateDirectory.CA_CERTIFICATE));
        print.flush();
    }
}
