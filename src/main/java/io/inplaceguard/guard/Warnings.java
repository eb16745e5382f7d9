package io.inplaceguard.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** All warnings of a compared template, in the order in which they are reported. */
final class Warnings {

    private static final List<Function<Assessment, Stream<Warning>>> SOURCES = List.of(
            RolloutWarnings::of,
            MaxSurge::of,
            SidecarSetWarnings::of,
            ClaimTemplateWarnings::of,
            ResizeWarnings::of,
            MetadataRestarts::of,
            ImageShortName::of);

    private Warnings() {}

    static List<Warning> of(Assessment assessment) {
        List<Warning> warnings = new ArrayList<>();
        for (Function<Assessment, Stream<Warning>> source : SOURCES) {
            source.apply(assessment).forEach(warnings::add);
        }
        return warnings;
    }
}
