package io.inplaceguard.kube;

import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * OpenKruise's feature gates, as the arguments of its manager set them.
 * Source: pkg/features/kruise_features.go of OpenKruise; SetFromMap of k8s.io/component-base/featuregate.
 */
public final class FeatureGates {

    /** The manager's container, where the Deployment has others besides it. */
    private static final String MANAGER = "manager";

    /** Commands after which the arguments of the manager are in a script. */
    private static final Set<String> SHELLS = Set.of("sh", "bash", "ash", "dash", "busybox");

    private static final String FLAG = "--feature-gates";
    private static final String ALL_ALPHA = "AllAlpha";
    private static final String VERTICAL_SCALING = "InPlaceWorkloadVerticalScaling";
    private static final String NO_DEFAULTS = "TemplateNoDefaults";

    /** Alpha in OpenKruise 1.7 to 1.9: off unless they, or all alpha gates, are enabled. */
    private static final List<String> ALPHA_GATES = List.of(VERTICAL_SCALING, NO_DEFAULTS);

    /**
     * A container of the manager's Deployment.
     *
     * @param name      its name
     * @param arguments its command followed by its args
     */
    public record ManagerContainer(String name, List<String> arguments) {

        /** A container with that command and those args. */
        public static ManagerContainer of(String name, List<String> command, List<String> args) {
            return new ManagerContainer(
                    name, Stream.concat(command.stream(), args.stream()).toList());
        }
    }

    private FeatureGates() {}

    /**
     * The profile that the manager's arguments configure.
     *
     * @return empty where they do not show it: several containers and none is called manager, a value or a whole argument that
     *     only the kubelet knows, such as {@code $(GATES)}, or a shell that makes the arguments
     */
    public static Optional<OpenKruiseProfile> profile(List<ManagerContainer> containers) {
        Optional<ManagerContainer> manager = containers.size() == 1
                ? Optional.of(containers.get(0))
                : containers.stream()
                        .filter(container -> container.name().equals(MANAGER))
                        .findFirst();
        return manager.flatMap(found -> profileOf(found.arguments()));
    }

    private static Optional<OpenKruiseProfile> profileOf(List<String> arguments) {
        List<String> values = values(arguments);
        boolean hidden = arguments.stream().anyMatch(argument -> argument.startsWith("$(") || isShell(argument));
        if (hidden || values.stream().anyMatch(value -> value.contains("$("))) {
            return Optional.empty();
        }
        Map<String, Boolean> given = new HashMap<>();
        Map<String, Boolean> enabled = new HashMap<>();
        for (String value : values) {
            parse(value, given);
            for (String gate : ALPHA_GATES) {
                if (given.containsKey(gate)) {
                    enabled.put(gate, given.get(gate));
                } else if (given.containsKey(ALL_ALPHA)) {
                    // A later flag does not take back what an earlier AllAlpha has set.
                    enabled.putIfAbsent(gate, given.get(ALL_ALPHA));
                }
            }
        }
        return Optional.of(new OpenKruiseProfile(
                enabled.getOrDefault(VERTICAL_SCALING, false) ? VerticalScaling.ENABLED : VerticalScaling.DISABLED,
                !enabled.getOrDefault(NO_DEFAULTS, false)));
    }

    private static boolean isShell(String argument) {
        return SHELLS.contains(argument.substring(argument.lastIndexOf('/') + 1));
    }

    /** The value of each {@code --feature-gates}, in order. */
    private static List<String> values(List<String> arguments) {
        List<String> values = new ArrayList<>();
        boolean next = false;
        for (String argument : arguments) {
            if (next) {
                values.add(argument);
            } else if (argument.startsWith(FLAG + "=")) {
                values.add(argument.substring(FLAG.length() + 1));
            }
            next = !next && argument.equals(FLAG);
        }
        return values;
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
