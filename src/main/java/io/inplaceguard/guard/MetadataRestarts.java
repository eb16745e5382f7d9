package io.inplaceguard.guard;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.ChangeCategory;
import io.inplaceguard.template.Container;
import io.inplaceguard.template.FieldPath;
import io.inplaceguard.template.TemplateOrigin;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The warning {@code restarts} for a label or annotation that a container reads through its environment: OpenKruise restarts
 * the container so that it reads the new value.
 * Source: defaultCalculateInPlaceUpdateSpec (pkg/util/inplaceupdate), IsContainerReferenceToMeta (pkg/util/containermeta) of
 * OpenKruise.
 */
final class MetadataRestarts {

    private MetadataRestarts() {}

    static Stream<Warning> of(Assessment assessment) {
        if (assessment.governed().origin() != TemplateOrigin.WORKLOAD || !assessment.isInPlace()) {
            return Stream.empty();
        }
        Set<String> changed = new HashSet<>();
        assessment
                .diff()
                .changes(ChangeCategory.TEMPLATE_LABEL)
                .filter(change -> change.after() != null)
                .forEach(change -> changed.add(fieldPath(change)));
        if (changed.isEmpty()) {
            return Stream.empty();
        }
        List<String> restarting = new ArrayList<>();
        for (Container container : assessment.update().after().containers()) {
            if (readsAny(container, changed)) {
                restarting.add(FieldPath.printable(container.name()));
            }
        }
        return restarting.isEmpty()
                ? Stream.empty()
                : Stream.of(new Warning(
                        "restarts",
                        "the changed label or annotation is read by the environment of "
                                + Warning.containers(restarting)
                                + ", which OpenKruise restarts for it"));
    }

    /** As a fieldRef names it: {@code metadata.labels['key']}. */
    private static String fieldPath(Change change) {
        boolean label = change.path().toString().contains("metadata.labels");
        return (label ? "metadata.labels['" : "metadata.annotations['")
                + change.path().last() + "']";
    }

    private static boolean readsAny(Container container, Set<String> changed) {
        for (JsonNode variable : container.node().path("env")) {
            JsonNode path = variable.path("valueFrom").path("fieldRef").path("fieldPath");
            if (path.isString() && changed.contains(path.stringValue())) {
                return true;
            }
        }
        return false;
    }
}
