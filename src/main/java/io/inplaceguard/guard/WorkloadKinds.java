package io.inplaceguard.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The kinds that a guard governs: the built-in ones and those of the configuration. */
final class WorkloadKinds {

    private final List<WorkloadKind> kinds;

    WorkloadKinds(List<CustomKind> custom) {
        List<WorkloadKind> all = new ArrayList<>(WorkloadKind.BUILT_IN);
        custom.forEach(kind -> all.add(WorkloadKind.of(kind)));
        this.kinds = List.copyOf(all);
    }

    /** The kind of an object; empty where it is not governed. */
    Optional<WorkloadKind> of(AdmissionAttributes attributes) {
        for (WorkloadKind kind : kinds) {
            if (kind.matches(attributes)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
