package io.inplaceguard.guard;

import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Objects to start from, and small edits of them by JSON pointer. */
public final class Samples {

    static final JsonMapper JSON = new JsonMapper();

    static final String POD_SPEC = """
            {"containers":[
              {"name":"app","image":"shop/web:1","imagePullPolicy":"Always",
               "resources":{"requests":{"cpu":"500m","memory":"512Mi"},"limits":{"cpu":"1","memory":"1Gi"}},
               "env":[{"name":"MODE","value":"s3cret"},{"name":"A","value":"1"}],
               "ports":[{"containerPort":8080,"protocol":"TCP"}],
               "resizePolicy":[{"resourceName":"cpu","restartPolicy":"NotRequired"},{"resourceName":"memory","restartPolicy":"RestartContainer"}],
               "livenessProbe":{"httpGet":{"path":"/","port":8080,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3}},
              {"name":"log","image":"infra/log:1","resources":{"requests":{"cpu":"50m"},"limits":{"cpu":"100m","memory":"128Mi","ephemeral-storage":"1Gi"}}}],
             "initContainers":[{"name":"migrate","image":"shop/migrate:1"},{"name":"mesh","image":"mesh:2","restartPolicy":"Always"}],
             "volumes":[{"name":"data","emptyDir":{}},{"name":"conf","configMap":{"name":"c","defaultMode":420}}],
             "restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","securityContext":{}}""";

    private Samples() {}

    public static JsonNode cloneSet(String policy) {
        return JSON.readTree("""
                {"apiVersion":"apps.kruise.io/v1beta1","kind":"CloneSet","metadata":{"name":"web","namespace":"prod","uid":"u1"},
                 "spec":{"replicas":3,"updateStrategy":{"rollingUpdate":{"podUpdatePolicy":"%s"}},
                  "template":{"metadata":{"labels":{"app":"web"},"annotations":{"team":"shop"}},"spec":%s}}}""".formatted(policy, POD_SPEC));
    }

    public static JsonNode pod(String annotations) {
        return JSON.readTree("""
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-0","namespace":"prod","uid":"u2","annotations":%s},
                 "spec":%s,"status":{"phase":"Running"}}""".formatted(annotations, POD_SPEC));
    }

    public static JsonNode edited(JsonNode object, Consumer<JsonNode> edit) {
        JsonNode copy = object.deepCopy();
        edit.accept(copy);
        return copy;
    }

    /** Sets what the pointer points to; the text {@code -} removes it. */
    public static JsonNode set(JsonNode object, String pointer, String json) {
        JsonNode copy = object.deepCopy();
        int cut = pointer.lastIndexOf('/');
        JsonNode parent = copy.at(pointer.substring(0, cut));
        String field = pointer.substring(cut + 1).replace("~1", "/").replace("~0", "~");
        if (parent.isArray()) {
            if (json.equals("-")) {
                parent.asArray().remove(Integer.parseInt(field));
            } else if (field.equals("+")) {
                parent.asArray().add(JSON.readTree(json));
            } else {
                parent.asArray().set(Integer.parseInt(field), JSON.readTree(json));
            }
        } else if (json.equals("-")) {
            ((ObjectNode) parent).remove(field);
        } else {
            ((ObjectNode) parent).set(field, JSON.readTree(json));
        }
        return copy;
    }

    public static AdmissionAttributes update(JsonNode before, JsonNode after) {
        return update(before, after, "");
    }

    public static AdmissionAttributes update(JsonNode before, JsonNode after, String subresource) {
        String[] api = after.path("apiVersion").asString().split("/");
        return new AdmissionAttributes(
                api.length == 1 ? "" : api[0],
                api[api.length - 1],
                after.path("kind").asString(),
                subresource,
                Operation.UPDATE,
                ObjectView.of(before),
                ObjectView.of(after));
    }
}
