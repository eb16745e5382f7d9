package io.inplaceguard.check;

import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import io.inplaceguard.settings.InvalidSettingException;
import io.inplaceguard.settings.Settings;
import io.inplaceguard.settings.Settings.GateSetting;
import io.inplaceguard.settings.Settings.Switch;
import io.inplaceguard.settings.SettingsFile;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that configure the rules: a file as {@code serve} reads it, and what is known of OpenKruise. */
public final class RuleOptions {

    /** The defaults of {@link Settings.OpenKruise}, without the cost of Spring's binder. */
    private static final Settings.OpenKruise UNCONFIGURED =
            new Settings.OpenKruise(null, null, "kruise-system", "kruise-controller-manager");

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "an application.yaml with inplace-guard.* as serve reads it")
    private @Nullable Path config;

    @Option(
            names = "--openkruise-vertical-scaling",
            paramLabel = "STATE",
            description =
                    "OpenKruise's gate InPlaceWorkloadVerticalScaling: enabled, disabled, unknown, or refused (enabled,"
                            + " with OpenKruise before 1.9 on Kubernetes 1.33 or newer)")
    private @Nullable VerticalScaling verticalScaling;

    @Option(
            names = "--openkruise-template-defaults",
            paramLabel = "STATE",
            description = "whether OpenKruise writes defaults into pod templates: enabled, or disabled (its gate"
                    + " TemplateNoDefaults is on)")
    private @Nullable Switch templateDefaults;

    private @Nullable Settings settings;

    /**
     * What is known of OpenKruise, and from where.
     *
     * @param profile         the state of its feature gates
     * @param verticalScaling source of the first: an option, the file, the cluster, or the default
     * @param templateDefaults source of the second
     */
    public record Profile(OpenKruiseProfile profile, String verticalScaling, String templateDefaults) {

        /** One line for {@code --verbose}. */
        public String describe() {
            return "OpenKruise profile: vertical-scaling %s (%s), template-defaults %s (%s)"
                    .formatted(
                            profile.verticalScaling().name().toLowerCase(Locale.ROOT),
                            verticalScaling,
                            profile.templateDefaults() ? "enabled" : "disabled",
                            templateDefaults);
        }
    }

    /**
     * The settings of the rules: the file's, or the defaults without one.
     *
     * @throws InputException when the file cannot be read or has a wrong value
     */
    public GuardSettings guard() {
        Settings file = file();
        return file == null ? GuardSettings.DEFAULTS : file.guard();
    }

    /** Where OpenKruise runs and what the file reports of it. */
    public Settings.OpenKruise openkruise() {
        Settings file = file();
        return file == null ? UNCONFIGURED : file.openkruise();
    }

    private @Nullable Settings file() {
        if (settings == null && config != null) {
            try {
                settings = SettingsFile.read(config);
            } catch (InvalidSettingException e) {
                throw new InputException(String.valueOf(e.getMessage()));
            }
        }
        return settings;
    }

    /**
     * The profile: an option comes first, then the file, then what the cluster shows.
     *
     * @param cluster what was read from a cluster; null without one, and where it could not be read
     */
    public Profile profile(@Nullable OpenKruiseProfile cluster) {
        GateSetting gate = openkruise().verticalScaling(cluster != null);
        VerticalScaling scaling = VerticalScaling.UNKNOWN;
        String source = "default";
        if (verticalScaling != null) {
            scaling = verticalScaling;
            source = "option";
        } else if (gate == GateSetting.AUTO && cluster != null) {
            scaling = cluster.verticalScaling();
            source = "cluster";
        } else if (gate != GateSetting.AUTO && openkruise().verticalScaling() != null) {
            scaling = VerticalScaling.valueOf(gate.name());
            source = "file";
        }
        Switch inFile = openkruise().templateDefaults();
        boolean defaults = true;
        String defaultsSource = "default";
        if (templateDefaults != null) {
            defaults = templateDefaults == Switch.ENABLED;
            defaultsSource = "option";
        } else if (inFile != null) {
            defaults = inFile == Switch.ENABLED;
            defaultsSource = "file";
        } else if (cluster != null) {
            defaults = cluster.templateDefaults();
            defaultsSource = "cluster";
        }
        return new Profile(new OpenKruiseProfile(scaling, defaults), source, defaultsSource);
    }
}
