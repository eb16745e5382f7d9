package io.inplaceguard.admission;

import io.inplaceguard.guard.Mutation.PatchOperation;
import java.io.ByteArrayOutputStream;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.TreeNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** Encodes a response as an AdmissionReview, in the version in which the review came. */
final class AdmissionReviewWriter {

    private static final ObjectWriter WRITER = new JsonMapper().writer();

    private AdmissionReviewWriter() {}

    /** The JSON to send, UTF-8. */
    static byte[] write(AdmissionRequest request, AdmissionResponse response) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = WRITER.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringProperty("apiVersion", request.apiVersion());
            json.writeStringProperty("kind", "AdmissionReview");
            json.writeObjectPropertyStart("response");
            json.writeStringProperty("uid", request.uid());
            json.writeBooleanProperty("allowed", response.status() == null);
            if (response.status() != null) {
                status(json, response.status());
            }
            if (!response.patch().isEmpty()) {
                json.writeStringProperty("patchType", "JSONPatch");
                json.writeBinaryProperty("patch", patch(response.patch()));
            }
            if (!response.auditAnnotations().isEmpty()) {
                json.writeObjectPropertyStart("auditAnnotations");
                response.auditAnnotations().forEach(json::writeStringProperty);
                json.writeEndObject();
            }
            if (!response.warnings().isEmpty()) {
                json.writeArrayPropertyStart("warnings");
                response.warnings().forEach(json::writeString);
                json.writeEndArray();
            }
            json.writeEndObject();
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void status(JsonGenerator json, DenialStatus status) {
        json.writeObjectPropertyStart("status");
        json.writeStringProperty("status", "Failure");
        json.writeStringProperty("message", status.message());
        json.writeStringProperty("reason", DenialStatus.REASON);
        json.writeObjectPropertyStart("details");
        json.writeStringProperty("name", status.name());
        json.writeStringProperty("group", status.group());
        json.writeStringProperty("kind", status.kind());
        json.writeStringProperty("uid", status.uid());
        json.writeArrayPropertyStart("causes");
        for (DenialStatus.Cause cause : status.causes()) {
            json.writeStartObject();
            json.writeStringProperty("reason", cause.reason());
            json.writeStringProperty("message", cause.message());
            json.writeStringProperty("field", cause.field());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeNumberProperty("code", DenialStatus.CODE);
        json.writeEndObject();
    }

    private static byte[] patch(List<PatchOperation> operations) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = WRITER.createGenerator(bytes)) {
            json.writeStartArray();
            for (PatchOperation operation : operations) {
                json.writeStartObject();
                json.writeStringProperty("op", "add");
                json.writeStringProperty("path", operation.path());
                json.writeName("value");
                json.writeTree((TreeNode) operation.value());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        return bytes.toByteArray();
    }
}
