package io.inplaceguard.guard;

import org.jspecify.annotations.Nullable;

/**
 * The attributes of an admission request that a verdict depends on.
 *
 * @param group       API group; empty for core
 * @param version     API version, such as {@code v1beta1}
 * @param kind        such as {@code CloneSet}
 * @param subresource such as {@code resize}; empty for the object itself
 * @param operation   what the request does to the object
 * @param oldObject   the stored object; null on CREATE
 * @param object      the new object; null on DELETE
 */
public record AdmissionAttributes(
        String group,
        String version,
        String kind,
        String subresource,
        Operation operation,
        @Nullable ObjectView oldObject,
        @Nullable ObjectView object) {

    /** The update of one whole object to another, as {@code check} compares them. */
    public static AdmissionAttributes update(
            String group, String version, String kind, ObjectView before, ObjectView after) {
        return new AdmissionAttributes(group, version, kind, "", Operation.UPDATE, before, after);
    }

    /** The creation of an object. */
    public static AdmissionAttributes create(String group, String version, String kind, ObjectView object) {
        return new AdmissionAttributes(group, version, kind, "", Operation.CREATE, null, object);
    }
}
