package io.inplaceguard.rule;

import io.inplaceguard.template.TemplateDiff;
import java.util.stream.Stream;

/** One rule of what may not change in place: a function of the update, found by its id. */
interface Rule {

    /** The id, as it ends messages and heads the rule's section in docs/rules.md. */
    String id();

    /** What this rule objects to in an update that changes something; in the order of the changes. */
    Stream<Violation> check(TemplateDiff update);
}
