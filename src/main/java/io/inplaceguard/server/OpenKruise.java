package io.inplaceguard.server;

import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import io.inplaceguard.kube.OpenKruiseGates;
import io.inplaceguard.settings.Settings;
import io.inplaceguard.settings.Settings.Switch;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The profile of the OpenKruise installation whose updates are reviewed.
 *
 * @param profile what is known now; never asks the network
 * @param gates   what keeps it current; null where it is configured
 */
record OpenKruise(
        Supplier<OpenKruiseProfile> profile, @Nullable OpenKruiseGates gates) implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OpenKruise.class);
    private static final Duration INTERVAL = Duration.ofMinutes(1);
    /** Mounted into every Pod that has a ServiceAccount token. */
    private static final Path TOKEN = Path.of("/var/run/secrets/kubernetes.io/serviceaccount/token");

    /** @param readers of the gates, by what is configured of template defaults; used only for {@code auto} */
    static OpenKruise of(Settings.OpenKruise settings, Function<Optional<Boolean>, OpenKruiseGates> readers) {
        boolean inCluster = Files.exists(TOKEN);
        Switch defaults = settings.templateDefaults();
        VerticalScaling configured = switch (settings.verticalScaling(inCluster)) {
            case ENABLED -> VerticalScaling.ENABLED;
            case DISABLED -> VerticalScaling.DISABLED;
            case UNKNOWN -> VerticalScaling.UNKNOWN;
            case REFUSED -> VerticalScaling.REFUSED;
            case AUTO -> null;
        };
        if (configured == null) {
            OpenKruiseGates gates = readers.apply(Optional.ofNullable(defaults).map(Switch.ENABLED::equals));
            return new OpenKruise(gates, gates.start(INTERVAL));
        }
        LOG.info(
                "OpenKruise: InPlaceWorkloadVerticalScaling is {}, template defaults are {} (as configured)",
                configured,
                defaults == null ? Switch.ENABLED : defaults);
        OpenKruiseProfile profile = new OpenKruiseProfile(configured, defaults != Switch.DISABLED);
        return new OpenKruise(() -> profile, null);
    }

    /** One gauge a gate and state: 1 for the state that it is in. */
    void register(MeterRegistry registry) {
        for (VerticalScaling state : VerticalScaling.values()) {
            gauge(
                    registry,
                    "InPlaceWorkloadVerticalScaling",
                    state,
                    () -> profile.get().verticalScaling());
            if (state != VerticalScaling.REFUSED) {
                gauge(registry, "TemplateNoDefaults", state, this::templateNoDefaults);
            }
        }
    }

    private VerticalScaling templateNoDefaults() {
        return profile.get().templateDefaults() ? VerticalScaling.DISABLED : VerticalScaling.ENABLED;
    }

    private static void gauge(
            MeterRegistry registry, String gate, VerticalScaling state, Supplier<VerticalScaling> current) {
        Gauge.builder("inplace.guard.openkruise.gate", () -> current.get() == state ? 1 : 0)
                .tag("gate", gate)
                .tag("state", state.name().toLowerCase(Locale.ROOT))
                .description("1 for the state of OpenKruise's feature gate that reviews assume")
                .strongReference(true)
                .register(registry);
    }

    @Override
    public void close() {
        if (gates != null) {
            gates.close();
        }
    }
}
