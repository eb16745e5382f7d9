package io.inplaceguard.template;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.OpenKruiseCases.Case;
import io.inplaceguard.template.OpenKruiseCases.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The comparison agrees with OpenKruise's own code on every pair of cases/openkruise.jsonl.gz. */
class OpenKruiseCasesTest {

    @Test
    void stored_objects_differ_exactly_where_openkruise_finds_a_change() {
        agree("stored", Case::stored, pair -> Defaulting.NONE);
    }

    @Test
    void defaulted_objects_differ_exactly_where_openkruise_finds_a_change() {
        agree("defaulted", Case::defaulted, Case::defaulting);
    }

    @Test
    void differences_that_openkruises_defaults_make_are_marked() {
        int marked = 0;
        for (Case pair : OpenKruiseCases.all().toList()) {
            boolean byDefaults = pair.stored() != Decision.NO_CHANGE && pair.defaulted() == Decision.NO_CHANGE;
            List<TemplateDiff> diffs = pair.diffs(Defaulting.NONE).stream()
                    .filter(diff -> !diff.isEmpty())
                    .toList();
            if (byDefaults && !pair.kind().equals("SidecarSet")) {
                assertThat(diffs).as(pair.id()).isNotEmpty().allMatch(TemplateDiff::onlyDefaultsAdded);
                marked++;
            } else if (pair.defaulted() != Decision.NOT_DECIDED && !pair.kind().equals("SidecarSet")) {
                assertThat(diffs.stream().allMatch(TemplateDiff::onlyDefaultsAdded))
                        .as(pair.id())
                        .isEqualTo(diffs.isEmpty());
            }
        }
        System.out.println("pairs that differ in defaults alone: " + marked);
        assertThat(marked).isGreaterThan(50);
    }

    private static void agree(String name, Function<Case, Decision> decided, Function<Case, Defaulting> defaulting) {
        Map<String, Integer> counts = new TreeMap<>();
        List<String> wrong = new ArrayList<>();
        OpenKruiseCases.all()
                .filter(pair -> decided.apply(pair) != Decision.NOT_DECIDED)
                .forEach(pair -> {
                    Decision decision = decided.apply(pair);
                    List<TemplateDiff> diffs = pair.diffs(defaulting.apply(pair));
                    counts.merge(pair.kind() + " " + decision, 1, Integer::sum);
                    if (!seen(pair, diffs).contains(decision)) {
                        wrong.add(pair.id() + " is " + decision + ", not " + seen(pair, diffs) + ": "
                                + diffs.stream()
                                        .flatMap(diff -> diff.changes().stream())
                                        .toList());
                    }
                });
        System.out.println(name + ": " + counts);
        assertThat(wrong).isEmpty();
        assertThat(counts.values().stream().mapToInt(Integer::intValue).sum()).isGreaterThan(2_000);
    }

    /** What a comparison by itself leaves possible; the rules decide the rest. */
    private static List<Decision> seen(Case pair, List<TemplateDiff> diffs) {
        List<Change> changes =
                diffs.stream().flatMap(diff -> diff.changes().stream()).toList();
        if (pair.kind().equals("SidecarSet")) {
            // Decided by the hash without images, which alone decides whether existing pods are updated.
            boolean skips = changes.stream().anyMatch(change -> change.category() != ChangeCategory.IMAGE);
            return List.of(skips ? Decision.SKIP : Decision.NO_CHANGE);
        }
        if (changes.isEmpty()) {
            // OpenKruise's own labels are a new revision that is applied in place; here they are not a change.
            return ownKeysDiffer(pair) ? List.of(Decision.NO_CHANGE, Decision.IN_PLACE) : List.of(Decision.NO_CHANGE);
        }
        if (changes.stream().allMatch(OpenKruiseCasesTest::mayBeInPlace)) {
            boolean resized = changes.stream().anyMatch(change -> change.category() == ChangeCategory.CPU_MEMORY);
            boolean keepsQos = diffs.stream()
                    .allMatch(diff -> QosClass.ofRevision(diff.before()) == QosClass.ofRevision(diff.after()));
            return resized && !keepsQos ? List.of(Decision.RECREATE) : List.of(Decision.IN_PLACE);
        }
        return List.of(Decision.RECREATE);
    }

    private static boolean mayBeInPlace(Change change) {
        boolean replaced = change.action() == Action.CHANGED || change.action() == Action.RESPELLED;
        return switch (change.category()) {
            case IMAGE, CPU_MEMORY -> replaced;
            case TEMPLATE_LABEL, TEMPLATE_METADATA -> true;
            default -> false;
        };
    }

    private static boolean ownKeysDiffer(Case pair) {
        return pair.before().findValues("metadata").stream().anyMatch(OpenKruiseCasesTest::hasOwnKeys)
                || pair.after().findValues("metadata").stream().anyMatch(OpenKruiseCasesTest::hasOwnKeys);
    }

    private static boolean hasOwnKeys(JsonNode metadata) {
        return metadata.path("labels").propertyNames().stream().anyMatch(key -> key.contains("kruise.io/"))
                || metadata.path("annotations").propertyNames().stream().anyMatch(key -> key.contains("kruise.io/"));
    }
}
