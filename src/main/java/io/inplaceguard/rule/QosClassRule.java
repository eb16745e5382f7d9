package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.FieldPath;
import io.inplaceguard.template.PodTemplate;
import io.inplaceguard.template.QosClass;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The quality of service class stays the same.
 * Fields: resources of regular and init containers, and spec.resources of the pod.
 * Why: OpenKruise computes the class from the containers of the template and does not update in place where it changes
 * (IsPodQoSChanged, pkg/util/inplaceupdate); the API server computes it from the running pod, from its spec.resources where it
 * has them, and refuses a resize that changes it (ValidatePodResize, pkg/apis/core/validation). Both have to stay.
 */
final class QosClassRule implements Rule {

    @Override
    public String id() {
        return "qos-class";
    }

    @Override
    public Set<Consequence> consequences() {
        return Set.of(Consequence.RECREATE, Consequence.REFUSED);
    }

    @Override
    public Stream<Violation> check(PodUpdate update) {
        if (!update.resizesPod()) {
            return Stream.empty();
        }
        PodTemplate old = update.before();
        PodTemplate wanted = update.after();
        if (!update.origin().isPod() && QosClass.ofRevision(old) != QosClass.ofRevision(wanted)) {
            return Stream.of(
                    violation(update, QosClass.ofRevision(old), QosClass.ofRevision(wanted), Consequence.RECREATE));
        }
        QosClass running = QosClass.of(update.running());
        // A class that changes only because of an implied request is for resize-unsupported, which explains it.
        return QosClass.of(old) == running || QosClass.of(old) == QosClass.of(wanted)
                ? Stream.empty()
                : Stream.of(violation(update, QosClass.of(old), running, Consequence.REFUSED));
    }

    private Violation violation(PodUpdate update, QosClass old, QosClass wanted, Consequence consequence) {
        return new Violation(
                this,
                field(update),
                "The QoS class of the pods would change from " + old + " to " + wanted
                        + ", and a resize in place must keep it. " + advice(old),
                consequence);
    }

    /** The container whose resources changed, or all of them where several did. */
    private static FieldPath field(PodUpdate update) {
        FieldPath containers = update.after().path().field("spec").field("containers");
        List<String> changed = update.resizes()
                .map(Change::requireContainer)
                .distinct()
                .limit(2)
                .toList();
        return changed.size() == 1 ? containers.element("name", changed.get(0)).field("resources") : containers;
    }

    private static String advice(QosClass before) {
        return switch (before) {
            case GUARANTEED ->
                "Change requests and limits together, so that each request equals its limit in every container.";
            case BURSTABLE -> "Keep at least one request below its limit, or one of cpu and memory without a limit.";
            case BEST_EFFORT -> "A pod without requests and limits cannot be given any in place.";
        };
    }
}
