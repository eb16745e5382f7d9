package io.inplaceguard.review;

import io.inplaceguard.guard.Manifest;
import io.inplaceguard.guard.Notice;
import io.inplaceguard.guard.Proposal;
import io.inplaceguard.guard.Subject;
import io.inplaceguard.rule.Finding;
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
final class ReviewWriter {

    /** More causes than this help nobody. */
    static final int MOST_CAUSES = 10;

    private static final JsonMapper JSON = new JsonMapper();
    private static final ObjectWriter WRITER = JSON.writer();

    private ReviewWriter() {}

    /**
     * A response.
     *
     * @param violations told as a denial; empty where the review is allowed
     * @param warnings   one line each
     * @param patch      JSON Patch; empty for none
     * @param audit      audit annotations
     */
    record Response(
            List<Finding> violations, List<String> warnings, List<Proposal.Operation> patch, Map<String, String> audit) {

        /** Allowed, with nothing but something to tell. */
        static Response allowed(List<String> warnings) {
            return new Response(List.of(), warnings, List.of(), Map.of());
        }
    }

    static byte[] write(Review review, Response response) {
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

    private static byte[] patch(List<Proposal.Operation> operations) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = WRITER.createGenerator(bytes)) {
            json.writeStartArray();
            for (Proposal.Operation operation : operations) {
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
    private static void denial(JsonGenerator json, Review review, List<Finding> violations) {
        json.writeObjectPropertyStart("status");
        json.writeStringProperty("status", "Failure");
        json.writeStringProperty("message", message(review, violations));
        json.writeStringProperty("reason", "Invalid");
        json.writeObjectPropertyStart("details");
        Subject subject = review.subject();
        json.writeStringProperty("name", name(review));
        json.writeStringProperty("group", subject == null ? "" : subject.group());
        json.writeStringProperty("kind", subject == null ? "" : subject.kind());
        json.writeStringProperty("uid", objectUid(subject));
        json.writeArrayPropertyStart("causes");
        for (Finding finding : causes(violations)) {
            json.writeStartObject();
            json.writeStringProperty(
                    "reason", finding.rule().equals("malformed") ? "FieldValueInvalid" : "FieldValueForbidden");
            json.writeStringProperty("message", finding.told());
            json.writeStringProperty("field", finding.field());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeNumberProperty("code", 422);
        json.writeEndObject();
    }

    /** The violations that are told; the last one says where to read on. */
    private static List<Finding> told(List<Finding> violations) {
        List<Finding> told = new ArrayList<>(violations.subList(0, Math.min(MOST_CAUSES, violations.size())));
        Finding last = told.get(told.size() - 1);
        if (!last.rule().equals("error")) {
            told.set(told.size() - 1, continued(last, " More on this: docs/rules.md#" + last.rule()));
        }
        return told;
    }

    /** The same as causes. kubectl shows nothing else, so the last one says how many more there are. */
    private static List<Finding> causes(List<Finding> violations) {
        List<Finding> causes = told(violations);
        int more = violations.size() - causes.size();
        if (more > 0) {
            causes.set(causes.size() - 1, continued(causes.get(causes.size() - 1), " (and " + more + " more)"));
        }
        return causes;
    }

    private static Finding continued(Finding finding, String end) {
        return new Finding(finding.rule(), finding.field(), finding.sentence() + end);
    }

    private static String message(Review review, List<Finding> violations) {
        Subject subject = review.subject();
        StringBuilder text = new StringBuilder(256);
        String kind = subject == null || subject.kind().isEmpty() ? "the object" : subject.kind() + " " + name(review);
        text.append("this change of ").append(kind).append(" cannot be made in place:");
        for (Finding finding : told(violations)) {
            text.append(violations.size() == 1 ? " " : "\n* ");
            text.append(finding.field()).append(finding.field().isEmpty() ? "" : ": ").append(finding.told());
        }
        if (violations.size() > MOST_CAUSES) {
            text.append("\nand ").append(violations.size() - MOST_CAUSES).append(" more");
        }
        return text.toString();
    }

    private static String name(Review review) {
        if (review.name() != null) {
            return review.name();
        }
        Subject subject = review.subject();
        Manifest object = subject == null ? null : subject.after() != null ? subject.after() : subject.before();
        String name = object == null ? null : object.metadata().name();
        return name == null ? "" : name;
    }

    private static String objectUid(@Nullable Subject subject) {
        Manifest object = subject == null ? null : subject.before() != null ? subject.before() : subject.after();
        String uid = object == null ? null : object.metadata().uid();
        return uid == null ? "" : uid;
    }

    /** A violation as a warning, where it does not deny. */
    static List<String> wouldDeny(List<Finding> violations) {
        List<String> warnings = new ArrayList<>();
        for (int i = 0; i < violations.size(); i++) {
            Finding finding = violations.get(i);
            if (i == MOST_CAUSES) {
                warnings.add("would be denied: and " + (violations.size() - i) + " more");
                break;
            }
            warnings.add(Notice.told(
                    finding.rule(), "would be denied: " + finding.field() + ": " + finding.sentence()));
        }
        return warnings;
    }

    /** The audit annotations of a validation. */
    static Map<String, String> audit(String mode, List<Finding> violations) {
        Map<String, String> audit = new LinkedHashMap<>();
        audit.put("mode", mode);
        audit.put("verdict", violations.isEmpty() ? "allowed" : "denied");
        audit.put("rules", String.join(",", violations.stream().map(Finding::rule).distinct().toList()));
        return audit;
    }
}
