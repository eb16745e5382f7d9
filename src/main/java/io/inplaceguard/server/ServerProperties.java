package io.inplaceguard.server;

import io.inplaceguard.guard.GuardSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * All of {@code inplace-guard.*}.
 *
 * @param maxReviewBytes bodies larger than this are refused with 413
 * @param certs          where the certificate comes from
 * @param resizePolicy   defaults of resizePolicy
 * @param rules          what the rules let through
 * @param exemptions     who is let through
 * @param owners         whether the owners of pods are read
 * @param drain          how long it is served on after SIGTERM
 * @param training       a folder of recorded reviews, which it answers before it ends, to train a class-data or AOT cache;
 *                       empty: it serves
 * @param track    the settings of {@code track}, which may stand in the same file; not looked at here
 */
@ConfigurationProperties(prefix = "inplace-guard", ignoreUnknownFields = false)
record ServerProperties(
        @DefaultValue("20MB") DataSize maxReviewBytes,
        @DefaultValue Certs certs,
        @DefaultValue ClientCa clientCa,
        @DefaultValue ResizePolicy resizePolicy,
        @DefaultValue Rules rules,
        @DefaultValue Exemptions exemptions,
        @DefaultValue Owners owners,
        @DefaultValue("10s") Duration drain,
        @DefaultValue("") String training,
        @DefaultValue Map<String, String> track) {

    /** A certificate must live through a few looks, which are five seconds apart. */
    private static final Duration SHORTEST = Duration.ofSeconds(15);

    /** How the serving pair comes about. */
    enum Mode {
        SELF_SIGNED,
        FILES,
        CLUSTER
    }

    /**
     * @param mode     {@code self-signed} makes a pair in {@code dir} and renews it, {@code files} serves the one there,
     *                 {@code cluster} keeps one in a Secret and has the API server trust it
     * @param dir      the certificate folder
     * @param dnsNames names of the self-signed certificate besides localhost, 127.0.0.1 and ::1; all names of the one in a
     *                 cluster
     * @param namespace     of the Secret, in mode {@code cluster}
     * @param secret        its name
     * @param configuration the name of both webhook configurations
     * @param leafLifetime  in mode {@code cluster}: of a serving certificate, renewed at two thirds of it
     * @param caLifetime    in mode {@code cluster}: of a CA, replaced at two thirds of it
     * @param settle        in mode {@code cluster}: how long API servers get to read a new caBundle before it is relied on
     * @param patience      in mode {@code cluster}: after how long a replica is held to be gone that has not said that it
     *                      serves by the new CA; the old one is dropped then
     */
    record Certs(
            @DefaultValue("self-signed") Mode mode,
            @DefaultValue("certs") String dir,
            @DefaultValue List<String> dnsNames,
            @DefaultValue("inplace-guard") String namespace,
            @DefaultValue("inplace-guard-certs") String secret,
            @DefaultValue("inplace-guard") String configuration,
            @DefaultValue("90d") Duration leafLifetime,
            @DefaultValue("730d") Duration caLifetime,
            @DefaultValue("10s") Duration settle,
            @DefaultValue("24h") Duration patience) {
        Certs {
            if (leafLifetime.compareTo(SHORTEST) < 0) {
                throw new IllegalArgumentException("inplace-guard.certs.leaf-lifetime is " + leafLifetime.toSeconds()
                        + "s; write " + SHORTEST.toSeconds() + "s or more");
            }
            if (leafLifetime.compareTo(caLifetime) > 0) {
                throw new IllegalArgumentException(
                        "inplace-guard.certs.leaf-lifetime is longer than .ca-lifetime, whose end it cannot outlive; write a shorter one");
            }
        }
    }

    /** Whether clients show a certificate. */
    enum ClientMode {
        OFF,
        OPTIONAL,
        REQUIRED
    }

    /**
     * @param mode     {@code optional} lets those through that show none
     * @param file     the CA of clients, PEM; several certificates while one replaces another
     * @param subjects CNs, DNS names, addresses or URIs that are let through; none: whoever that CA has signed
     */
    record ClientCa(
            @DefaultValue("off") ClientMode mode,
            @DefaultValue("") String file,
            @DefaultValue List<String> subjects) {
        ClientCa {
            if (mode != ClientMode.OFF && file.isEmpty()) {
                throw new IllegalArgumentException(
                        "inplace-guard.client-ca.file is empty; name the file with the CA of clients");
            }
        }
    }

    /** {@code NotRequired} or {@code RestartContainer}, by resource. */
    record ResizePolicy(
            @DefaultValue("NotRequired") String cpu,
            @DefaultValue("NotRequired") String memory) {
        ResizePolicy {
            oneOf("inplace-guard.resize-policy.cpu", cpu, "NotRequired", "RestartContainer");
            oneOf("inplace-guard.resize-policy.memory", memory, "NotRequired", "RestartContainer");
        }
    }

    /** {@code deny} or {@code allow} changes of template labels and annotations. */
    record Rules(@DefaultValue("deny") String templateMetadata) {
        Rules {
            oneOf("inplace-guard.rules.template-metadata", templateMetadata, "deny", "allow");
        }
    }

    /** Exact usernames and groups. */
    record Exemptions(
            @DefaultValue List<String> usernames,
            @DefaultValue List<String> groups) {}

    /** @param enabled reads the strategies of workloads from the API server, so that their pods are held to them; off by default */
    record Owners(@DefaultValue("false") boolean enabled) {}

    private static void oneOf(String property, String value, String... legal) {
        if (!Set.of(legal).contains(value)) {
            throw new IllegalArgumentException(property + " is \"" + value + "\"; write " + String.join(" or ", legal));
        }
    }

    private static GuardSettings.ResizePolicyDefault policy(String word) {
        return word.equals("NotRequired")
                ? GuardSettings.ResizePolicyDefault.NOT_REQUIRED
                : GuardSettings.ResizePolicyDefault.RESTART_CONTAINER;
    }

    GuardSettings settings() {
        return GuardSettings.DEFAULTS
                .withResizePolicy(policy(resizePolicy.cpu()), policy(resizePolicy.memory()))
                .withTemplateMetadata(
                        rules.templateMetadata().equals("allow")
                                ? GuardSettings.TemplateMetadata.ALLOW
                                : GuardSettings.TemplateMetadata.DENY)
                .withExemptions(exemptions.usernames(), exemptions.groups());
    }
}
