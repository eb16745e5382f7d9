package io.inplaceguard.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.admission.AdmissionHandler;
import io.inplaceguard.admission.AdmissionResult;
import io.inplaceguard.admission.Endpoint;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.GuardSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** docs/rules.md, its examples and the messages it shows are what the guard really does. */
class RulesPageTest {

    private static final Path PAGE = Path.of("docs/rules.md");
    private static final Pattern EXAMPLE =
            Pattern.compile("\n## ([a-z-]+)\n(?:(?!\n## ).)*?```diff\n(.*?)```\n\n```text\n(.*?)```\n", Pattern.DOTALL);
    private static final JsonMapper JSON = new JsonMapper();
    private static final AdmissionHandler REVIEWER = new AdmissionHandler(GuardSettings.DEFAULTS);

    /** The page as the guard would write its messages goes to target/, to be read and copied after a message was changed. */
    @Test
    void every_message_is_the_one_the_guard_gives() throws IOException {
        String page = Files.readString(PAGE);
        StringBuilder written = new StringBuilder();
        Matcher example = EXAMPLE.matcher(page);
        List<String> seen = new ArrayList<>();
        while (example.find()) {
            String message = message(example.group(2));
            assertThat(message).as(example.group(1)).contains("[" + example.group(1) + "]");
            seen.add(example.group(1));
            String text = example.group();
            String kept = text.substring(0, text.lastIndexOf("```text\n"));
            example.appendReplacement(written, Matcher.quoteReplacement(kept + "```text\n" + message + "\n```\n"));
        }
        example.appendTail(written);
        Path copy = Path.of("target/docs/rules.md");
        Files.createDirectories(copy.getParent());
        Files.writeString(copy, written);
        assertThat(seen).containsAll(Guard.allIds());
        assertThat(page).as("differs from " + copy).isEqualTo(written.toString());
    }

    @Test
    void page_readme_and_code_name_the_same_ids() throws IOException {
        TreeSet<String> code = new TreeSet<>(Guard.allIds());
        assertThat(headings(Files.readString(PAGE))).isEqualTo(code);
        String readme = Files.readString(Path.of("README.md"));
        assertThat(code).allSatisfy(id -> assertThat(readme).contains("`" + id + "`"));
    }

    private static TreeSet<String> headings(String page) {
        TreeSet<String> headings = new TreeSet<>();
        Matcher heading = Pattern.compile("^## ([a-z-]+)$", Pattern.MULTILINE).matcher(page);
        while (heading.find()) {
            headings.add(heading.group(1));
        }
        return headings;
    }

    /** What kubectl prints: warnings as they come, a denial with its causes (StandardErrorMessage, k8s.io/kubectl). */
    private static String message(String diff) {
        ObjectNode review = JSON.readTree(
                        "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":{\"uid\":\"u\",\"operation\":\"UPDATE\"}}")
                .asObject();
        ObjectNode request = review.path("request").asObject();
        request.set("oldObject", side(diff, '+'));
        request.set("object", side(diff, '-'));
        String kind = request.path("object").path("kind").asString();
        boolean pod = kind.equals("Pod");
        request.putObject("kind")
                .put("group", pod ? "" : "apps.kruise.io")
                .put("version", pod ? "v1" : "v1beta1")
                .put("kind", kind);
        byte[] body = review.toString().getBytes(StandardCharsets.UTF_8);
        AdmissionResult answer = REVIEWER.answer(Endpoint.VALIDATE, body, body.length);
        JsonNode response =
                JSON.readTree(((AdmissionResult.Responded) answer).body()).path("response");
        List<String> lines = new ArrayList<>();
        response.path("warnings").forEach(warning -> lines.add("Warning: " + warning.asString()));
        List<String> causes = new ArrayList<>();
        response.at("/status/details/causes")
                .forEach(cause -> causes.add(cause.path("field").asString() + ": "
                        + cause.path("message").asString()));
        if (!causes.isEmpty()) {
            String head = "The " + kind + " \"web\" is invalid: ";
            lines.add(causes.size() == 1 ? head + causes.get(0) : head.strip() + "\n* " + String.join("\n* ", causes));
        }
        return String.join("\n", lines);
    }

    private static ObjectNode side(String diff, char other) {
        StringBuilder yaml = new StringBuilder();
        diff.lines()
                .filter(line -> line.charAt(0) != other)
                .forEach(line -> yaml.append(line, 1, line.length()).append('\n'));
        Map<String, Object> object = new Yaml().load(yaml.toString());
        ObjectNode tree = JSON.valueToTree(object).asObject();
        tree.put("apiVersion", "apps.kruise.io/v1beta1")
                .putObject("metadata")
                .put("name", "web")
                .put("uid", "u1");
        return tree;
    }
}
