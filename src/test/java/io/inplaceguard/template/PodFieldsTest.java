package io.inplaceguard.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.inplaceguard.guard.AdmissionAttributes;
import io.inplaceguard.guard.Guard;
import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.ObjectStage;
import io.inplaceguard.guard.ObjectView;
import io.inplaceguard.guard.Operation;
import io.inplaceguard.guard.Verdict;
import io.inplaceguard.rule.Violation;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Every field of the newest pod template model is in the table of fields, and its change is answered by the right rule. */
class PodFieldsTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Guard GUARD = new Guard(GuardSettings.DEFAULTS);

    /** What answers for the fields that not-in-place does not; "" is in place. The longest prefix counts. */
    private static final Map<String, String> ANSWERS = Map.ofEntries(
            Map.entry("spec.", "not-in-place"),
            Map.entry("spec.containers[].name", "container-set"),
            Map.entry("spec.containers[].image", ""),
            Map.entry("spec.containers[].imagePullPolicy", "not-in-place"),
            Map.entry("spec.containers[].resources.requests", "resource-set"),
            Map.entry("spec.containers[].resources.limits", "resource-set"),
            Map.entry("spec.containers[].resources.claims", "resource-kind"),
            Map.entry("spec.containers[].resizePolicy", "resize-policy"),
            Map.entry("metadata.", "template-metadata"));

    private record Leaf(String path, JsonNode value) {
        @Override
        public String toString() {
            return path;
        }
    }

    static Stream<Leaf> leaves() {
        List<Leaf> leaves = new ArrayList<>();
        walk(PodTemplateSpec.class, "", leaves);
        return leaves.stream();
    }

    private static void walk(Class<?> model, String path, List<Leaf> leaves) {
        for (Field field : model.getDeclaredFields()) {
            JsonProperty property = field.getAnnotation(JsonProperty.class);
            if (property == null || field.isAnnotationPresent(JsonIgnore.class)) {
                continue;
            }
            String at = path + property.value();
            Class<?> type = field.getType();
            if (List.class.isAssignableFrom(type)) {
                Class<?> element = argument(field.getGenericType(), 0);
                if (isModel(element)) {
                    walk(element, at + "[].", leaves);
                } else {
                    leaves.add(new Leaf(at, JSON.readTree("[\"x\"]")));
                }
            } else if (Map.class.isAssignableFrom(type)) {
                boolean quantities = argument(field.getGenericType(), 1) == Quantity.class;
                leaves.add(new Leaf(at, JSON.readTree(quantities ? "{\"cpu\":\"1\"}" : "{\"x\":\"y\"}")));
            } else if (isModel(type)) {
                walk(type, at + ".", leaves);
            } else {
                leaves.add(new Leaf(at, scalar(type)));
            }
        }
    }

    private static Class<?> argument(Type type, int index) {
        Type argument = ((ParameterizedType) type).getActualTypeArguments()[index];
        return argument instanceof Class<?> found ? found : Object.class;
    }

    private static boolean isModel(Class<?> type) {
        return type.getName().startsWith("io.fabric8.kubernetes.api.model.")
                && type != Quantity.class
                && type != IntOrString.class
                && Stream.of(type.getDeclaredFields()).anyMatch(field -> field.isAnnotationPresent(JsonProperty.class));
    }

    private static JsonNode scalar(Class<?> type) {
        if (type == Boolean.class) {
            return JSON.readTree("true");
        }
        return JSON.readTree(
                Number.class.isAssignableFrom(type) || type == IntOrString.class || type == Quantity.class
                        ? "7"
                        : type == String.class ? "\"x\"" : "{\"x\":\"y\"}");
    }

    @Test
    void the_model_is_walked_to_its_leaves() {
        assertThat(leaves().count()).isGreaterThan(800);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("leaves")
    void a_field_is_known_and_its_change_is_answered_by_its_rule(Leaf leaf) {
        assertThat(isInTable(leaf.path())).as("describe it in fields.txt").isTrue();
        JsonNode before = cloneSet();
        ObjectNode after = before.deepCopy().asObject();
        put(after.at("/spec/template").asObject(), leaf.path().split("\\."), 0, leaf.value());
        Verdict verdict = GUARD.validate(
                new AdmissionAttributes(
                        "apps.kruise.io",
                        "v1beta1",
                        "CloneSet",
                        "",
                        Operation.UPDATE,
                        ObjectView.of(before),
                        ObjectView.of(after)),
                ObjectStage.SUBMITTED);
        String answer = ANSWERS.entrySet().stream()
                .filter(entry -> leaf.path().startsWith(entry.getKey()))
                .max(java.util.Comparator.comparingInt(entry -> entry.getKey().length()))
                .orElseThrow()
                .getValue();
        if (answer.isEmpty()) {
            assertThat(verdict.violations()).isEmpty();
        } else {
            assertThat(verdict.violations()).extracting(Violation::rule).contains(answer);
        }
    }

    private static JsonNode cloneSet() {
        return JSON.readTree("{\"spec\":{\"updateStrategy\":{\"rollingUpdate\":{\"podUpdatePolicy\":\"InPlaceOnly\"}},"
                + "\"template\":{\"metadata\":{},\"spec\":{\"containers\":[{\"name\":\"app\",\"image\":\"a:1\"}]}}}}");
    }

    private static boolean isInTable(String path) {
        StructType type = PodSchema.POD_TEMPLATE;
        for (String word : path.split("\\.")) {
            String name = word.replace("[]", "");
            if (!type.has(name)) {
                return false;
            }
            PodSchema.Field field = type.field(name);
            if (field.type() == null) {
                return true;
            }
            type = field.elementType();
        }
        return true;
    }

    private static void put(ObjectNode parent, String[] path, int at, JsonNode value) {
        boolean list = path[at].endsWith("[]");
        String name = list ? path[at].substring(0, path[at].length() - 2) : path[at];
        if (at == path.length - 1) {
            parent.set(name, value);
        } else if (list) {
            JsonNode elements = parent.withArray(name);
            put(
                    elements.isEmpty()
                            ? elements.asArray().addObject()
                            : elements.get(0).asObject(),
                    path,
                    at + 1,
                    value);
        } else {
            put(parent.withObject("/" + name), path, at + 1, value);
        }
    }
}
