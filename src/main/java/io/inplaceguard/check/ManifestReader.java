package io.inplaceguard.check;

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

/** Reads the objects of files, folders and standard input. */
final class ManifestReader {

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final int DEEPEST_LIST = 10;

    private final InputStream stdin;
    private final Consumer<String> note;

    /** @param note is told what is passed over, a sentence each time */
    ManifestReader(InputStream stdin, Consumer<String> note) {
        this.stdin = stdin;
        this.note = note;
    }

    /**
     * The objects of a file, a folder or standard input ({@code -}), by their identity and in their order.
     *
     * @throws InputException when something cannot be read, or two objects have one identity
     */
    Map<ManifestObject.Identity, ManifestObject> read(String place) {
        Map<ManifestObject.Identity, ManifestObject> found = new LinkedHashMap<>();
        for (ManifestObject source : all(place)) {
            if (source.identity().name().isEmpty()) {
                note.accept(source.file() + ":" + source.line("") + ": "
                        + source.identity().kind() + " has no metadata.name, so it cannot be paired; passed over.");
                continue;
            }
            ManifestObject first = found.putIfAbsent(source.identity(), source);
            if (first != null) {
                throw new InputException(source.file() + ":" + source.line("") + ": " + source.identity()
                        + " is there already, at " + first.file() + ":" + first.line("") + ". Remove one of the two.");
            }
        }
        return found;
    }

    private List<ManifestObject> all(String place) {
        if (place.equals("-")) {
            return objects("stdin", text("stdin", bytes("stdin", stdin::readAllBytes)), true);
        }
        Path path = Path.of(place);
        if (Files.isDirectory(path)) {
            List<ManifestObject> found = new ArrayList<>();
            for (Path file : manifests(path)) {
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

    private static List<Path> manifests(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().matches("[^.].*\\.(yaml|yml|json)"))
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

    /** @param asked whether the user named this very file, which then has to hold objects */
    private List<ManifestObject> objects(String file, String text, boolean asked) {
        List<ManifestObject> found = new ArrayList<>();
        for (YamlReader.Document document : documents(file, text)) {
            ManifestObject source = new ManifestObject(file, document.tree(), document.root());
            if (source.isObject()) {
                addAll(found, source, 0);
            } else if (asked) {
                throw new InputException(file + ":" + source.line("")
                        + ": this is no Kubernetes object: it has no apiVersion and kind. Give manifests.");
            } else {
                note.accept(
                        file + ":" + source.line("") + ": no Kubernetes object (no apiVersion and kind); passed over.");
            }
        }
        return found;
    }

    private static List<YamlReader.Document> documents(String file, String text) {
        String start = text.stripLeading();
        return start.startsWith("{") || start.startsWith("[") ? json(file, text) : YamlReader.read(file, text);
    }

    /** The library for JSON says what the text means; as YAML, which it almost is, it is read once more for the lines. */
    private static List<YamlReader.Document> json(String file, String text) {
        List<JsonNode> trees = new ArrayList<>();
        try (MappingIterator<JsonNode> values = JSON.readerFor(JsonNode.class).readValues(text)) {
            values.forEachRemaining(trees::add);
        } catch (JacksonException e) {
            var at = e.getLocation();
            throw InputException.at(
                    file,
                    at == null ? 1 : at.getLineNr(),
                    at == null ? 1 : at.getColumnNr(),
                    "this is no JSON. Correct it.");
        }
        Node root = null;
        if (trees.size() == 1) {
            try {
                // A raw tab can only stand between the tokens of JSON.
                root = YamlReader.read(file, text.replace('\t', ' ')).get(0).root();
            } catch (InputException e) {
                // Without lines, then.
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
        if (!source.object().path("kind").asString().endsWith("List") || !items.isArray() || depth > DEEPEST_LIST) {
            found.add(source);
            return;
        }
        int index = 0;
        for (JsonNode item : items) {
            ManifestObject inside = new ManifestObject(source.file(), item, item(source.root(), index++));
            if (!inside.isObject()) {
                throw new InputException(source.file() + ":" + inside.line("")
                        + ": an item of this List is no Kubernetes object: it has no apiVersion and kind. Correct it.");
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
