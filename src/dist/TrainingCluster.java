import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/**
 * As much of an API server as a training run needs: it keeps what is written, lists a Pod and a CloneSet in the middle of a
 * resize, and shows OpenKruise's Deployment and the webhook configurations. Runs the command given as arguments with a KUBECONFIG
 * for it and exits with its status. Not part of the jar.
 */
public final class TrainingCluster {

    private static final String WORKLOAD = """
            {"apiVersion": "apps.kruise.io/v1beta1", "kind": "CloneSet", "metadata": {"name": "web", "namespace": "shop",
            "uid": "7a", "resourceVersion": "1", "generation": 2, "annotations": {"inplace-guard.io/resize": "Proposed"}},
            "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "web"}},
            "updateStrategy": {"rollingUpdate": {"podUpdatePolicy": "InPlaceOnly"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "app", "image": "app:1",
            "resources": {"requests": {"cpu": "150m"}}}]}}},
            "status": {"replicas": 1, "updatedReplicas": 1, "updateRevision": "web-1", "observedGeneration": 2}}""";

    private static final String POD = """
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-1", "namespace": "shop", "uid": "7b",
            "resourceVersion": "1", "generation": 2, "labels": {"app": "web", "controller-revision-hash": "web-1"},
            "ownerReferences": [{"apiVersion": "apps.kruise.io/v1beta1", "kind": "CloneSet", "name": "web", "uid": "7a",
            "controller": true}]},
            "spec": {"nodeName": "n1", "containers": [{"name": "app", "image": "app:1",
            "resources": {"requests": {"cpu": "150m"}}}]},
            "status": {"phase": "Running", "conditions": [{"type": "PodResizePending", "status": "True", "reason": "Deferred",
            "message": "Node did not have enough resource: cpu", "lastTransitionTime": "2026-01-01T00:00:00Z"}],
            "containerStatuses": [{"name": "app", "image": "app:1", "imageID": "x", "ready": true, "restartCount": 0,
            "state": {"running": {}}, "resources": {"requests": {"cpu": "100m"}}}]}}""";

    private static final String DEPLOYMENT = """
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "kruise-controller-manager",
            "namespace": "kruise-system"}, "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": {"spec": {"containers": [
            {"name": "manager", "args": ["--feature-gates=InPlaceWorkloadVerticalScaling=true"]}]}}}}""";

    private static final String KINDS = """
            {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "apps.kruise.io/v1beta1", "resources": [
            {"name": "clonesets", "singularName": "cloneset", "namespaced": true, "kind": "CloneSet",
            "verbs": ["get", "list", "watch", "patch"]}]}""";

    private static final Pattern CONFIGURATION =
            Pattern.compile("/apis/admissionregistration.k8s.io/v1/(validating|mutating)webhookconfigurations/[^/]+");

    private final Map<String, String> stored = new ConcurrentHashMap<>();

    public static void main(String[] command) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", new TrainingCluster()::answer);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        Path kubeconfig = Files.createTempFile("training", ".kubeconfig");
        Files.writeString(kubeconfig, """
                apiVersion: v1
                kind: Config
                current-context: t
                clusters: [{name: t, cluster: {server: "http://127.0.0.1:%d"}}]
                users: [{name: t, user: {token: t}}]
                contexts: [{name: t, context: {cluster: t, user: t, namespace: shop}}]
                """.formatted(server.getAddress().getPort()));
        ProcessBuilder builder = new ProcessBuilder(List.of(command)).inheritIO();
        builder.environment().put("KUBECONFIG", kubeconfig.toString());
        int status = builder.start().waitFor();
        Files.delete(kubeconfig);
        System.exit(status);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String query = String.valueOf(exchange.getRequestURI().getQuery());
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            if (query.contains("watch=true")) {
                watch(exchange);
                return;
            }
            String answer = switch (exchange.getRequestMethod()) {
                case "POST" -> {
                    String name = body.replaceFirst("(?s).*?\"name\"\\s*:\\s*\"([^\"]+)\".*", "$1");
                    stored.put(path + "/" + name, body);
                    yield body;
                }
                case "PUT" -> {
                    stored.put(path, body);
                    yield body;
                }
                case "PATCH" -> body.startsWith("[") ? get(path) : body;
                default -> get(path);
            };
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.contains("\"code\": 404") ? 404 : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    /** A watch without events, until the client or the training ends. */
    private static void watch(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().flush();
        try {
            Thread.sleep(60_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String get(String path) {
        if (stored.containsKey(path)) {
            return stored.get(path);
        }
        if (CONFIGURATION.matcher(path).matches()) {
            String kind = path.contains("validating") ? "Validating" : "Mutating";
            return """
                    {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "%sWebhookConfiguration",
                    "metadata": {"name": "inplace-guard", "resourceVersion": "1"}, "webhooks": [{"name": "pods.inplace-guard.io",
                    "clientConfig": {"service": {"namespace": "shop", "name": "inplace-guard"}}, "sideEffects": "None",
                    "admissionReviewVersions": ["v1"]}]}""".formatted(kind);
        }
        return switch (path) {
            case "/version" -> "{\"major\": \"1\", \"minor\": \"36\", \"gitVersion\": \"v1.36.2\"}";
            case "/api/v1/pods" -> list("PodList", "v1", POD);
            case "/api/v1/namespaces/shop/pods/web-1" -> POD;
            case "/apis/apps.kruise.io/v1beta1" -> KINDS;
            case "/apis/apps.kruise.io/v1beta1/clonesets" -> list("CloneSetList", "apps.kruise.io/v1beta1", WORKLOAD);
            case "/apis/apps.kruise.io/v1beta1/namespaces/shop/clonesets/web" -> WORKLOAD;
            case "/apis/apps/v1/namespaces/kruise-system/deployments/kruise-controller-manager" -> DEPLOYMENT;
            default -> """
                    {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "message": "not found",
                    "code": 404}""";
        };
    }

    private static String list(String kind, String version, String item) {
        return "{\"kind\": \"%s\", \"apiVersion\": \"%s\", \"metadata\": {\"resourceVersion\": \"1\"}, \"items\": [%s]}"
                .formatted(kind, version, item);
    }
}
