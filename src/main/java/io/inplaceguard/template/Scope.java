package io.inplaceguard.template;

import io.inplaceguard.template.Change.Action;
import io.inplaceguard.template.PodSchema.Field;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What surrounds a value that is compared, and where its changes go. Made only where two values differ.
 *
 * @param path      where the value is
 * @param category  of its changes, unless the table of fields has another one
 * @param container the container whose changes these are; null outside of one
 * @param defaults  what is done about defaults
 * @param written   whether the changes disappear under OpenKruise's defaults
 * @param changes   collects the changes
 */
record Scope(
        FieldPath path,
        ChangeCategory category,
        @Nullable String container,
        Defaults defaults,
        boolean written,
        Changes changes) {

    /** What a comparison does about the defaults that OpenKruise writes. */
    enum Defaults {
        /** Nothing. */
        IGNORED,
        /** A change that they explain is reported and marked. */
        FLAGGED,
        /** Both sides get them. */
        APPLIED
    }

    /** The changes found so far; a probe wants to know only whether there are any. */
    static final class Changes {
        private final List<Change> found = new ArrayList<>();
        private final boolean probe;

        Changes(boolean probe) {
            this.probe = probe;
        }

        List<Change> found() {
            return found;
        }
    }

    boolean isApplied() {
        return defaults == Defaults.APPLIED;
    }

    boolean isFlagged() {
        return defaults == Defaults.FLAGGED;
    }

    /** Whether nothing more needs to be compared. */
    boolean isDecided() {
        return changes.probe && !changes.found.isEmpty();
    }

    /** A field of this value. */
    Scope field(Field field) {
        return new Scope(
                path.field(field.name()),
                field.category() == null ? category : field.category(),
                container,
                field.undefaulted() ? Defaults.IGNORED : defaults,
                written,
                changes);
    }

    /** A field that the table does not have, or a key of a map. */
    Scope key(String name) {
        return new Scope(path.field(name), category, container, defaults, written, changes);
    }

    /** An element of this list. */
    Scope element(String key, String value) {
        return new Scope(path.element(key, value), category, container, defaults, written, changes);
    }

    /** The inside of a container, whose changes are not those of the list that it is in. */
    Scope inside(@Nullable String name) {
        return new Scope(path, ChangeCategory.OTHER, name, defaults, written, changes);
    }

    /** The same value, with changes that OpenKruise's defaults explain, or do not. */
    Scope written(boolean explained) {
        return explained == written ? this : new Scope(path, category, container, defaults, explained, changes);
    }

    /** The same value, to find out whether there are any changes under other defaults. */
    Scope probe(Defaults other) {
        return new Scope(path, category, container, other, false, new Changes(true));
    }

    boolean hasChanges() {
        return !changes.found.isEmpty();
    }

    void report(Action action, @Nullable JsonNode before, @Nullable JsonNode after) {
        report(action, category, null, before, after);
    }

    void report(
            Action action,
            ChangeCategory as,
            @Nullable String resource,
            @Nullable JsonNode before,
            @Nullable JsonNode after) {
        changes.found.add(new Change(as, action, path, container, resource, before, after, written));
    }

    /** What happened to a value of which at least one side is there. */
    static Action action(@Nullable JsonNode before, @Nullable JsonNode after) {
        return before == null ? Action.ADDED : after == null ? Action.REMOVED : Action.CHANGED;
    }
}
