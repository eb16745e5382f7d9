package io.inplaceguard;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.inplaceguard.certs.CertificateDirectory;
import io.inplaceguard.certs.ServingCertificate;
import io.inplaceguard.load.ApiServerClient;
import io.inplaceguard.load.HostileClient;
import io.inplaceguard.load.HostileClient.Attack;
import io.inplaceguard.load.Load;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A webhook with the chart's memory, a hostile client in a second process, and an API server's calls beside it: the webhook
 * survives every attack and answers every honest call. {@code -Dhostile.seconds} is the length of an attack. What the calls took
 * is reported in {@code target/hostile.txt} and decides nothing.
 */
class HostileClientsIT {

    private static final int SECONDS = Integer.getInteger("hostile.seconds", 1);
    /** More than the server has places for. */
    private static final int CONNECTIONS = Integer.getInteger("hostile.connections", 1_000);

    private static final int TALKING = Integer.getInteger("hostile.talking", 300);
    /** A call that takes longer has failed. A busy machine needs more than the 5 s of the long form. */
    private static final Duration TIMEOUT = Duration.ofSeconds(Integer.getInteger("hostile.timeout", 25));

    private static final Path REPORT = Path.of("target", "hostile.txt");

    @TempDir
    static Path folder;

    private static JarServer server;

    @BeforeAll
    static void prepare() throws IOException {
        Files.deleteIfExists(REPORT);
        start();
    }

    private static void start() throws IOException {
        server = JarServer.start(
                folder.resolve("server.log"),
                // As the chart sets them, for its memory limit.
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:NewRatio=4",
                        "-XX:-ShrinkHeapInSteps",
                        "-XX:MinHeapFreeRatio=10",
                        "-XX:MaxHeapFreeRatio=20",
                        "-XX:MaxRAM=384m",
                        "-XX:MaxRAMPercentage=34",
                        "-XX:+ExitOnOutOfMemoryError"),
                "--inplace-guard.shutdown-delay=0s",
                "--inplace-guard.certs.dir=" + folder.resolve("certs"));
    }

    @AfterAll
    static void stop() {
        server.process().destroyForcibly();
    }

    static Stream<Arguments> attacks() {
        return Stream.of(Attack.values())
                .map(attack -> Arguments.of(
                        attack,
                        switch (attack) {
                            case IDLE, HALF_HELLO, HELLO -> CONNECTIONS;
                            case TLS_IDLE, SLOW_HEADER, SLOW_BODY, ANNOUNCED_BODY, CHUNKED_BODY, MOST_OF_A_BODY, DEAF ->
                                TALKING;
                            case LARGE, MAPS, FEWER_MAPS, UNITED_DEPLOYMENT -> 8;
                        }));
    }

    @ParameterizedTest(name = "{0} by {1} connections")
    @MethodSource("attacks")
    void an_attack_neither_ends_the_process_nor_keeps_a_call_from_its_answer(Attack attack, int connections)
            throws Exception {
        if (!server.process().isAlive()) {
            // An earlier attack ended it, and failed for that.
            start();
        }
        ServingCertificate served = new CertificateDirectory(folder.resolve("certs")).read();
        Process hostile = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx512m",
                        "-cp",
                        Path.of("target", "test-classes").toAbsolutePath().toString(),
                        HostileClient.class.getName(),
                        String.valueOf(server.port()),
                        attack.name(),
                        String.valueOf(connections),
                        String.valueOf(SECONDS + 2))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("hostile.log").toFile())
                .start();
        // Every tenth call on a connection of its own.
        try (ApiServerClient client = new ApiServerClient("localhost", server::port, 10, null)) {
            client.timeout(TIMEOUT);
            client.trust(List.of(served.signer()));
            Load load = Load.validating(client, 2, 20);
            try (load) {
                assertThat(hostile.waitFor())
                        .as(read(folder.resolve("hostile.log")))
                        .isZero();
            }
            report(attack, connections, load);
            assertThat(server.process().isAlive())
                    .as(() -> "alive: "
                            + read(folder.resolve("server.log"))
                                    .lines()
                                    .filter(line -> !line.contains("io.inplaceguard.admission"))
                                    .collect(joining("\n")))
                    .isTrue();
            assertThat(load.failed()).isEmpty();
            assertThat(load.calls()).isPositive();
        } finally {
            hostile.destroyForcibly();
        }
        assertThat(server.isReady()).isTrue();
    }

    private static void report(Attack attack, int connections, Load load) throws IOException {
        List<Long> latencies = load.latencies();
        String line =
                "%-18s %5d connections: %s; honest: %d calls, %d failed, p50 %d ms, p99 %d ms, worst %d ms; RSS %s, of it anonymous %s%n"
                        .formatted(
                                attack,
                                connections,
                                read(folder.resolve("hostile.log")).strip(),
                                load.calls(),
                                load.failed().size(),
                                latencies.get(latencies.size() / 2),
                                latencies.get((int) Math.ceil(latencies.size() * 0.99) - 1),
                                latencies.get(latencies.size() - 1),
                                memory("VmRSS"),
                                memory("RssAnon"));
        Files.writeString(REPORT, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Resident memory of the server, where {@code /proc} has it. */
    private static String memory(String kind) {
        return read(Path.of("/proc", String.valueOf(server.process().pid()), "status"))
                .lines()
                .filter(line -> line.startsWith(kind))
                .map(line -> Integer.parseInt(line.replaceAll("\\D", "")) / 1024 + " MiB")
                .findFirst()
                .orElse("unknown");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }
}
