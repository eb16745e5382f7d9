package io.inplaceguard.kube;

import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** OpenKruise's feature gates, as the arguments of its manager set them. Source: pkg/features/kruise_features.go. */
public final class FeatureGates {

    private static final String FLAG = "--feature-gates";

    private FeatureGates() {}

    /**
     * The profile that these arguments configure.
     *
     * @param commandLines command and arguments of each container
     */
    public static OpenKruiseProfile profile(List<List<String>> commandLines) {
        Map<String, Boolean> gates = new HashMap<>();
        commandLines.forEach(arguments -> read(arguments, gates));
        // Both gates are alpha in OpenKruise 1.7 to 1.9, so off unless they or all alpha gates are enabled.
        boolean alpha = gates.getOrDefault("AllAlpha", false);
        return new OpenKruiseProfile(
                gates.getOrDefault("InPlaceWorkloadVerticalScaling", alpha)
                        ? VerticalScaling.ENABLED
                        : VerticalScaling.DISABLED,
                !gates.getOrDefault("TemplateNoDefaults", alpha));
    }

    private static void read(List<String> arguments, Map<String, Boolean> gates) {
        boolean next = false;
        for (String argument : arguments) {
            if (next) {
                parse(argument, gates);
            } else if (argument.startsWith(FLAG + "=")) {
                parse(argument.substring(FLAG.length() + 1), gates);
            }
            next = !next && argument.equals(FLAG);
        }
    }

    private static void parse(String list, Map<String, Boolean> gates) {
        for (String gate : list.split(",", -1)) {
            int equals = gate.indexOf('=');
            if (equals > 0) {
                // Go's strconv.ParseBool
                String value = gate.substring(equals + 1).strip().toLowerCase(Locale.ROOT);
                gates.put(
                        gate.substring(0, equals).strip(),
                        value.equals("true") || value.equals("t") || value.equals("1"));
            }
        }
    }
}
