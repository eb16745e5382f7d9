package io.inplaceguard.settings;

import io.inplaceguard.guard.CustomKind;
import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.GuardSettings.ResizePolicyDefault;
import io.inplaceguard.guard.GuardSettings.TemplateMetadata;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * All settings under {@code inplace-guard.*}, the same for {@code serve}, {@code track} and {@code check --config}: one file can
 * serve all three, and each command ignores what it does not use. A value outside its range raises an
 * {@link InvalidSettingException}.
 *
 * @param maxReviewBytes larger request bodies get HTTP 413; 64KB to 64MB
 * @param shutdownDelay  how long to keep serving after SIGTERM; 0s to 10m
 * @param docsUrl        the page that denials point to; the rule's id is its anchor
 * @param training       a folder of recorded reviews: the process answers them and exits, to train a class-data or AOT cache;
 *                       empty: serve
 */
@ConfigurationProperties(prefix = Settings.PREFIX, ignoreUnknownFields = false)
public record Settings(
        @DefaultValue("20MB") DataSize maxReviewBytes,
        @DefaultValue("10s") Duration shutdownDelay,

        @DefaultValue(GuardSettings.DOCS_URL) URI docsUrl,

        @DefaultValue("") String training,
        @DefaultValue Certs certs,
        @DefaultValue ClientCa clientCa,
        @DefaultValue ResizePolicy resizePolicy,
        @DefaultValue OpenKruise openkruise,
        @DefaultValue Rules rules,
        @DefaultValue List<Kind> kinds,
        @DefaultValue Exemptions exemptions,
        @DefaultValue Owners owners,
        @DefaultValue Track track) {

    /** What every name begins with. */
    public static final String PREFIX = "inplace-guard";

    public Settings {
        Limits.between(
                "inplace-guard.max-review-bytes", maxReviewBytes, DataSize.ofKilobytes(64), DataSize.ofMegabytes(64));
        Limits.between("inplace-guard.shutdown-delay", shutdownDelay, Duration.ZERO, Duration.ofMinutes(10));
        if (!"https".equals(docsUrl.getScheme()) && !"http".equals(docsUrl.getScheme())) {
            throw new InvalidSettingException("inplace-guard.docs-url", docsUrl, "an http or https URL");
        }
    }

    /** Where the serving certificate comes from. */
    public enum CertificateMode {
        SELF_SIGNED,
        FILES,
        CLUSTER
    }

    /**
     * {@code inplace-guard.certs.*}
     *
     * @param mode             {@code self-signed} creates CA and certificate in {@code dir} and renews them, {@code files} serves
     *                         the certificate in {@code dir}, {@code cluster} keeps both in a Secret and injects the caBundle
     * @param dir              the certificate directory
     * @param dnsNames         names of a self-signed certificate besides localhost, 127.0.0.1 and ::1; all names in mode cluster
     * @param namespace        mode cluster: namespace of the Secret
     * @param secretName       mode cluster: name of the Secret
     * @param webhookConfigurationName mode cluster: name of both webhook configurations
     * @param leafLifetime     mode cluster: lifetime of a serving certificate, renewed after two thirds; 15s or more
     * @param caLifetime       mode cluster: lifetime of a CA, replaced after two thirds; at least the leaf's
     * @param propagationDelay mode cluster: how long API servers get to read a new caBundle before it is relied on; 0s to 1h
     * @param replicaTimeout   mode cluster: how long to wait for a replica to confirm the new CA before it is ignored; 1s to 30d
     */
    public record Certs(
            @DefaultValue("self-signed") CertificateMode mode,
            @DefaultValue("certs") String dir,
            @DefaultValue List<String> dnsNames,
            @DefaultValue("inplace-guard") String namespace,
            @DefaultValue("inplace-guard-certs") String secretName,
            @DefaultValue("inplace-guard") String webhookConfigurationName,
            @DefaultValue("90d") Duration leafLifetime,
            @DefaultValue("730d") Duration caLifetime,
            @DefaultValue("10s") Duration propagationDelay,
            @DefaultValue("24h") Duration replicaTimeout) {

        /** A certificate must outlive a few reconciliations, which are five seconds apart. */
        private static final Duration MIN_LIFETIME = Duration.ofSeconds(15);

        private static final Duration MAX_LIFETIME = Duration.ofDays(36_500);

        public Certs {
            Limits.between("inplace-guard.certs.ca-lifetime", caLifetime, MIN_LIFETIME, MAX_LIFETIME);
            // A certificate cannot outlive the CA that signed it.
            Limits.between("inplace-guard.certs.leaf-lifetime", leafLifetime, MIN_LIFETIME, caLifetime);
            Limits.between(
                    "inplace-guard.certs.propagation-delay", propagationDelay, Duration.ZERO, Duration.ofHours(1));
            Limits.between(
                    "inplace-guard.certs.replica-timeout", replicaTimeout, Duration.ofSeconds(1), Duration.ofDays(30));
        }
    }

    /** Whether clients present a certificate. */
    public enum ClientMode {
        OFF,
        OPTIONAL,
        REQUIRED
    }

    /**
     * {@code inplace-guard.client-ca.*}
     *
     * @param mode     {@code optional}: a client may present none, but not an invalid one
     * @param file     the CA of clients, PEM; several certificates while one replaces another
     * @param subjects CNs, DNS names, addresses or URIs that are accepted; empty: any certificate signed by that CA
     */
    public record ClientCa(
            @DefaultValue("off") ClientMode mode,
            @DefaultValue("") String file,
            @DefaultValue List<String> subjects) {
        public ClientCa {
            if (mode != ClientMode.OFF && file.isEmpty()) {
                throw new InvalidSettingException(
                        "inplace-guard.client-ca.file",
                        file,
                        "a PEM file with the CA of clients, because inplace-guard.client-ca.mode is not off");
            }
        }
    }

    /** {@code inplace-guard.resize-policy.*}: what {@code /mutate} adds, by resource; {@code none} adds nothing. */
    public record ResizePolicy(
            @DefaultValue("NotRequired") ResizePolicyDefault cpu,
            @DefaultValue("NotRequired") ResizePolicyDefault memory) {}

    /** What is known of a feature gate of OpenKruise; AUTO reads it from the OpenKruise manager's Deployment. */
    public enum GateSetting {
        AUTO,
        ENABLED,
        DISABLED,
        UNKNOWN,
        REFUSED
    }

    /** Whether something is on. */
    public enum Switch {
        ENABLED,
        DISABLED
    }

    /**
     * {@code inplace-guard.openkruise.*}: the OpenKruise of this cluster.
     *
     * @param verticalScaling  gate InPlaceWorkloadVerticalScaling; null: {@code auto} in a cluster, {@code unknown} elsewhere
     * @param templateDefaults whether OpenKruise's webhook writes defaults into templates (gate TemplateNoDefaults is off);
     *                         null: as read where {@code verticalScaling} is {@code auto}, else {@code enabled}
     * @param namespace        of the OpenKruise manager, for {@code auto}
     * @param deployment       the manager's Deployment, for {@code auto}
     */
    public record OpenKruise(
            @Nullable GateSetting verticalScaling,
            @Nullable Switch templateDefaults,
            @DefaultValue("kruise-system") String namespace,
            @DefaultValue("kruise-controller-manager") String deployment) {

        /**
         * The setting, or its default.
         *
         * @param inCluster whether this process runs in a Pod
         */
        public GateSetting verticalScaling(boolean inCluster) {
            if (verticalScaling != null) {
                return verticalScaling;
            }
            return inCluster ? GateSetting.AUTO : GateSetting.UNKNOWN;
        }
    }

    /**
     * {@code inplace-guard.rules.*}
     *
     * @param templateMetadata     whether labels and annotations of a pod template may change
     * @param templateMetadataKeys keys that may change all the same: exact, or a prefix ending in {@code *}
     */
    public record Rules(
            @DefaultValue("deny") TemplateMetadata templateMetadata,
            @DefaultValue List<String> templateMetadataKeys) {
        public Rules {
            for (String key : templateMetadataKeys) {
                int star = key.indexOf('*');
                if (key.isEmpty() || (star >= 0 && star < key.length() - 1)) {
                    throw new InvalidSettingException(
                            "inplace-guard.rules.template-metadata-keys", key, "a key, or a prefix ending in *");
                }
            }
        }
    }

    /** {@code inplace-guard.exemptions.*}: exact usernames and groups that are let through. */
    public record Exemptions(
            @DefaultValue List<String> usernames,
            @DefaultValue List<String> groups) {}

    /**
     * {@code inplace-guard.owners.*}
     *
     * @param enabled read the update strategies of workloads from the API server and enforce them on their pods
     */
    public record Owners(@DefaultValue("false") boolean enabled) {}

    /**
     * {@code inplace-guard.track.*}
     *
     * @param leaseNamespace  where the Lease is; empty: the client's own namespace
     * @param leaseName       its name
     * @param leaderElection  false: this tracker is the only one and always writes
     * @param writesPerSecond the most annotations and events written in a second; 1 to 10,000
     */
    public record Track(
            @DefaultValue("") String leaseNamespace,
            @DefaultValue("inplace-guard-tracker") String leaseName,
            @DefaultValue("true") boolean leaderElection,
            @DefaultValue("300") int writesPerSecond) {
        public Track {
            Limits.between("inplace-guard.track.writes-per-second", writesPerSecond, 1, 10_000);
        }
    }

    /**
     * One entry of {@code inplace-guard.kinds}: a workload kind that is governed by configuration; see {@link CustomKind} for
     * the meaning and the format of each part.
     */
    public record Kind(
            @DefaultValue("") String group,
            @DefaultValue("") String kind,
            @DefaultValue List<String> versions,
            @DefaultValue List<String> templates,
            @DefaultValue(CustomKind.ANNOTATION) String policy,
            @DefaultValue("") String word) {
        public Kind {
            try {
                new CustomKind(group, kind, versions, templates, policy, word);
            } catch (IllegalArgumentException e) {
                throw new InvalidSettingException(e.getMessage() + ".", e);
            }
        }

        private CustomKind custom() {
            return new CustomKind(group, kind, versions, templates, policy, word);
        }
    }

    /** The settings of the rules. */
    public GuardSettings guard() {
        return new GuardSettings(
                resizePolicy.cpu(),
                resizePolicy.memory(),
                rules.templateMetadata(),
                rules.templateMetadataKeys(),
                docsUrl.toString(),
                exemptions.usernames(),
                exemptions.groups(),
                kinds.stream().map(Kind::custom).toList());
    }
}
