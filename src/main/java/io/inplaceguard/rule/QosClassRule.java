package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import io.inplaceguard.template.ChangeCategory;
import io.inplaceguard.template.FieldPath;
import io.inplaceguard.template.QosClass;
import io.inplaceguard.template.TemplateDiff;
import java.util.List;
import java.util.stream.Stream;

/**
 * The quality of service class stays what it is.
 * Fields: resources of regular and init containers, or spec.resources of the pod where set.
 * Why: the API server refuses a resize that would change it (ValidatePodResize, pkg/apis/core/validation), and OpenKruise
 * recreates instead or is stuck (IsPodQoSChanged, pkg/util/inplaceupdate).
 */
final class QosClassRule implements Rule {

    @Override
    public String id() {
        return "qos-class";
    }

    @Override
    public Stream<Violation> check(TemplateDiff update) {
        if (!update.touches(ChangeCategory.CPU_MEMORY)) {
            return Stream.empty();
        }
        QosClass before = QosClass.of(update.before());
        QosClass after = QosClass.of(update.after());
        if (before == after) {
            return Stream.empty();
        }
        return Stream.of(new Violation(
                id(),
                where(update),
                "The QoS class of the pods would change from " + before + " to " + after
                        + ", and a resize in place must keep it. " + advice(before)));
    }

    /** The container whose resources changed, or all of them where several did. */
    private static FieldPath where(TemplateDiff update) {
        FieldPath containers = update.after().path().field("spec").field("containers");
        List<String> changed = update.changes(ChangeCategory.CPU_MEMORY)
                .map(Change::container)
                .distinct()
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
