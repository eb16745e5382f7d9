package io.inplaceguard.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.inplaceguard.MockCluster;
import io.inplaceguard.certs.Pem;
import io.inplaceguard.load.ApiServerClient;
import io.inplaceguard.load.Load;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * CAs replaced while three replicas are called over real sockets, by clients that trust what the webhook configurations say and
 * nothing else. Replicas crash right after a write, whose answer they never get, at each of the steps; another takes their
 * place. In the long form ({@code make soak}) nobody is told that the Secret has changed: a replica sees it up to 5 s later.
 */
class AuthorityRotationLoadIT {

    private static final String NAME = "guard.prod.svc";
    private static final Path DONE = Path.of("target", "rotation-authorities.txt");
    private static final JsonMapper JSON = new JsonMapper();
    private static final String USER = "kubernetes.auth.basic.username";
    private static final String PASSWORD = "kubernetes.auth.basic.password";
    private static final List<String> STEPS = List.of(
            "next CA",
            "caBundle of the validating",
            "caBundle of the mutating",
            "next CA published",
            "old CA",
            "one CA");

    /** How long things last, in seconds; and how often it is called. */
    private record Form(
            int rotations,
            int leaf,
            int authority,
            int settle,
            int patience,
            int bundleLag,
            boolean lagging,
            int rate) {
        static Form chosen() {
            int rotations = Integer.getInteger("rotations", 2);
            return rotations > 5
                    ? new Form(rotations, 60, 100, 6, 25, 4, true, 100)
                    : new Form(rotations, 20, 26, 2, 6, 1, false, 100);
        }
    }

    private record Replica(String token, ConfigurableApplicationContext server, int port) {}

    private final MockCluster cluster = new MockCluster();
    private final Form form = Form.chosen();
    private final List<Replica> replicas = new CopyOnWriteArrayList<>();
    private final Set<String> crashed = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> crashes = new TreeMap<>();
    private final Random random = new Random(form.rotations());
    private int started;

    @AfterEach
    void close() {
        replicas.forEach(replica -> replica.server().close());
        cluster.close();
        Stream.of("kubernetes.master", USER, PASSWORD).forEach(System::clearProperty);
    }

    private Replica start() {
        String token = "replica-" + started++;
        System.setProperty("kubernetes.master", cluster.client.getMasterUrl().toString());
        // Not a token: the client reads that again every minute, and would then speak in the name of whoever started
        // last.
        System.setProperty(USER, token);
        System.setProperty(PASSWORD, "none");
        ConfigurableApplicationContext server = ServerConfiguration.run(
                "--server.port=0",
                "--management.server.port=0",
                "--inplace-guard.shutdown-delay=1s",
                "--inplace-guard.certs.mode=cluster",
                "--inplace-guard.certs.namespace=prod",
                "--inplace-guard.certs.secret-name=guard-certs",
                "--inplace-guard.certs.webhook-configuration-name=guard",
                "--inplace-guard.certs.dns-names=" + NAME,
                "--inplace-guard.certs.leaf-lifetime=" + form.leaf() + "s",
                "--inplace-guard.certs.ca-lifetime=" + form.authority() + "s",
                "--inplace-guard.certs.propagation-delay=" + form.settle() + "s",
                "--inplace-guard.certs.replica-timeout=" + form.patience() + "s");
        Replica replica = new Replica(
                token,
                server,
                ((ServletWebServerApplicationContext) server).getWebServer().getPort());
        replicas.add(replica);
        return replica;
    }

    private static String token(RecordedRequest request) {
        String header = request.getHeader("Authorization");
        return header == null || !header.startsWith("Basic ")
                ? ""
                : new String(Base64.getDecoder().decode(header.substring(6)), StandardCharsets.US_ASCII).split(":")[0];
    }

    /** Where in a rotation a write stands, by what it leaves behind. */
    private static String step(RecordedRequest request) {
        if (request.getPath().contains("webhookconfigurations")) {
            return request.getPath().contains("validating") ? "caBundle of the validating" : "caBundle of the mutating";
        }
        JsonNode secret = JSON.readTree(request.getBody().getBytes());
        JsonNode annotations = secret.path("metadata").path("annotations");
        JsonNode data = secret.path("data");
        return data.has("next-ca.crt")
                ? "next CA" + (annotations.has("inplace-guard.io/next-ca-published") ? " published" : "")
                : data.has("old-ca.crt") ? "old CA" : "one CA";
    }

