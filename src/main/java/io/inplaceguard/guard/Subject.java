package io.inplaceguard.guard;

import org.jspecify.annotations.Nullable;

/**
 * What is to be judged: an object of some kind, before and after an operation.
 *
 * @param group       API group; empty for core
 * @param version     API version, such as {@code v1beta1}
 * @param kind        such as {@code CloneSet}
 * @param subresource such as {@code resize}; empty for the object itself
 * @param operation   {@code CREATE}, {@code UPDATE}, {@code DELETE} or {@code CONNECT}
 * @param before      the stored object; null on CREATE
 * @param after       the wanted object; null on DELETE
 */
public record Subject(
        String group,
        String version,
        String kind,
        String subresource,
        String operation,
        @Nullable Manifest before,
        @Nullable Manifest after) {

    /** An update as {@code check} sees it: two whole objects. */
    public static Subject update(String group, String version, String kind, Manifest before, Manifest after) {
        return new Subject(group, version, kind, "", "UPDATE", before, after);
    }
}
