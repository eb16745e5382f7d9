package io.inplaceguard.template;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Defaults that depend on the fields beside them. {@code fields.txt} names them as {@code = @name}. */
enum ApiDefaults {
    /**
     * The imagePullPolicy of a container: Always for the tag {@code latest}, which is also meant by an image without tag
     * and digest, else IfNotPresent.
     * Source: SetDefaults_Container (pkg/apis/core/v1/defaults.go).
     */
    PULL_POLICY("@pull-policy") {
        @Override
        JsonNode value(JsonNode container) {
            return isLatest(container.path("image").asString("")) ? ALWAYS : IF_NOT_PRESENT;
        }
    },
    /**
     * A volume without a source is an emptyDir.
     * Source: SetDefaults_Volume (pkg/apis/core/v1/defaults.go).
     */
    EMPTY_DIR("@empty-dir") {
        @Override
        @Nullable
        JsonNode value(JsonNode volume) {
            for (var member : volume.properties()) {
                if (!member.getKey().equals("name") && !member.getValue().isNull()) {
                    return null;
                }
            }
            return JsonTree.EMPTY;
        }
    };

    private static final JsonNode ALWAYS = JsonNodeFactory.instance.stringNode("Always");
    private static final JsonNode IF_NOT_PRESENT = JsonNodeFactory.instance.stringNode("IfNotPresent");

    /** Far above what a registry takes, and short enough for a regular expression. */
    private static final int MAX_IMAGE = 1024;

    private static final int MAX_REPOSITORY = 255;
    private static final String PART = "[a-z0-9]++(?:(?:__|[._]|-++)[a-z0-9]++)*";
    private static final String LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
    private static final String DOMAIN = "(?:" + LABEL + "(?:\\." + LABEL + ")*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?";
    private static final String PATH = PART + "(?:/" + PART + ")*";
    private static final Pattern NAME = Pattern.compile("(?:" + DOMAIN + "/)?(" + PATH + ")");
    private static final Pattern REFERENCE = Pattern.compile("((?:" + DOMAIN + "/)?" + PATH
            + ")(?::(\\w[\\w.-]{0,127}))?"
            + "(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?");
    private static final Pattern DIGEST =
            Pattern.compile("sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128}");
    private static final Pattern IDENTIFIER = Pattern.compile("[a-f0-9]{64}");
    private static final Pattern UPPERCASE = Pattern.compile("[A-Z]");

    private final String word;

    ApiDefaults(String word) {
        this.word = word;
    }

    /** The default of that name in {@code fields.txt}. */
    static Optional<ApiDefaults> named(String word) {
        for (ApiDefaults row : values()) {
            if (row.word.equals(word)) {
                return Optional.of(row);
            }
        }
        return Optional.empty();
    }

    /**
     * The value that is written into an object that lacks the field.
     *
     * @return null where nothing is written
     */
    abstract @Nullable JsonNode value(JsonNode object);

    /**
     * Whether an image has the tag latest. What cannot be parsed has not.
     * Source: ParseImageName (pkg/util/parsers), ParseNormalizedNamed (github.com/distribution/reference 0.6).
     */
    static boolean isLatest(String image) {
        if (image.isEmpty()
                || image.length() > MAX_IMAGE
                || IDENTIFIER.matcher(image).matches()) {
            return false;
        }
        int slash = image.indexOf('/');
        String first = slash < 0 ? "" : image.substring(0, slash);
        boolean isDomain = first.equals("localhost")
                || first.contains(".")
                || first.contains(":")
                || UPPERCASE.matcher(first).find();
        String rest = isDomain ? image.substring(slash + 1) : image;
        int colon = rest.indexOf(':');
        if (UPPERCASE.matcher(colon < 0 ? rest : rest.substring(0, colon)).find()) {
            return false;
        }
        boolean isHub = !isDomain || first.equals("docker.io") || first.equals("index.docker.io");
        String name = isHub ? "docker.io/" + (rest.contains("/") ? "" : "library/") + rest : first + "/" + rest;
        Matcher reference = REFERENCE.matcher(name);
        if (!reference.matches()) {
            return false;
        }
        Matcher repository = NAME.matcher(reference.group(1));
        String tag = reference.group(2);
        String digest = reference.group(3);
        return repository.matches()
                && repository.group(1).length() <= MAX_REPOSITORY
                && (digest == null || DIGEST.matcher(digest).matches())
                && (tag == null ? digest == null : tag.equals("latest"));
    }
}