    /** A write is done and its writer never hears of it, nor of anything again; at each step as often as at the others. */
    private synchronized int crash(RecordedRequest request) {
        boolean allAreWell =
                replicas.size() == 3 && replicas.stream().noneMatch(replica -> crashed.contains(replica.token()));
        if (allAreWell && replicas.stream().anyMatch(replica -> replica.token().equals(token(request)))) {
            String step = step(request);
            int times = crashes.getOrDefault(step, 0);
            if (STEPS.stream().allMatch(each -> times <= crashes.getOrDefault(each, 0))) {
                crashes.put(step, times + 1);
                crashed.add(token(request));
                return 2;
            }
        }
        return 0;
    }

    /** What an API server does with a webhook configuration: it reads it a little later, and trusts what it says. */
    private final class Follower implements AutoCloseable {
        private final ApiServerClient client = new ApiServerClient(NAME, this::port, 100, null);
        private final Supplier<@Nullable String> bundle;
        private final Thread thread = new Thread(this::run);
        private volatile boolean going = true;
        private String last = "";

        Follower(Supplier<@Nullable String> bundle) throws Exception {
            this.bundle = bundle;
            follow();
            assertThat(last).isNotEmpty();
            thread.start();
        }

        private int port() {
            List<Replica> now = List.copyOf(replicas);
            return now.get(ThreadLocalRandom.current().nextInt(now.size())).port();
        }

        private void follow() throws Exception {
            String now = bundle.get();
            if (now != null && !now.equals(last)) {
                Thread.sleep(last.isEmpty() ? 0 : ThreadLocalRandom.current().nextInt(1000 * form.bundleLag()));
                client.trust(Pem.certificates(
                        "caBundle", new String(Base64.getDecoder().decode(now), StandardCharsets.US_ASCII)));
                last = now;
            }
        }

        private void run() {
            try {
                while (going) {
                    follow();
                    Thread.sleep(100);
                }
            } catch (Exception e) {
                // Without a caBundle every call fails, which is what the test is about.
                client.close();
            }
        }

        @Override
        public void close() {
            going = false;
            client.close();
        }
    }

    private String authority() {
        Secret secret = cluster.client
                .secrets()
                .inNamespace("prod")
                .withName("guard-certs")
                .get();
        return secret.getData().get("ca.crt");
    }

    /** Where nobody is told of changes, everybody looks by themselves. */
    private boolean isRefused(RecordedRequest request) {
        return crashed.contains(token(request))
                || form.lagging() && request.getPath().contains("/secrets?");
    }

    /** A replica that crashed is gone; what it was asked before is answered, for a lost process is not what this is about. */
    private void replaceTheCrashed() {
        for (Replica replica : replicas) {
            if (crashed.contains(replica.token())) {
                replicas.remove(replica);
                replica.server().close();
                start();
            }
        }
    }

    @Test
    void no_call_fails_while_authorities_are_replaced_and_replicas_crash() throws Exception {
        cluster.webhookConfigurations(new TreeMap<>(Map.of("v.io", "")));
        cluster.refused = this::isRefused;
        for (int i = 0; i < 3; i++) {
            start();
            Thread.sleep(form.lagging() ? random.nextInt(5_000) : 0);
        }
        Set<String> authorities = new HashSet<>(Set.of(authority()));
        long begin = System.nanoTime();
        List<Load> loads = new ArrayList<>();
        try (Follower validating =
                        new Follower(() -> cluster.validatingBundles().get(0));
                Follower mutating = new Follower(() -> cluster.mutatingBundles().get(0));
                Load first = Load.validating(validating.client, 2, form.rate());
                Load second = Load.mutating(mutating.client, 1, form.rate() / 4)) {
            loads.addAll(List.of(first, second));
            cluster.fault = this::crash;
            // So many have come to their end: the last one's CA is the only one left.
            while (authorities.size() <= form.rotations() || !oneIsLeft()) {
                Thread.sleep(100);
                replaceTheCrashed();
                authorities.add(authority());
                assertThat(loads).allSatisfy(load -> assertThat(load.failed()).isEmpty());
            }
            cluster.fault = request -> 0;
        }
        assertThat(loads).allSatisfy(load -> assertThat(load.failed()).isEmpty());
        assertThat(STEPS).containsAll(crashes.keySet());
        assertThat(crashes).hasSizeGreaterThanOrEqualTo(form.rotations() > 5 ? STEPS.size() : 3);
        Files.writeString(
                DONE,
                "%d CAs replaced in %d s under %d calls, none failed; replicas crashed after writing %s%n"
                        .formatted(
                                authorities.size() - 1,
                                Duration.ofNanos(System.nanoTime() - begin).toSeconds(),
                                loads.stream().mapToInt(Load::calls).sum(),
                                crashes));
    }

    private boolean oneIsLeft() {
        return Pem.certificates(
                                "caBundle",
                                new String(
                                        Base64.getDecoder()
                                                .decode(cluster.validatingBundles()
                                                        .get(0)),
                                        StandardCharsets.US_ASCII))
                        .size()
                == 1;
    }
}
