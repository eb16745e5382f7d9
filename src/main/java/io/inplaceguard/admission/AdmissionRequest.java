package io.inplaceguard.admission;

import io.inplaceguard.guard.AdmissionAttributes;
import io.inplaceguard.guard.ObjectView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The request of an AdmissionReview, decoded.
 *
 * @param apiVersion {@code admission.k8s.io/v1} or {@code v1beta1}; echoed back
 * @param uid        identifies the review; echoed back
 * @param username   who sent the request; null when the review does not name a user
 * @param groups     the groups of that user
 * @param name       name of the object; null when it is generated later
 * @param namespace  namespace of the object; null for cluster-scoped kinds
 * @param attributes the object before and after; null where {@code problem} is not
 * @param problem    why the rest of the review could not be decoded, part of a sentence, without values; null where it could
 */
record AdmissionRequest(
        String apiVersion,
        String uid,
        @Nullable String username,
        List<String> groups,
        @Nullable String name,
        @Nullable String namespace,
        @Nullable AdmissionAttributes attributes,
        @Nullable String problem) {

    /** API group of the object; empty for core, and where the review could not be decoded. */
    String group() {
        return attributes == null ? "" : attributes.group();
    }

    /** Kind of the object; empty where the review could not be decoded. */
    String kind() {
        return attributes == null ? "" : attributes.kind();
    }

    /** The name in the request, else the one in the object; empty where neither has one. */
    String objectName() {
        if (name != null) {
            return name;
        }
        ObjectView object =
                attributes == null ? null : attributes.object() != null ? attributes.object() : attributes.oldObject();
        String own = object == null ? null : object.metadata().name();
        return own == null ? "" : own;
    }

    /** The uid of the stored object; empty where it has none yet. */
    String objectUid() {
        ObjectView object = attributes == null
                ? null
                : attributes.oldObject() != null ? attributes.oldObject() : attributes.object();
        String own = object == null ? null : object.metadata().uid();
        return own == null ? "" : own;
    }
}
