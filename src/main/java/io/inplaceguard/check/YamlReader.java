package io.inplaceguard.check;

import java.io.StringReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the documents of a YAML text as kubectl does (sigs.k8s.io/yaml, YAML 1.1): anchors, aliases and merge keys work,
 * keys are strings, {@code yes} and {@code on} are true. The nodes are kept because they have the lines.
 */
final class YamlReader {

    /**
     * One document.
     *
     * @param tree its values
     * @param root its nodes, which have lines; null where lines are not known
     */
    record Document(JsonNode tree, @Nullable Node root) {}

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MAX_CODE_POINTS = 64 << 20;
    private static final int MAX_DEPTH = 200;
    private static final int MAX_ALIASES = 1000;

    /** An alias costs a few characters in the text and a whole subtree each time it is followed. */
    private static final int MAX_VALUES = 4_000_000;

    private static final int MAX_KEY_SHOWN = 120;

    private final String file;
    private final LoaderOptions options = new LoaderOptions();
    private int values;

    private YamlReader(String file) {
        this.file = file;
        options.setCodePointLimit(MAX_CODE_POINTS);
        options.setNestingDepthLimit(MAX_DEPTH);
        options.setMaxAliasesForCollections(MAX_ALIASES);
    }

    /**
     * The documents of a text; empty ones are left out.
     *
     * @param file names the text in messages
     * @throws InputException when it cannot be read
     */
    static List<Document> read(String file, String text) {
        return new YamlReader(file).documents(text);
    }

    private List<Document> documents(String text) {
        Yaml yaml = new Yaml(
                new SafeConstructor(options),
                new Representer(new DumperOptions()),
                new DumperOptions(),
                options,
                new Resolver());
        List<Document> documents = new ArrayList<>();
        try {
            for (Node root : yaml.composeAll(new StringReader(text))) {
                JsonNode tree = tree(root, 0);
                if (!tree.isNull()) {
                    documents.add(new Document(tree, root));
                }
            }
            return documents;
        } catch (MarkedYAMLException e) {
            Mark mark = e.getProblemMark();
            throw mark == null
                    ? new InputException(file + ": " + e.getProblem() + ".")
                    : InputException.at(
                            file,
                            mark.getLine() + 1,
                            mark.getColumn() + 1,
                            oneLine(e.getProblem()) + ". Correct the YAML.");
        } catch (YAMLException e) {
            throw new InputException(file + ": " + oneLine(e.getMessage()) + ". Correct the YAML.");
        }
    }

    private static String oneLine(@Nullable String message) {
        return message == null
                ? "invalid YAML"
                : message.lines().findFirst().orElse("invalid YAML").strip();
    }

    private JsonNode tree(Node node, int depth) {
        if (++values > MAX_VALUES || depth > MAX_DEPTH) {
            throw errorAt(
                    node,
                    "with its aliases expanded this has more than " + MAX_VALUES + " values or " + MAX_DEPTH
                            + " levels.");
        }
        if (node instanceof MappingNode mapping) {
            return object(mapping, depth);
        }
        if (node instanceof SequenceNode sequence) {
            ArrayNode array = NODES.arrayNode();
            sequence.getValue().forEach(element -> array.add(tree(element, depth + 1)));
            return array;
        }
        return scalar((ScalarNode) node);
    }

    private ObjectNode object(MappingNode mapping, int depth) {
        ObjectNode object = NODES.objectNode();
        Set<String> own = new HashSet<>();
        List<Node> merged = new ArrayList<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (tuple.getKeyNode().getTag().equals(Tag.MERGE)) {
                merged.add(tuple.getValueNode());
                continue;
            }
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw errorAt(tuple.getKeyNode(), "a key is not a string.");
            }
            if (!own.add(key.getValue())) {
                throw errorAt(key, "duplicate key " + printable(key.getValue()) + ". Remove one of the two.");
            }
            object.set(key.getValue(), tree(tuple.getValueNode(), depth + 1));
        }
        merged.forEach(source -> merge(object, source, depth));
        return object;
    }

    /** A merge key ({@code <<}) gives what the object itself does not; of several sources the earlier one wins. */
    private void merge(ObjectNode object, Node source, int depth) {
        if (source instanceof SequenceNode sequence) {
            sequence.getValue().forEach(each -> merge(object, each, depth));
        } else if (source instanceof MappingNode mapping) {
            tree(mapping, depth + 1).properties().forEach(entry -> {
                if (!object.has(entry.getKey())) {
                    object.set(entry.getKey(), entry.getValue());
                }
            });
        } else {
            throw errorAt(source, "<< needs an object or an alias of one.");
        }
    }

    private JsonNode scalar(ScalarNode node) {
        String text = node.getValue();
        Tag tag = node.getTag();
        if (tag.equals(Tag.NULL)) {
            return NODES.nullNode();
        }
        if (tag.equals(Tag.BOOL)) {
            return NODES.booleanNode(Set.of("true", "yes", "on", "y").contains(text.toLowerCase(Locale.ROOT)));
        }
        if (tag.equals(Tag.INT)) {
            return integer(text);
        }
        if (tag.equals(Tag.FLOAT)) {
            return number(text);
        }
        return NODES.stringNode(text);
    }

    private static JsonNode integer(String text) {
        String plain = text.replace("_", "");
        boolean negative = plain.startsWith("-");
        String digits = negative || plain.startsWith("+") ? plain.substring(1) : plain;
        try {
            BigInteger value = digits.startsWith("0x")
                    ? new BigInteger(digits.substring(2), 16)
                    : digits.startsWith("0b")
                            ? new BigInteger(digits.substring(2), 2)
                            : digits.length() > 1 && digits.startsWith("0")
                                    ? new BigInteger(digits.substring(1), 8)
                                    : new BigInteger(digits);
            BigInteger signed = negative ? value.negate() : value;
            if (signed.bitLength() < 32) {
                return NODES.numberNode(signed.intValue());
            }
            return signed.bitLength() < 64 ? NODES.numberNode(signed.longValue()) : NODES.numberNode(signed);
        } catch (NumberFormatException e) {
            // Such as 1:30, a base-60 number of YAML 1.1; sigs.k8s.io/yaml reads a string.
            return NODES.stringNode(text);
        }
    }

    private static JsonNode number(String text) {
        try {
            return NODES.numberNode(new BigDecimal(text.replace("_", "")));
        } catch (NumberFormatException e) {
            return NODES.stringNode(text);
        }
    }

    /** A key as one line of bounded length. */
    private static String printable(String key) {
        String line = key.codePoints()
                .limit(MAX_KEY_SHOWN)
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return key.codePointCount(0, key.length()) > MAX_KEY_SHOWN ? line + "..." : line;
    }

    private InputException errorAt(Node node, String what) {
        Mark mark = node.getStartMark();
        return InputException.at(file, mark.getLine() + 1, mark.getColumn() + 1, what);
    }
}
