package io.inplaceguard.rule;

import java.util.Set;
import java.util.stream.Stream;

/**
 * The new template can be read as a pod template, and is small enough to be compared.
 * Fields: containers and initContainers are lists of objects, name and image are strings, requests and limits are
 * quantities; nesting, lists and values stay within the limits.
 * Why: templates of OpenKruise workloads are untyped in their CRDs, so the API server has not checked them; what cannot be
 * read can be neither compared nor rolled out.
 */
final class MalformedRule implements Rule {

    @Override
    public String id() {
        return "malformed";
    }

    @Override
    public Set<Consequence> consequences() {
        return Set.of(Consequence.REFUSED);
    }

    @Override
    public Stream<Violation> check(PodUpdate update) {
        return update.after().malformations().stream()
                .map(malformation -> new Violation(
                        this,
                        malformation.path(),
                        "The new object cannot be read as a pod template: " + malformation.sentence()
                                + ". Correct this field.",
                        Consequence.REFUSED));
    }
}
