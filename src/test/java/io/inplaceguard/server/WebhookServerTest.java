package io.inplaceguard.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.inplaceguard.admission.Cases;
import io.inplaceguard.admission.Cases.Case;
import io.inplaceguard.certs.CertificateAuthority;
import io.inplaceguard.certs.CertificateDirectory;
import io.inplaceguard.certs.CertificateWatcher;
import io.inplaceguard.certs.ServingCertificate;
import io.inplaceguard.guard.AdmissionAttributes;
import io.inplaceguard.guard.GuardSettings;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import io.inplaceguard.load.ApiServerClient;
import io.inplaceguard.rule.RuleFixtures;
import io.inplaceguard.runtime.ManagementServer;
import io.inplaceguard.runtime.StartupFailure;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The real server, over TLS. */
@org.junit.jupiter.api.extension.ExtendWith(OutputCaptureExtension.class)
class WebhookServerTest {

    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    static Path certs;

    private static ConfigurableApplicationContext server;
    private static HttpClient client;
    private static int port;
    private static int managementPort;

    @BeforeAll
    static void start() throws Exception {
        server = ServerConfiguration.run(
                "--server.port=0",
                "--management.server.port=0",
                "--inplace-guard.openkruise.vertical-scaling=enabled",
                "--inplace-guard.kinds[0].group=game.kruise.io",
                "--inplace-guard.kinds[0].kind=GameServerSet",
                "--inplace-guard.kinds[0].versions=v1alpha1",
                "--inplace-guard.kinds[0].templates=spec.gameServerTemplate",
                "--inplace-guard.kinds[0].policy=spec.updateStrategy.rollingUpdate.podUpdatePolicy",
                "--inplace-guard.shutdown-delay=0s",
                "--inplace-guard.certs.dir=" + certs);
        port = ((ServletWebServerApplicationContext) server).getWebServer().getPort();
        managementPort = server.getBean(ManagementServer.class).port();
        client = client(new CertificateDirectory(certs).read());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static SSLContext trusting(ServingCertificate pair) throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(pair.trustStore());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static HttpClient client(ServingCertificate pair) throws Exception {
        return HttpClient.newBuilder().sslContext(trusting(pair)).build();
    }

    private static HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + port + path))
                .header("Content-Type", "application/json");
    }

    private static HttpResponse<String> post(String path, byte[] body) throws Exception {
        return client.send(to(path).POST(BodyPublishers.ofByteArray(body)).build(), BodyHandlers.ofString());
    }

    static Stream<Case> cases() {
        return Cases.all();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void answers_every_case(Case example) throws Exception {
        HttpResponse<String> response = post("/validate?timeout=5s", example.body());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
        Cases.check(example, JSON.readTree(response.body()));
    }

    @Test
    void answers_reviews_of_a_configured_kind() throws Exception {
        String games = """
                {"apiVersion":"game.kruise.io/v1alpha1","kind":"GameServerSet","metadata":{"name":"minecraft"},
                 "spec":{"updateStrategy":{"rollingUpdate":{"podUpdatePolicy":"InPlaceOnly"}},
                  "gameServerTemplate":{"spec":{"containers":[{"name":"mc","image":"r.example/mc:1","args":["a"]}]}}}}""";
        String review = """
                {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","operation":"UPDATE",
                 "kind":{"group":"game.kruise.io","version":"v1alpha1","kind":"GameServerSet"},"name":"minecraft",
                 "userInfo":{"username":"a"},"oldObject":%s,"object":%s}}""";
        JsonNode denied = JSON.readTree(post(
                        "/validate",
                        review.formatted(games, games.replace("\"a\"]", "\"b\"]"))
                                .getBytes(StandardCharsets.UTF_8))
                .body());
        assertThat(denied.at("/response/allowed").asBoolean(true)).isFalse();
        assertThat(denied.at("/response/status/details/causes/0/field").asString())
                .isEqualTo("spec.gameServerTemplate.spec.containers[name=mc].args");
        JsonNode allowed = JSON.readTree(post(
                        "/validate",
                        review.formatted(games, games.replace("mc:1", "mc:2")).getBytes(StandardCharsets.UTF_8))
                .body());
        assertThat(allowed.at("/response/allowed").asBoolean(false)).isTrue();
    }

    /** The examples that are for an OpenKruise like this server's. */
    static Stream<RuleFixtures.Fixture> examples() {
        return RuleFixtures.all().filter(example -> example.profile().verticalScaling() == VerticalScaling.ENABLED);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("examples")
    void answers_each_example_of_a_rule_with_its_text(RuleFixtures.Fixture example) throws Exception {
        HttpResponse<String> response = post("/validate", review(example).getBytes(StandardCharsets.UTF_8));
        JsonNode answer = JSON.readTree(response.body()).path("response");
        StringBuilder text = new StringBuilder();
        for (JsonNode cause : answer.at("/status/details/causes")) {
            String message = cause.path("message").asString();
            String rule = message.substring(message.lastIndexOf('[') + 1, message.length() - 1);
            text.append(cause.path("field").asString())
                    .append(": ")
                    .append(message.replace(" See " + GuardSettings.DOCS_URL + "#" + rule, ""))
                    .append('\n');
        }
        for (JsonNode warning : answer.path("warnings")) {
            text.append("Warning: ").append(warning.asString()).append('\n');
        }
        assertThat(text.toString()).isEqualTo(example.expected());
        assertThat(answer.path("allowed").asBoolean()).isEqualTo(!example.denied());
    }

    private static String review(RuleFixtures.Fixture example) {
        AdmissionAttributes attributes = example.attributes();
        ObjectNode review =
                JSON.createObjectNode().put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
        ObjectNode request = review.putObject("request").put("uid", "u").put("operation", "UPDATE");
        request.putObject("kind")
                .put("group", attributes.group())
                .put("version", attributes.version())
                .put("kind", attributes.kind());
        request.set("object", example.after());
        request.set("oldObject", example.before());
        return review.toString();
    }

    @ParameterizedTest(name = "{0} {1} as {2}: {4}")
    @CsvSource(
            nullValues = "none",
            value = {
                "POST, /validate, application/json, nonsense, 400",
                "POST, /validate, application/json, '', 400",
                "POST, /mutate, application/json, '{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":null}', 400",
                "POST, /validate, text/plain, '{}', 415",
                "POST, /validate/warn, application/jsonx, '{}', 415",
                "GET, /validate, application/json, '', 405",
                "PUT, /mutate, application/json, '{}', 405",
                "DELETE, /validate/audit, application/json, '', 405",
                "POST, /, application/json, '{}', 404",
                "POST, /validate/, application/json, '{}', 404",
                "POST, /livez, application/json, '{}', 404",
                "POST, /validate/..%2fmutate, application/json, '{}', 400",
            })
    void bad_requests_get_a_problem(String method, String path, String type, String body, int status) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("https://localhost:" + port + path))
                .header("Content-Type", type)
                .method(method, BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.body()).doesNotContain("Tomcat", "Exception", "\tat ");
        if (!path.contains("%")) {
            assertThat(response.headers().firstValue("content-type")).hasValue("application/problem+json");
            assertThat(JSON.readTree(response.body()).path("status").asInt()).isEqualTo(status);
            assertThat(JSON.readTree(response.body()).path("detail").asString()).endsWith(".");
        }
    }

    @Test
    void a_body_over_the_limit_is_refused_with_and_without_its_length_told() throws Exception {
        byte[] large = new byte[(20 << 20) + 1];
        assertThat(post("/validate", large).statusCode()).isEqualTo(413);
        HttpRequest chunked = to("/validate")
                .POST(BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(large)))
                .build();
        assertThat(client.send(chunked, BodyHandlers.ofString()).statusCode()).isEqualTo(413);
    }

    @Test
    void speaks_http_1_1_and_no_old_tls() throws Exception {
        assertThat(post("/validate", new byte[0]).version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        try (SSLSocket socket = (SSLSocket) trusting(new CertificateDirectory(certs).read())
                .getSocketFactory()
                .createSocket("localhost", port)) {
            socket.setEnabledProtocols(new String[] {"TLSv1.1"});
            assertThatThrownBy(socket::startHandshake).isInstanceOf(javax.net.ssl.SSLException.class);
        }
    }

    @Test
    void denials_are_logged_and_counted_without_values(CapturedOutput output) throws Exception {
        Case denied = Cases.all()
                .filter(example -> example.id().equals("env-value/CloneSet-v1beta1"))
                .findAny()
                .orElseThrow();
        String body = new String(denied.body(), StandardCharsets.UTF_8).replace("\"alice\"", "\"al\\nice\"");
        post("/validate/audit", body.getBytes(StandardCharsets.UTF_8));
        assertThat(output.getOut())
                .contains(
                        "would be denied",
                        "not-in-place",
                        "env[name=MODE].value",
                        denied.review().at("/request/uid").asString());
        assertThat(output.getOut()).doesNotContain("s3cret", "al\nice");
        assertThat(management("/metrics"))
                .contains(
                        "inplace_guard_reviews_total{endpoint=\"validate\",kind=\"CloneSet\",mode=\"audit\",operation=\"UPDATE\",verdict=\"denied\"}",
                        "inplace_guard_violations_total{kind=\"CloneSet\",rule=\"not-in-place\"}",
                        "inplace_guard_review_duration_seconds_bucket",
                        "inplace_guard_certificate_not_after_seconds");
    }

    private static HttpResponse<String> askManagement(String method, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + managementPort + path))
                .method(method, BodyPublishers.noBody())
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }

    private static String management(String path) throws Exception {
        HttpResponse<String> response = askManagement("GET", path);
        return response.statusCode() == 200 ? response.body() : String.valueOf(response.statusCode());
    }

    @Test
    void the_management_port_has_health_and_metrics_and_nothing_else() throws Exception {
        assertThat(management("/livez")).contains("UP");
        assertThat(management("/readyz")).contains("UP");
        for (String path : List.of("/env", "/beans", "/heapdump", "/shutdown", "/loggers", "/actuator", "/validate")) {
            assertThat(management(path)).as(path).isEqualTo("404");
        }
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource({
        "GET, /livez, 200, application/json",
        "HEAD, /readyz, 200, application/json",
        "GET, /readyz?verbose, 200, application/json",
        "GET, /metrics, 200, text/plain;version=0.0.4;charset=utf-8",
        "GET, /healthz, 404, application/problem+json",
        "POST, /livez, 405, application/problem+json",
        "DELETE, /metrics, 405, application/problem+json",
        "GET, /%00, 400, application/problem+json",
    })
    void the_management_port_answers_as_probes_and_scrapers_expect(String method, String path, int status, String type)
            throws Exception {
        HttpResponse<String> response = askManagement(method, path);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type")).hasValue(type);
        assertThat(response.body()).doesNotContain("Tomcat");
        assertThat(response.body().isEmpty()).isEqualTo(method.equals("HEAD"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"server.port", "management.server.port"})
    void a_port_that_is_in_use_or_out_of_range_is_named(String setting) throws Exception {
        String other = setting.equals("server.port") ? "management.server.port" : "server.port";
        try (ServerSocket taken = new ServerSocket(0)) {
            assertThat(told(setting, taken.getLocalPort(), other))
                    .startsWith("Port " + taken.getLocalPort() + " is in use.");
        }
        assertThat(told(setting, 99_999, other)).startsWith("99999 is not a valid port");
    }

    private static String told(String setting, int port, String other) {
        Throwable failure = catchThrowable(() -> ServerConfiguration.run(
                "--" + setting + "=" + port, "--" + other + "=0", "--inplace-guard.certs.dir=" + certs));
        return StartupFailure.sentence(failure, ServerConfiguration.SENTENCES).orElseThrow();
    }

    private static int status(String path) throws Exception {
        return askManagement("GET", path).statusCode();
    }

    @Test
    void connections_are_kept_alive_and_retired_so_that_load_spreads() throws Exception {
        ServingCertificate served = new CertificateDirectory(certs).read();
        AtomicInteger connections = new AtomicInteger();
        byte[] review = SelfCheck.review("a:1", "x", "a:2", "x");
        try (ApiServerClient client = new ApiServerClient(
                "localhost",
                () -> {
                    connections.incrementAndGet();
                    return port;
                },
                Integer.MAX_VALUE,
                null)) {
            client.trust(served.authorities());
            for (int i = 0; i < 2_500; i++) {
                assertThat(client.post("/validate", review).status()).isEqualTo(200);
            }
        }
        assertThat(connections).hasValue(3);
    }

    @Test
    void a_client_that_sends_on_without_waiting_for_its_response_gets_no_further_one() throws Exception {
        byte[] review = SelfCheck.review("a:1", "x", "a:2", "x");
        byte[] request =
                ("POST /validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                                + review.length + "\r\n\r\n" + new String(review, StandardCharsets.UTF_8))
                        .getBytes(StandardCharsets.US_ASCII);
        int requests = 500;
        try (SSLSocket socket = (SSLSocket) trusting(new CertificateDirectory(certs).read())
                .getSocketFactory()
                .createSocket("localhost", port)) {
            for (int i = 0; i < requests; i++) {
                socket.getOutputStream().write(request);
            }
            StringBuilder text = new StringBuilder();
            InputStream in = socket.getInputStream();
            while (text.indexOf("Connection: close") < 0) {
                int next = in.read();
                assertThat(next).as(text.toString()).isGreaterThanOrEqualTo(0);
                text.append((char) next);
            }
            assertThat(text.toString().split("HTTP/1.1 200", -1)).hasSizeLessThan(requests);
            // Not closed, so that it does not return with another connection.
            socket.setSoTimeout(1_000);
            assertThatThrownBy(() -> in.skipNBytes(Integer.MAX_VALUE)).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void a_server_that_is_not_ready_is_alive_all_the_same() throws Exception {
        assertThat(List.of(status("/livez"), status("/readyz"))).containsExactly(200, 200);
        AvailabilityChangeEvent.publish(server, ReadinessState.REFUSING_TRAFFIC);
        try {
            assertThat(List.of(status("/livez"), status("/readyz"))).containsExactly(200, 503);
        } finally {
            AvailabilityChangeEvent.publish(server, ReadinessState.ACCEPTING_TRAFFIC);
        }
        assertThat(status("/readyz")).isEqualTo(200);
    }

    @Test
    void a_new_certificate_is_served_while_connections_live_on() throws Exception {
        CertificateDirectory folder = new CertificateDirectory(certs);
        ServingCertificate old = folder.read();
        try (SSLSocket kept = (SSLSocket) trusting(old).getSocketFactory().createSocket("localhost", port)) {
            ask(kept);
            CertificateAuthority.Authority authority =
                    CertificateAuthority.authority(Instant.now(), Duration.ofDays(365));
            ServingCertificate renewed = CertificateAuthority.pair(
                    authority, List.of("localhost", "127.0.0.1", "::1"), Instant.now(), Duration.ofDays(90));
            folder.write(authority, renewed);
            server.getBean(CertificateWatcher.class).poll();

            ask(kept);
            try (SSLSocket fresh =
                    (SSLSocket) trusting(renewed).getSocketFactory().createSocket("localhost", port)) {
                X509Certificate served = (X509Certificate) fresh.getSession().getPeerCertificates()[0];
                assertThat(served).isEqualTo(renewed.leaf());
            }
            client = client(renewed);
        }
    }

    private static void ask(SSLSocket socket) throws Exception {
        socket.getOutputStream()
                .write("GET /validate HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("here.\"}")) {
            int next = in.read();
            assertThat(next).as("the connection lives").isGreaterThanOrEqualTo(0);
            head.append((char) next);
        }
        assertThat(head).startsWith("HTTP/1.1 405");
    }
}
