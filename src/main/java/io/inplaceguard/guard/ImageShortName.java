package io.inplaceguard.guard;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.ChangeCategory;
import io.inplaceguard.template.TemplateOrigin;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The warning {@code image-short-name}: OpenKruise compares the image of the spec with the one in the container's status,
 * which has the registry. Rolling a bad image back to a short name leaves the pod unready.
 */
final class ImageShortName {

    private ImageShortName() {}

    static Stream<Warning> of(Assessment assessment) {
        if (assessment.governed().origin() != TemplateOrigin.WORKLOAD || !assessment.isInPlace()) {
            return Stream.empty();
        }
        List<Change> named = assessment
                .diff()
                .changes(ChangeCategory.IMAGE)
                .filter(ImageShortName::isShort)
                .toList();
        return named.isEmpty()
                ? Stream.empty()
                : Stream.of(new Warning(
                        "image-short-name",
                        Warning.fields(named, assessment.update().after().path() + ".spec.")
                                + " names no registry: if such an image has to be rolled back, the pod may stay unready;"
                                + " write the full name, such as docker.io/library/nginx:1"));
    }

    /** The first part of a full name is a host: it has a dot or a port, or is localhost. */
    private static boolean isShort(Change change) {
        JsonNode image = change.after();
        if (image == null || !image.isString()) {
            return false;
        }
        String name = image.stringValue();
        int slash = name.indexOf('/');
        String host = slash < 0 ? "" : name.substring(0, slash);
        return !host.contains(".") && !host.contains(":") && !host.equals("localhost");
    }
}
