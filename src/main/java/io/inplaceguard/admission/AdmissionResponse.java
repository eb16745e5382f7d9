package io.inplaceguard.admission;

import io.inplaceguard.guard.Mutation.PatchOperation;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The response of an AdmissionReview, before it is encoded.
 *
 * @param status           why the request is denied; null where it is allowed
 * @param warnings         one line each, for the user
 * @param patch            JSON Patch; empty for none
 * @param auditAnnotations for the API server's audit log, keys without a prefix
 */
record AdmissionResponse(
        @Nullable DenialStatus status,
        List<String> warnings,
        List<PatchOperation> patch,
        Map<String, String> auditAnnotations) {}
