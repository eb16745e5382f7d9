package io.inplaceguard.check;

import io.inplaceguard.check.report.ObjectIdentity;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reads the objects of files, folders and standard input. */
public final class ManifestReader {

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final int MAX_LIST_DEPTH = 10;
    private static final Pattern MANIFEST = Pattern.compile("\\.(yaml|yml|json)$");

    private final InputStream stdin;
    private final String namespace;
    private final Consumer<String> note;

    /**
     * @param stdin     what {@code -} stands for
     * @param namespace for namespaced objects that name none; empty to leave them without
     * @param note      receives a sentence for each document that is skipped
     */
    public ManifestReader(InputStream stdin, String namespace, Consumer<String> note) {
        this.stdin = stdin;
        this.namespace = namespace;
        this.note = note;
    }

    /**
     * The objects of a file, a folder or standard input ({@code -}), by their identity and in their order.
     *
     * @throws InputException when something cannot be read, or two objects have one identity
     */
    public Map<ObjectIdentity, ManifestObject> read(String place) {
        return read(place, true);
    }

    /**
     * The same.
     *
     * @param recursive whether folders inside a folder are read, too
     */
    public Map<ObjectIdentity, ManifestObject> read(String place, boolean recursive) {
        Map<ObjectIdentity, ManifestObject> found = new LinkedHashMap<>();
        for (ManifestObject source : all(place, recursive)) {
            setNamespace(source.object());
            if (source.identity().name().isEmpty()) {
                note.accept(source.file() + ":" + source.line("") + ": "
                        + source.identity().kind() + " has no metadata.name, so it cannot be paired; skipped.");
                continue;
            }
            ManifestObject first = found.putIfAbsent(source.identity(), source);
            if (first != null) {
                throw new InputException(source.file() + ":" + source.line("") + ": " + source.identity()
                        + " is already defined at " + first.file() + ":" + first.line("") + ". Remove one of the two.");
            }
        }
        return found;
    }

    private void setNamespace(JsonNode object) {
        boolean isNamespaced = !object.path("kind").asString("").equals("SidecarSet");
        if (!namespace.isEmpty() && isNamespaced && object.path("metadata") instanceof ObjectNode metadata) {
            JsonNode own = metadata.path("namespace");
            if (!own.isString() || own.stringValue().isEmpty()) {
                metadata.put("namespace", namespace);
            }
        }
    }

    private List<ManifestObject> all(String place, boolean recursive) {
        if (place.equals("-")) {
            return objects("stdin", text("stdin", bytes("stdin", stdin::readAllBytes)), true);
        }
        Path path = Path.of(place);
        if (Files.isDirectory(path)) {
            List<ManifestObject> found = new ArrayList<>();
            for (Path file : manifests(path, recursive ? Integer.MAX_VALUE : 1)) {
                found.addAll(objects(
                        file.toString(),
                        text(file.toString(), bytes(file.toString(), () -> Files.readAllBytes(file))),
                        false));
            }
            return found;
        }
        if (!Files.exists(path)) {
            throw new InputException(place + " does not exist. Name a file, a folder, or - for standard input.");
        }
        return objects(place, text(place, bytes(place, () -> Files.readAllBytes(path))), true);
    }

    private static List<Path> manifests(Path folder, int depth) {
        try (Stream<Path> files = Files.walk(folder, depth)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> MANIFEST.matcher(file.toString()).find())
                    .filter(file -> !isHidden(folder.relativize(file)))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw new InputException(folder + " cannot be read: " + e.getMessage() + ".");
        }
    }

    private static boolean isHidden(Path path) {
        for (Path part : path) {
            if (part.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    private interface Reading {
        byte[] get() throws IOException;
    }

    private static byte[] bytes(String name, Reading reading) {
        try {
            return reading.get();
        } catch (IOException e) {
            throw new InputException(name + " cannot be read: " + e.getMessage() + ".");
        }
    }

    private static String text(String name, byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InputException(name + " is not UTF-8. Save it as UTF-8.");
        }
    }

    /** @param asked whether the user named this file, which then must contain objects; in a folder others are skipped */
    private List<ManifestObject> objects(String file, String text, boolean asked) {
        List<ManifestObject> found = new ArrayList<>();
        for (YamlReader.Document document : documents(file, text)) {
            ManifestObject source = new ManifestObject(file, document.tree(), document.root());
            if (source.isObject()) {
                addAll(found, source, 0);
            } else if (asked) {
                throw new InputException(
                        file + ":" + source.line("") + ": not a Kubernetes object: apiVersion and kind are missing.");
            } else {
                note.accept(file + ":" + source.line("")
                        + ": not a Kubernetes object (apiVersion and kind are missing); skipped.");
            }
        }
        return found;
    }

    private static List<YamlReader.Document> documents(String file, String text) {
        String start = text.stripLeading();
        return start.startsWith("{") || start.startsWith("[") ? json(file, text) : YamlReader.read(file, text);
    }

    /** Jackson gives the values; the text is read a second time as YAML, which JSON almost is, for the lines. */
    private static List<YamlReader.Document> json(String file, String text) {
        List<JsonNode> trees = new ArrayList<>();
        try (MappingIterator<JsonNode> values = JSON.readerFor(JsonNode.class).readValues(text)) {
            values.forEachRemaining(trees::add);
        } catch (JacksonException e) {
            var at = e.getLocation();
            throw InputException.at(
                    file, at == null ? 1 : at.getLineNr(), at == null ? 1 : at.getColumnNr(), "invalid JSON.");
        }
        Node root = null;
        if (trees.size() == 1) {
            try {
                // In JSON a raw tab can only be between tokens; in YAML it cannot be there.
                root = YamlReader.read(file, text.replace('\t', ' ')).get(0).root();
            } catch (InputException e) {
                // Lines are a convenience: the values have been read.
            }
        }
        List<YamlReader.Document> documents = new ArrayList<>();
        for (JsonNode tree : trees) {
            documents.add(new YamlReader.Document(tree, root));
        }
        return documents;
    }

    /** A {@code List} stands for its items. */
    private static void addAll(List<ManifestObject> found, ManifestObject source, int depth) {
        JsonNode items = source.object().path("items");
        if (!source.object().path("kind").asString().endsWith("List") || !items.isArray() || depth > MAX_LIST_DEPTH) {
            found.add(source);
            return;
        }
        int index = 0;
        for (JsonNode item : items) {
            ManifestObject inside = new ManifestObject(source.file(), item, item(source.root(), index++));
            if (!inside.isObject()) {
                throw new InputException(source.file() + ":" + inside.line("")
                        + ": an item of this List is not a Kubernetes object: apiVersion and kind are missing.");
            }
            addAll(found, inside, depth + 1);
        }
    }

    private static @Nullable Node item(@Nullable Node root, int index) {
        if (root instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if (tuple.getKeyNode() instanceof ScalarNode key
                        && key.getValue().equals("items")
                        && tuple.getValueNode() instanceof SequenceNode items
                        && index < items.getValue().size()) {
                    return items.getValue().get(index);
                }
            }
        }
        return null;
    }
}
