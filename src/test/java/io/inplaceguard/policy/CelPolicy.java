package io.inplaceguard.policy;

import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.NullValue;
import dev.cel.extensions.CelExtensions;
import dev.cel.extensions.CelOptionalLibrary;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;

/** Evaluates a ValidatingAdmissionPolicy as the API server does, with failurePolicy Ignore: an expression that fails denies nothing. */
final class CelPolicy {

    private static final Cel CEL = CelFactory.standardCelBuilder()
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addCompilerLibraries(CelOptionalLibrary.INSTANCE, CelExtensions.strings())
            .addRuntimeLibraries(CelOptionalLibrary.INSTANCE, CelExtensions.strings())
            .addVar("object", SimpleType.DYN)
            .addVar("oldObject", SimpleType.DYN)
            .addVar("variables", SimpleType.DYN)
            .build();

    private final Map<String, CelRuntime.Program> conditions = new LinkedHashMap<>();
    private final Map<String, CelRuntime.Program> variables = new LinkedHashMap<>();
    private final List<Validation> validations = new ArrayList<>();

    private record Validation(CelRuntime.Program expression, String message, CelRuntime.Program messageExpression) {}

    CelPolicy(String yaml) {
        for (Object document : new Load(LoadSettings.builder().build()).loadAllFromString(yaml)) {
            if (at(document, "kind").equals("ValidatingAdmissionPolicy")) {
                Object spec = at(document, "spec");
                list(spec, "matchConditions").forEach(each -> conditions.put(text(each, "name"), program(each)));
                list(spec, "variables").forEach(each -> variables.put(text(each, "name"), program(each)));
                list(spec, "validations")
                        .forEach(each -> validations.add(new Validation(
                                program(each),
                                text(each, "message"),
                                program(
                                        ((Map<?, ?>) each).containsKey("messageExpression")
                                                ? text(each, "messageExpression")
                                                : "''"))));
            }
        }
    }

    private static Object at(Object map, String key) {
        return ((Map<?, ?>) map).get(key);
    }

    private static List<?> list(Object map, String key) {
        return (List<?>) at(map, key);
    }

    private static String text(Object map, String key) {
        return (String) at(map, key);
    }

    private static CelRuntime.Program program(Object each) {
        return program(text(each, "expression"));
    }

    private static CelRuntime.Program program(String expression) {
        try {
            return CEL.createProgram(CEL.compile(expression).getAst());
        } catch (CelValidationException | CelEvaluationException e) {
            throw new IllegalArgumentException(expression, e);
        }
    }

    /** The messages of a denial; empty where the update is admitted. */
    List<String> violations(JsonNode before, JsonNode after) {
        Map<String, Object> known = new HashMap<>();
        Map<String, Object> values = new HashMap<>();
        known.put("object", plain(after));
        known.put("oldObject", plain(before));
        known.put("variables", values);
        List<String> violations = new ArrayList<>();
        try {
            for (CelRuntime.Program condition : conditions.values()) {
                if (!(boolean) condition.eval(known)) {
                    return List.of();
                }
            }
            for (Map.Entry<String, CelRuntime.Program> variable : variables.entrySet()) {
                values.put(variable.getKey(), variable.getValue().eval(known));
            }
            for (Validation validation : validations) {
                if (!(boolean) validation.expression().eval(known)) {
                    String message = (String) validation.messageExpression().eval(known);
                    violations.add(message.isEmpty() ? validation.message() : message);
                }
            }
        } catch (CelEvaluationException e) {
            return violations;
        }
        return violations;
    }

    /** As CEL sees an object: maps, lists, strings, longs, doubles, booleans. */
    private static Object plain(JsonNode node) {
        if (node.isObject()) {
            Map<String, Object> map = new LinkedHashMap<>();
            node.properties().forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
            return map;
        }
        if (node.isArray()) {
            return node.valueStream().map(CelPolicy::plain).toList();
        }
        if (node.isNumber()) {
            return node.isIntegralNumber() ? (Object) node.longValue() : node.doubleValue();
        }
        return node.isBoolean()
                ? (Object) node.booleanValue()
                : node.isNull() ? NullValue.NULL_VALUE : node.stringValue();
    }
}
