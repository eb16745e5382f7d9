package io.inplaceguard.rule;

import io.inplaceguard.template.Change;
import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * The syntax of labels and annotations.
 * Source: ValidateLabels (k8s.io/apimachinery/pkg/apis/meta/v1/validation), ValidateAnnotations
 * (k8s.io/apimachinery/pkg/api/validation), IsQualifiedName and IsValidLabelValue (k8s.io/apimachinery/pkg/util/validation).
 */
final class MetadataSyntax {

    private static final int MAX_NAME = 63;
    private static final int MAX_PREFIX = 253;
    /** Bytes of all annotations together; a single value beyond it is refused in any case. */
    private static final int MAX_ANNOTATIONS = 256 * 1024;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?");
    private static final Pattern SUBDOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

    private MetadataSyntax() {}

    /** Why the API server refuses the new label or annotation, as the rest of a sentence; empty where it does not. */
    static String problem(Change change) {
        JsonNode value = change.after();
        if (value == null) {
            return "";
        }
        boolean label = change.path().toString().contains("metadata.labels");
        String key = change.path().last();
        if (!isQualifiedName(label ? key : key.toLowerCase(Locale.ROOT))) {
            return "its key is not a valid name";
        }
        if (!value.isString() && !value.isNull()) {
            return "its value is not a string";
        }
        String text = value.isString() ? value.stringValue() : "";
        if (label && !text.isEmpty() && !isName(text)) {
            return "its value is not a valid label value";
        }
        return !label && text.length() > MAX_ANNOTATIONS ? "its value is larger than 256 KiB" : "";
    }

    private static boolean isQualifiedName(String key) {
        int slash = key.indexOf('/');
        if (slash < 0) {
            return isName(key);
        }
        String prefix = key.substring(0, slash);
        return prefix.length() <= MAX_PREFIX && SUBDOMAIN.matcher(prefix).matches() && isName(key.substring(slash + 1));
    }

    private static boolean isName(String text) {
        return text.length() <= MAX_NAME && NAME.matcher(text).matches();
    }
}
