package io.inplaceguard.rule;

import io.inplaceguard.guard.AdmissionAttributes;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.ObjectStage;
import io.inplaceguard.guard.ObjectView;
import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import io.inplaceguard.guard.OwnerStrategies;
import io.inplaceguard.guard.Verdict;
import io.inplaceguard.guard.Warning;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The examples of each rule: {@code rules/ID/{allow,deny}/NAME/} with the stored and the new object and the exact text that a
 * user gets. They are stored objects, as {@code /validate} sees them.
 */
public final class RuleFixtures {

    private static final Path ROOT = Path.of("src/test/resources/rules");
    private static final JsonMapper JSON = new JsonMapper();

    private RuleFixtures() {}

    /**
     * One example.
     *
     * @param rule     id of the rule that it belongs to
     * @param denied   whether the update is denied
     * @param folder   where it is
     * @param before   the stored object
     * @param after    the new object
     * @param expected one line a violation, its field first, then one line a warning; empty for none
     * @param profile  the OpenKruise it is for: vertical scaling enabled unless {@code vertical-scaling.txt} says otherwise
     */
    public record Fixture(
            String rule,
            boolean denied,
            Path folder,
            JsonNode before,
            JsonNode after,
            String expected,
            OpenKruiseProfile profile) {

        /** The request of an update, as the engine gets it. */
        public AdmissionAttributes attributes() {
            String[] api = after.path("apiVersion").asString().split("/");
            return AdmissionAttributes.update(
                    api.length == 1 ? "" : api[0],
                    api[api.length - 1],
                    after.path("kind").asString(),
                    ObjectView.of(before),
                    ObjectView.of(after));
        }

        /** The engine's verdict on it. */
        public Verdict verdict() {
            return new Guard(GuardSettings.DEFAULTS, OwnerStrategies.UNKNOWN, () -> profile)
                    .validate(attributes(), ObjectStage.STORED);
        }

        @Override
        public String toString() {
            return ROOT.relativize(folder).toString();
        }
    }

    /** The text of a verdict in the form of {@code expected.txt}. */
    public static String text(Verdict verdict) {
        StringBuilder text = new StringBuilder();
        verdict.violations()
                .forEach(violation -> text.append(violation.field())
                        .append(": ")
                        .append(violation.message())
                        .append('\n'));
        verdict.warnings().stream()
                .map(Warning::message)
                .forEach(line -> text.append("Warning: ").append(line).append('\n'));
        return text.toString();
    }

    /** All examples, in the order of their folders. */
    public static Stream<Fixture> all() {
        return folders(ROOT).stream().flatMap(rule -> of(rule.getFileName().toString()));
    }

    /** The examples of one rule; none where it has no folder. */
    public static Stream<Fixture> of(String rule) {
        return Stream.of("allow", "deny")
                .map(ROOT.resolve(rule)::resolve)
                .filter(Files::isDirectory)
                .flatMap(folder -> folders(folder).stream())
                .map(RuleFixtures::read);
    }

    private static Fixture read(Path folder) {
        Path profile = folder.resolve("vertical-scaling.txt");
        String scaling = Files.exists(profile) ? text(profile).strip().toUpperCase(Locale.ROOT) : "ENABLED";
        return new Fixture(
                ROOT.relativize(folder).getName(0).toString(),
                ROOT.relativize(folder).getName(1).toString().equals("deny"),
                folder,
                object(folder.resolve("old.yaml")),
                object(folder.resolve("new.yaml")),
                text(folder.resolve("expected.txt")),
                new OpenKruiseProfile(VerticalScaling.valueOf(scaling), true));
    }

    private static JsonNode object(Path file) {
        Map<String, Object> object = new Yaml().load(text(file));
        return JSON.valueToTree(object);
    }

    private static List<Path> folders(Path folder) {
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(Files::isDirectory).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
