package io.inplaceguard.admission;

import io.inplaceguard.rule.Violation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The {@code metav1.Status} of a denial. Shaped as the API server reports an invalid object, so that kubectl prints one
 * line for each cause; kubectl prints nothing else of it, other clients show only the message. So both carry everything.
 *
 * @param message all causes in one text
 * @param name    name of the object; empty where it is generated later
 * @param group   API group of the object; empty for core
 * @param kind    kind of the object
 * @param uid     uid of the object; empty where it has none yet
 * @param causes  one for each violation, at most {@value #MAX_CAUSES}
 */
record DenialStatus(String message, String name, String group, String kind, String uid, List<Cause> causes) {

    /** HTTP status of an invalid object. */
    static final int CODE = 422;

    static final String REASON = "Invalid";

    /** Nobody reads more than this; the last cause carries the number of the others. */
    static final int MAX_CAUSES = 10;

    /** Bytes of all causes: they are sent twice, and an answer has at most 64 KiB. */
    private static final int MAX_CAUSES_BYTES = 20 << 10;

    private static final int MAX_FIELD = 600;
    private static final int MAX_MESSAGE = 1_500;

    /**
     * One violation.
     *
     * @param reason  {@code FieldValueInvalid} or {@code FieldValueForbidden}
     * @param field   name-keyed path; empty where it is not about a field
     * @param message complete in itself; ends with the rule's id in brackets
     */
    record Cause(String reason, String field, String message) {

        private int bytes() {
            return bytes(field) + bytes(message);
        }

        /** As JSON, where quotes and backslashes take two bytes. */
        private static int bytes(String text) {
            int escapes = (int) text.chars().filter(c -> c == '"' || c == '\\').count();
            return text.getBytes(StandardCharsets.UTF_8).length + escapes;
        }
    }

    /**
     * The status of a denied request.
     *
     * @param violations at least one
     * @param docsUrl    page that has a section for each rule, named by its id; empty to leave out the pointer
     */
    static DenialStatus of(AdmissionRequest request, List<Violation> violations, String docsUrl) {
        List<Cause> causes = causes(violations, docsUrl);
        int more = violations.size() - causes.size();
        String message = message(request, causes, more);
        if (more > 0) {
            Violation last = violations.get(causes.size() - 1);
            causes.set(causes.size() - 1, cause(last, pointer(last, docsUrl) + " (and " + more + " more)"));
        }
        return of(request, message, causes);
    }

    /** The status of a request that could not be checked, because inplace-guard itself failed. */
    static DenialStatus internalError(AdmissionRequest request) {
        String sentence =
                "internal error: the change was denied without being checked. Ask your platform team to search"
                        + " the inplace-guard log for uid " + PlainText.name(request.uid()) + ".";
        return of(request, sentence, List.of(new Cause("InternalError", "", sentence)));
    }

    private static DenialStatus of(AdmissionRequest request, String message, List<Cause> causes) {
        return new DenialStatus(
                message,
                PlainText.name(request.objectName()),
                PlainText.name(request.group()),
                PlainText.name(request.kind()),
                PlainText.name(request.objectUid()),
                causes);
    }

    /** The first violations, as many as are shown. The last one of each rule points to the documentation. */
    private static List<Cause> causes(List<Violation> violations, String docsUrl) {
        List<Cause> causes = new ArrayList<>();
        int shown = Math.min(MAX_CAUSES, violations.size());
        int bytes = 0;
        for (int i = 0; i < shown; i++) {
            Violation violation = violations.get(i);
            boolean isLastOfRule = violations.subList(i + 1, shown).stream()
                    .noneMatch(other -> other.rule().equals(violation.rule()));
            Cause cause = cause(violation, isLastOfRule ? pointer(violation, docsUrl) : "");
            bytes += cause.bytes();
            if (i > 0 && bytes > MAX_CAUSES_BYTES) {
                break;
            }
            causes.add(cause);
        }
        return causes;
    }

    private static Cause cause(Violation violation, String end) {
        return new Cause(
                violation.isMalformed() ? "FieldValueInvalid" : "FieldValueForbidden",
                PlainText.line(violation.field(), MAX_FIELD),
                PlainText.line(violation.sentence(), MAX_MESSAGE) + end + " [" + violation.rule() + "]");
    }

    private static String pointer(Violation violation, String docsUrl) {
        return docsUrl.isEmpty() ? "" : " See " + docsUrl + "#" + violation.rule();
    }

    private static String message(AdmissionRequest request, List<Cause> causes, int more) {
        StringBuilder text = new StringBuilder(256);
        String object = request.kind().isEmpty()
                ? "the object"
                : PlainText.name(request.kind()) + " " + PlainText.name(request.objectName());
        text.append("this change of ").append(object).append(" cannot be made in place:");
        for (Cause cause : causes) {
            text.append(causes.size() == 1 && more == 0 ? " " : "\n* ");
            text.append(cause.field())
                    .append(cause.field().isEmpty() ? "" : ": ")
                    .append(cause.message());
        }
        if (more > 0) {
            text.append("\nand ").append(more).append(" more");
        }
        return text.toString();
    }
}
