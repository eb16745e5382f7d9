package io.inplaceguard.bench;

import io.inplaceguard.load.ApiServerClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** Posts what a server's memory is measured after. Ends with status 1 where an answer is not HTTP 200. */
public final class MemoryLoad {

    private static final int REVIEWS = 10_000;
    private static final int WORKERS = 8;
    private static final int LARGE = 16 << 20;
    private static final Path RECORDED = Path.of("src/test/resources/reviews");

    /** One each of ten shapes that cost the most memory. */
    private static final List<GrowthShape> LARGE_SHAPES = List.of(
            GrowthShape.WHITE_SPACE,
            GrowthShape.CONTAINERS,
            GrowthShape.ENV,
            GrowthShape.ENV_REORDERED,
            GrowthShape.EMPTY_MAPS,
            GrowthShape.KEYS,
            GrowthShape.QUANTITIES,
            GrowthShape.ANNOTATIONS,
            GrowthShape.PATCH,
            GrowthShape.RESTORED);

    private record Posted(String path, byte[] review) {}

    private MemoryLoad() {}

    /** @param args {@code recorded} or {@code large}; the port; the file of the CA */
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[1]);
        try (ApiServerClient client = new ApiServerClient("localhost", () -> port, 1_000, null)) {
            client.timeout(Duration.ofSeconds(30));
            client.trust(List.of(certificate(Path.of(args[2]))));
            if (args[0].equals("recorded")) {
                post(client, recorded());
            } else {
                post(client, List.of(new Posted("/validate", BenchReviews.pod100k())));
                for (GrowthShape shape : LARGE_SHAPES) {
                    post(client, new Posted(shape.endpoint().path(), shape.review(LARGE)));
                }
            }
        }
    }

    private static List<Posted> recorded() throws IOException {
        List<Posted> recorded = new ArrayList<>();
        try (Stream<Path> files = Files.list(RECORDED)) {
            for (Path file : files.sorted().toList()) {
                String path = file.toString().endsWith(".mutate.json") ? "/mutate" : "/validate";
                recorded.add(new Posted(path, Files.readAllBytes(file)));
            }
        }
        return recorded;
    }

    private static X509Certificate certificate(Path file) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    /** In turn and by several clients, until there are enough. */
    private static void post(ApiServerClient client, List<Posted> reviews)
            throws InterruptedException, ExecutionException {
        ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
        List<Future<?>> posted = new ArrayList<>();
        for (int i = 0; i < REVIEWS; i++) {
            Posted review = reviews.get(i % reviews.size());
            posted.add(workers.submit(() -> {
                post(client, review);
                return null;
            }));
        }
        workers.shutdown();
        for (Future<?> each : posted) {
            each.get();
        }
    }

    private static void post(ApiServerClient client, Posted posted) throws IOException {
        ApiServerClient.Answer answer = client.post(posted.path(), posted.review());
        if (answer.status() != 200) {
            throw new IOException(posted.path() + " answered " + answer.status() + ": " + answer.body());
        }
    }
}
