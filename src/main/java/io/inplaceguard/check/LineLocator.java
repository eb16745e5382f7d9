package io.inplaceguard.check;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Finds the line of a name-keyed field path such as {@code spec.template.spec.containers[name=app].image}. */
final class LineLocator {

    private LineLocator() {}

    /**
     * The line of the field, counted from 1; where it is absent (it was removed) the line of the nearest field that
     * contains it, and 1 without a root.
     */
    static int line(@Nullable Node root, String path) {
        if (root == null) {
            return 1;
        }
        Node node = root;
        int line = first(root);
        for (String word : words(path)) {
            Found next = word.startsWith("=") ? element(node, word.substring(1)) : member(node, word);
            if (next == null) {
                return line;
            }
            node = next.value();
            line = next.line();
        }
        return line;
    }

    private record Found(Node value, int line) {}

    private static int first(Node node) {
        return node.getStartMark().getLine() + 1;
    }

    private static @Nullable Found member(Node node, String name) {
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if (tuple.getKeyNode() instanceof ScalarNode key
                        && key.getValue().equals(name)) {
                    return new Found(tuple.getValueNode(), first(key));
                }
            }
        }
        return null;
    }

    /** The element whose key field has that value: {@code name=app}. */
    private static @Nullable Found element(Node node, String wanted) {
        int equals = wanted.indexOf('=');
        if (node instanceof SequenceNode sequence && equals > 0) {
            for (Node element : sequence.getValue()) {
                Found key = member(element, wanted.substring(0, equals));
                if (key != null
                        && key.value() instanceof ScalarNode value
                        && value.getValue().equals(wanted.substring(equals + 1))) {
                    return new Found(element, first(element));
                }
            }
        }
        return null;
    }

    /** The path's words; those that select a list element by its key begin with an equals sign. */
    private static List<String> words(String path) {
        List<String> words = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= path.length(); i++) {
            char c = i == path.length() ? '.' : path.charAt(i);
            if (c == '.' || c == '[') {
                if (i > from) {
                    words.add(path.substring(from, i));
                }
                from = i + 1;
            }
            if (c == '[') {
                int end = path.indexOf(']', i);
                int close = end < 0 ? path.length() : end;
                String inside = path.substring(i + 1, close);
                words.add(inside.contains("=") ? "=" + inside : inside);
                i = close;
                from = close + 1;
            }
        }
        return words;
    }
}
