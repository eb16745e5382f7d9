package io.inplaceguard.rule;

import java.util.Set;
import java.util.stream.Stream;

/** One rule of what may not change in place: a function of the update, found by its id. */
interface Rule {

    /** The id: it ends messages, and it is the heading and the anchor of the rule's section in docs/rules.md. */
    String id();

    /** What happens when a violation is admitted; each violation has one of these. */
    Set<Consequence> consequences();

    /** The violations of an update that changes something, in the order of the changes. */
    Stream<Violation> check(PodUpdate update);
}
