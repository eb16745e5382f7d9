package io.inplaceguard.check;

import io.inplaceguard.guard.GuardSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The settings of the rules out of an {@code application.yaml}, by the same keys as {@code serve} reads them. */
final class ConfigFile {

    private static final String PREFIX = "inplace-guard.";
    private static final String METADATA = "rules.template-metadata";
    private static final String CPU = "resize-policy.cpu";
    private static final String MEMORY = "resize-policy.memory";

    /** GuardSettings that decide nothing here, though the file may well have them. */
    private static final List<String> OF_THE_SERVER = List.of(
            "certs.", "exemptions.", "owners.", "tracker.", "client-ca.", "drain", "max-review-bytes", "kubernetes.");

    private ConfigFile() {}

    /** @throws InputException when the file cannot be read or has a setting of inplace-guard that is none */
    static GuardSettings read(Path file) {
        Map<String, String> found = new LinkedHashMap<>();
        try {
            for (YamlReader.Document document : YamlReader.read(file.toString(), Files.readString(file))) {
                flatten("", document.tree(), found);
            }
        } catch (IOException e) {
            throw new InputException(file + " cannot be read. Name an application.yaml with --config.");
        }
        for (String name : found.keySet()) {
            boolean ours = name.startsWith(PREFIX);
            String rest = ours ? name.substring(PREFIX.length()) : "";
            if (ours
                    && !Set.of(METADATA, CPU, MEMORY).contains(rest)
                    && OF_THE_SERVER.stream().noneMatch(rest::startsWith)) {
                throw new InputException(file + ": " + name + " is no setting of inplace-guard. Correct its name.");
            }
        }
        return GuardSettings.DEFAULTS
                .withResizePolicy(
                        policy(oneOf(file, found, CPU, "NotRequired", "RestartContainer")),
                        policy(oneOf(file, found, MEMORY, "NotRequired", "RestartContainer")))
                .withTemplateMetadata(
                        oneOf(file, found, METADATA, "deny", "allow").equals("allow")
                                ? GuardSettings.TemplateMetadata.ALLOW
                                : GuardSettings.TemplateMetadata.DENY);
    }

    /** Spring's keys may be nested or dotted, and written in camel case. */
    private static void flatten(String prefix, JsonNode node, Map<String, String> found) {
        if (node.isObject()) {
            node.properties().forEach(entry -> {
                String name =
                        entry.getKey().replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
                flatten(prefix.isEmpty() ? name : prefix + "." + name, entry.getValue(), found);
            });
        } else {
            found.put(prefix, node.asString(""));
        }
    }

    private static GuardSettings.ResizePolicyDefault policy(String word) {
        return word.equals("NotRequired")
                ? GuardSettings.ResizePolicyDefault.NOT_REQUIRED
                : GuardSettings.ResizePolicyDefault.RESTART_CONTAINER;
    }

    private static String oneOf(Path file, Map<String, String> found, String name, String usual, String other) {
        String value = found.getOrDefault(PREFIX + name, usual);
        if (!value.equals(usual) && !value.equals(other)) {
            throw new InputException(
                    file + ": " + PREFIX + name + " is neither " + usual + " nor " + other + ". Correct it.");
        }
        return value;
    }
}
