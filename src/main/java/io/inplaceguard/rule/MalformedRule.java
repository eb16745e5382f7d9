package io.inplaceguard.rule;

import io.inplaceguard.template.TemplateDiff;
import java.util.stream.Stream;

/**
 * The wanted template can be read as a pod template.
 * Fields: containers and initContainers are lists of objects, name and image are strings, requests and limits are
 * quantities, nesting stays within what can be compared.
 * Why: templates of OpenKruise workloads are untyped in their CRDs, so nobody has looked before; what cannot be read can
 * be neither compared nor rolled out.
 */
final class MalformedRule implements Rule {

    static final String ID = "malformed";

    @Override
    public String id() {
        return ID;
    }

    @Override
    public Stream<Violation> check(TemplateDiff update) {
        return update.after().malformations().stream()
                .map(flaw -> new Violation(
                        ID,
                        flaw.path(),
                        "The new object cannot be read as a pod template: " + flaw.sentence()
                                + ". Correct this field."));
    }
}
