package io.inplaceguard.admission;

import io.inplaceguard.guard.AdmissionAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An AdmissionReview's request as it was read.
 *
 * @param apiVersion {@code admission.k8s.io/v1} or {@code v1beta1}; echoed back
 * @param uid        identifies the review
 * @param username   who asks; null when the request does not say
 * @param groups     the groups of who asks
 * @param name       of the object; null when generated later
 * @param namespace  of the object; null for cluster-scoped kinds
 * @param subject    what is to be judged; null where {@code problem} says why there is none
 * @param problem    why the rest of the review could not be read, a sentence without values; null where it could
 */
record AdmissionRequest(
        String apiVersion,
        String uid,
        @Nullable String username,
        List<String> groups,
        @Nullable String name,
        @Nullable String namespace,
        @Nullable AdmissionAttributes subject,
        @Nullable String problem) {}
