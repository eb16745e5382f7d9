package io.inplaceguard.guard;

import org.jspecify.annotations.Nullable;

/**
 * What is to be judged: an object of some kind, before and after an operation.
 *
 * @param group       API group; empty for core
 * @param version     API version, such as {@code v1beta1}
 * @param kind        such as {@code CloneSet}
 * @param subresource such as {@code resize}; empty for the object itself
 * @param operation   what the request does to the object
 * @param oldObject      the stored object; null on CREATE
 * @param object      the wanted object; null on DELETE
 */
public record AdmissionAttributes(
        String group,
        String version,
        String kind,
        String subresource,
        Operation operation,
        @Nullable ObjectView oldObject,
        @Nullable ObjectView object) {

    /** An update as {@code check} sees it: two whole objects. */
    public static AdmissionAttributes update(
            String group, String version, String kind, ObjectView before, ObjectView after) {
        return new AdmissionAttributes(group, version, kind, "", Operation.UPDATE, before, after);
    }
}
