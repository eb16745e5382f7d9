package io.inplaceguard.guard;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.ChangeCategory;
import io.inplaceguard.template.Container;
import io.inplaceguard.template.PodTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The warning {@code not-applied}: existing pods of a SidecarSet get a new image only while the hash of everything else is
 * the one they were created with.
 * Source: SidecarSetHashWithoutImage and IsSidecarSetUpgradable (pkg/control/sidecarcontrol) of OpenKruise.
 */
final class SidecarSetWarnings {

    private static final String ID = "not-applied";

    private static final String INIT_CONTAINERS = "spec.initContainers";

    private SidecarSetWarnings() {}

    static Stream<Warning> of(Assessment assessment) {
        if (assessment.governed().enforced() != UpdateStrategy.SIDECAR_IMAGES) {
            return Stream.empty();
        }
        // The hash that decides has the init containers only where one of them is a sidecar.
        boolean hasSidecars = hasSidecars(assessment.update().before())
                || hasSidecars(assessment.update().after());
        List<Change> hashed = assessment.diff().changes().stream()
                .filter(change -> change.category() != ChangeCategory.IMAGE)
                .filter(change -> hasSidecars || !isInInitContainers(change))
                .toList();
        if (!hashed.isEmpty()) {
            return Stream.of(new Warning(
                    ID,
                    "existing pods will be skipped, also for the images of this update: a SidecarSet updates only images in"
                            + " place, not " + Warning.fields(hashed, "spec.") + "; only new pods get it"));
        }
        return Stream.concat(skipped(assessment), neverApplied(assessment));
    }

    private static boolean hasSidecars(PodTemplate template) {
        return template.initContainers().stream().anyMatch(Container::isSidecar);
    }

    private static boolean isInInitContainers(Change change) {
        return change.path().toString().startsWith(INIT_CONTAINERS);
    }

    /** An earlier update of something else than images left pods behind; they are skipped now too. */
    private static Stream<Warning> skipped(Assessment assessment) {
        boolean image = assessment.diff().touches(ChangeCategory.IMAGE);
        ObjectView stored = assessment.attributes().oldObject();
        return image && isBehind(stored)
                ? Stream.of(new Warning(
                        ID,
                        "status.updatedPods is below status.matchedPods: pods that were skipped because of an earlier change"
                                + " are skipped for this image too; recreate them to get it"))
                : Stream.empty();
    }

    private static boolean isBehind(@Nullable ObjectView stored) {
        return stored != null && stored.status().updatedPods() < stored.status().matchedPods();
    }

    /** Fields that are used only when a pod is created. Sidecars among the init containers are updated; the others are not. */
    private static Stream<Warning> neverApplied(Assessment assessment) {
        JsonNode before = assessment.governed().ownerBefore();
        JsonNode after = assessment.governed().ownerAfter();
        List<String> fields = new ArrayList<>();
        boolean initChanged = assessment.diff().changes().stream().anyMatch(SidecarSetWarnings::isInInitContainers);
        if (initChanged && !plainInitContainers(before).equals(plainInitContainers(after))) {
            fields.add("plain initContainers");
        }
        for (String field : List.of("volumes", "patchPodMetadata")) {
            if (!isSame(before.path(field), after.path(field))) {
                fields.add(field);
            }
        }
        return fields.isEmpty()
                ? Stream.empty()
                : Stream.of(new Warning(
                        ID,
                        String.join(", ", fields)
                                + " of a SidecarSet never reach existing pods; only new pods get the change"));
    }

    private static List<JsonNode> plainInitContainers(JsonNode spec) {
        return spec.path("initContainers")
                .valueStream()
                .filter(container ->
                        !container.path("restartPolicy").asString("").equals("Always"))
                .toList();
    }

    private static boolean isSame(JsonNode before, JsonNode after) {
        boolean nothingBefore = before.isMissingNode() || before.isNull() || before.isEmpty();
        boolean nothingAfter = after.isMissingNode() || after.isNull() || after.isEmpty();
        return nothingBefore ? nothingAfter : before.equals(after);
    }
}
