package io.inplaceguard.guard;

import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The warning {@code misplaced-strategy}: a strategy that OpenKruise does not read, because it is misspelt or because it is
 * where another API version has it. The workload looks protected and is not.
 */
final class MisplacedStrategy {

    private static final Set<String> IN_PLACE = Set.of("InPlaceOnly", "InPlaceIfPossible");
    private static final Set<String> POLICIES = Set.of("", "ReCreate", "InPlaceIfPossible", "InPlaceOnly");
    private static final Set<String> TYPES = Set.of("", "RollingUpdate", "OnDelete");

    private MisplacedStrategy() {}

    /** Reads the strategy alone, and only where it or the template changes. */
    static Stream<Warning> of(GovernedTemplate governed) {
        JsonNode strategy = governed.ownerAfter().path("updateStrategy");
        boolean relevant = strategy.isObject()
                && (!strategy.equals(governed.ownerBefore().path("updateStrategy"))
                        || !governed.templateAfter().equals(governed.templateBefore()));
        return relevant ? problem(governed.row().layout(), strategy) : Stream.empty();
    }

    private static Stream<Warning> problem(StrategyLayout layout, JsonNode strategy) {
        String type = word(strategy, "type");
        JsonNode rolling = strategy.path("rollingUpdate");
        String policy = word(rolling, "podUpdatePolicy");
        String daemon = word(rolling, "rollingUpdateType");
        return switch (layout) {
            case TYPE ->
                IN_PLACE.contains(policy)
                        ? misplaced("updateStrategy.rollingUpdate.podUpdatePolicy", "updateStrategy.type")
                        : misspelt("updateStrategy.type", type, POLICIES);
            case POD_UPDATE_POLICY ->
                IN_PLACE.contains(type)
                        ? misplaced("updateStrategy.type", "updateStrategy.rollingUpdate.podUpdatePolicy")
                        : Stream.concat(
                                misspelt("updateStrategy.type", type, TYPES),
                                misspelt("updateStrategy.rollingUpdate.podUpdatePolicy", policy, POLICIES));
            case TYPE_OR_POD_UPDATE_POLICY ->
                Stream.concat(
                        TYPES.contains(type) ? Stream.empty() : misspelt("updateStrategy.type", type, POLICIES),
                        misspelt("updateStrategy.rollingUpdate.podUpdatePolicy", policy, POLICIES));
            case ROLLING_UPDATE_TYPE ->
                IN_PLACE.contains(type) || IN_PLACE.contains(policy)
                        ? misplaced(
                                IN_PLACE.contains(type)
                                        ? "updateStrategy.type"
                                        : "updateStrategy.rollingUpdate.podUpdatePolicy",
                                "updateStrategy.rollingUpdate.rollingUpdateType")
                        : Stream.concat(
                                misspelt("updateStrategy.type", type, TYPES),
                                misspelt(
                                        "updateStrategy.rollingUpdate.rollingUpdateType",
                                        daemon,
                                        Set.of("", "Standard", "InPlaceIfPossible", "Surging")));
            case SIDECAR_SET -> misspelt("updateStrategy.type", type, Set.of("", "RollingUpdate", "NotUpdate"));
            case CUSTOM -> Stream.empty();
        };
    }

    private static Stream<Warning> misplaced(String found, String expected) {
        return Stream.of(new Warning(
                "misplaced-strategy",
                "this kind and version does not read an in-place strategy from " + found
                        + ", so the pods are recreated;" + " write it to " + expected));
    }

    private static Stream<Warning> misspelt(String field, String word, Set<String> known) {
        return known.contains(word)
                ? Stream.empty()
                : Stream.of(new Warning(
                        "misplaced-strategy",
                        field + " has an unknown value, so the default applies and pods may be recreated; write one of "
                                + String.join(
                                        ", ",
                                        known.stream()
                                                .filter(value -> !value.isEmpty())
                                                .sorted()
                                                .toList())));
    }

    private static String word(JsonNode parent, String field) {
        JsonNode value = parent.path(field);
        return value.isString() ? value.stringValue() : "";
    }
}
