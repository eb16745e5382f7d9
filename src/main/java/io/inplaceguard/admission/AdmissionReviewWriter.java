package io.inplaceguard.admission;

import io.inplaceguard.guard.AdmissionAttributes;
import io.inplaceguard.guard.Mutation;
import io.inplaceguard.guard.ObjectView;
import io.inplaceguard.guard.Warning;
import io.inplaceguard.rule.Violation;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.TreeNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** Says a verdict or a patch as an AdmissionReview response, in v1 or v1beta1, in enforce, warn or audit voice. */
final class AdmissionReviewWriter {

    /** More causes than this help nobody. */
    static final int MOST_CAUSES = 10;

    private static final JsonMapper JSON = new JsonMapper();
    private static final ObjectWriter WRITER = JSON.writer();

    private AdmissionReviewWriter() {}

    /**
     * A response.
     *
     * @param violations told as a denial; empty where the review is allowed
     * @param warnings   one line each
     * @param patch      JSON Patch; empty for none
     * @param audit      audit annotations
     */
    record Response(
            List<Violation> violations,
            List<String> warnings,
            List<Mutation.Operation> patch,
            Map<String, String> audit) {

        /** Allowed, with nothing but something to tell. */
        static Response allowed(List<String> warnings) {
            return new Response(List.of(), warnings, List.of(), Map.of());
        }
    }

    static byte[] write(AdmissionRequest review, Response response) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = WRITER.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringProperty("apiVersion", review.apiVersion());
            json.writeStringProperty("kind", "AdmissionReview");
            json.writeObjectPropertyStart("response");
            json.writeStringProperty("uid", review.uid());
            json.writeBooleanProperty("allowed", response.violations().isEmpty());
            if (!response.violations().isEmpty()) {
                denial(json, review, response.violations());
            }
            if (!response.patch().isEmpty()) {
                json.writeStringProperty("patchType", "JSONPatch");
                json.writeBinaryProperty("patch", patch(response.patch()));
            }
            if (!response.audit().isEmpty()) {
                json.writeObjectPropertyStart("auditAnnotations");
                response.audit().forEach(json::writeStringProperty);
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

    private static byte[] patch(List<Mutation.Operation> operations) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = WRITER.createGenerator(bytes)) {
            json.writeStartArray();
            for (Mutation.Operation operation : operations) {
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

    /** As the API server itself says that an object is invalid, so that kubectl shows one line a cause. */
    private static void denial(JsonGenerator json, AdmissionRequest review, List<Violation> violations) {
        json.writeObjectPropertyStart("status");
        json.writeStringProperty("status", "Failure");
        json.writeStringProperty("message", message(review, violations));
        json.writeStringProperty("reason", "Invalid");
        json.writeObjectPropertyStart("details");
        AdmissionAttributes subject = review.subject();
        json.writeStringProperty("name", name(review));
        json.writeStringProperty("group", subject == null ? "" : subject.group());
        json.writeStringProperty("kind", subject == null ? "" : subject.kind());
        json.writeStringProperty("uid", objectUid(subject));
        json.writeArrayPropertyStart("causes");
        for (Violation finding : causes(violations)) {
            json.writeStartObject();
            json.writeStringProperty(
                    "reason", finding.rule().equals("malformed") ? "FieldValueInvalid" : "FieldValueForbidden");
            json.writeStringProperty("message", finding.message());
            json.writeStringProperty("field", finding.field());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeNumberProperty("code", 422);
        json.writeEndObject();
    }

    /** The violations that are told; the last one says where to read on. */
    private static List<Violation> told(List<Violation> violations) {
        List<Violation> told = new ArrayList<>(violations.subList(0, Math.min(MOST_CAUSES, violations.size())));
        Violation last = told.get(told.size() - 1);
        if (!last.rule().equals("error")) {
            told.set(told.size() - 1, continued(last, " More on this: docs/rules.md#" + last.rule()));
        }
        return told;
    }

    /** The same as causes. kubectl shows nothing else, so the last one says how many more there are. */
    private static List<Violation> causes(List<Violation> violations) {
        List<Violation> causes = told(violations);
        int more = violations.size() - causes.size();
        if (more > 0) {
            causes.set(causes.size() - 1, continued(causes.get(causes.size() - 1), " (and " + more + " more)"));
        }
        return causes;
    }

    private static Violation continued(Violation finding, String end) {
        return new Violation(finding.rule(), finding.field(), finding.sentence() + end);
    }

    private static String message(AdmissionRequest review, List<Violation> violations) {
        AdmissionAttributes subject = review.subject();
        StringBuilder text = new StringBuilder(256);
        String kind = subject == null || subject.kind().isEmpty() ? "the object" : subject.kind() + " " + name(review);
        text.append("this change of ").append(kind).append(" cannot be made in place:");
        for (Violation finding : told(violations)) {
            text.append(violations.size() == 1 ? " " : "\n* ");
            text.append(finding.field())
                    .append(finding.field().isEmpty() ? "" : ": ")
                    .append(finding.message());
        }
        if (violations.size() > MOST_CAUSES) {
            text.append("\nand ").append(violations.size() - MOST_CAUSES).append(" more");
        }
        return text.toString();
    }

    private static String name(AdmissionRequest review) {
        if (review.name() != null) {
            return review.name();
        }
        AdmissionAttributes subject = review.subject();
        ObjectView object = subject == null ? null : subject.object() != null ? subject.object() : subject.oldObject();
        String name = object == null ? null : object.metadata().name();
        return name == null ? "" : name;
    }

    private static String objectUid(@Nullable AdmissionAttributes subject) {
        ObjectView object =
                subject == null ? null : subject.oldObject() != null ? subject.oldObject() : subject.object();
        String uid = object == null ? null : object.metadata().uid();
        return uid == null ? "" : uid;
    }

    /** A violation as a warning, where it does not deny. */
    static List<String> wouldDeny(List<Violation> violations) {
        List<String> warnings = new ArrayList<>();
        for (int i = 0; i < violations.size(); i++) {
            Violation finding = violations.get(i);
            if (i == MOST_CAUSES) {
                warnings.add("would be denied: and " + (violations.size() - i) + " more");
                break;
            }
            warnings.add(
                    Warning.told(finding.rule(), "would be denied: " + finding.field() + ": " + finding.sentence()));
        }
        return warnings;
    }

    /** The audit annotations of a validation. */
    static Map<String, String> audit(String mode, List<Violation> violations) {
        Map<String, String> audit = new LinkedHashMap<>();
        audit.put("mode", mode);
        audit.put("verdict", violations.isEmpty() ? "allowed" : "denied");
        audit.put(
                "rules",
                String.join(
                        ",", violations.stream().map(Violation::rule).distinct().toList()));
        return audit;
    }
}
