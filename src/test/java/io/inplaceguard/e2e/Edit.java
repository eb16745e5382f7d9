package io.inplaceguard.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A row of {@code edits.yaml}.
 *
 * @param base how the template differs from the usual one before the edit: a JSON patch
 * @param edit a JSON patch on the template
 */
record Edit(String name, JsonNode base, JsonNode edit) {

    private static final JsonMapper JSON = new JsonMapper();

    /** All rows by name, in the order of the file. */
    static Map<String, Edit> all() throws IOException {
        Map<String, Edit> all = new LinkedHashMap<>();
        Object rows = new Yaml(new SafeConstructor(new LoaderOptions()))
                .load(Files.readString(Path.of("src/test/resources/e2e/edits.yaml")));
        for (Object row : (List<?>) rows) {
            JsonNode json = JSON.valueToTree(row);
            Edit edit = new Edit(json.path("name").asString(), json.path("base"), json.path("edit"));
            if (all.put(edit.name, edit) != null) {
                throw new IllegalStateException("edits.yaml has " + edit.name + " twice");
            }
        }
        return all;
    }

    /** The edit as a patch of an object whose template is at that path. */
    JsonNode at(String template) {
        ArrayNode patch = JSON.createArrayNode();
        for (JsonNode operation : edit) {
            ObjectNode copy = ((ObjectNode) operation).deepCopy();
            for (String field : List.of("path", "from")) {
                if (copy.has(field)) {
                    copy.put(field, template + copy.path(field).asString());
                }
            }
            patch.add(copy);
        }
        return patch;
    }

    /** The template before the edit. */
    ObjectNode template(String labelValue) {
        ObjectNode template = (ObjectNode)
                JSON.valueToTree(new Yaml(new SafeConstructor(new LoaderOptions())).load("""
                metadata: {labels: {app: %s, tier: front}}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers:
                  - name: app
                    image: registry.k8s.io/pause:3.9
                    env: [{name: MODE, value: light}, {name: LEVEL, value: low}]
                    resources: {requests: {cpu: 50m, memory: 32Mi}, limits: {cpu: 100m, memory: 64Mi}}
                  - {name: side, image: "registry.k8s.io/pause:3.9"}
                """.formatted(labelValue)));
        for (JsonNode operation : base) {
            apply(template, operation);
        }
        return template;
    }

    private static void apply(ObjectNode template, JsonNode operation) {
        String path = operation.path("path").asString();
        int slash = path.lastIndexOf('/');
        JsonNode parent = template.at(path.substring(0, slash));
        String last = path.substring(slash + 1);
        switch (operation.path("op").asString() + " " + parent.getNodeType()) {
            case "remove ARRAY" -> ((ArrayNode) parent).remove(Integer.parseInt(last));
            case "remove OBJECT" -> ((ObjectNode) parent).remove(last);
            case "add OBJECT", "replace OBJECT" -> ((ObjectNode) parent).set(last, operation.path("value"));
            default -> throw new IllegalStateException("base: " + operation);
        }
    }
}
