package io.inplaceguard.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Calls as many as are wanted, each with a uid of its own, by a recorded review that is to be admitted and one that is to be
 * denied. Anything but 200, that uid and that verdict is a failed call.
 */
public final class Load implements AutoCloseable {

    private static final Path REVIEWS = Path.of("src/test/resources/reviews");
    private static final Pattern UID = Pattern.compile("\"uid\"\\s*:\\s*\"([^\"]*)\"");

    /** A recorded review, cut at its uid. */
    private record Review(String path, String before, String after, String verdict) {
        static Review of(String file, String path, String verdict) {
            try {
                String text = Files.readString(REVIEWS.resolve(file));
                // The first uid is the request's.
                Matcher uid = UID.matcher(text);
                if (!uid.find()) {
                    throw new IllegalArgumentException(file);
                }
                return new Review(path, text.substring(0, uid.start(1)), text.substring(uid.end(1)), verdict);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static final List<Review> VALIDATED = List.of(
            Review.of("cloneset-v1beta1-InPlaceOnly.image.validate.json", "/validate", "\"allowed\":true"),
            Review.of("cloneset-v1beta1-InPlaceOnly.env.validate.json", "/validate", "\"allowed\":false"));
    private static final List<Review> MUTATED =
            List.of(Review.of("cloneset-v1beta1-InPlaceOnly.resources.mutate.json", "/mutate", "\"patch\""));

    private final ApiServerClient client;
    private final List<Review> reviews;
    private final long pauseNanos;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final List<String> failed = Collections.synchronizedList(new ArrayList<>());
    private final List<Long> latencies = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean going = true;

    private Load(ApiServerClient client, List<Review> reviews, int workers, int callsPerSecond) {
        this.client = client;
        this.reviews = reviews;
        this.pauseNanos = TimeUnit.SECONDS.toNanos(workers) / callsPerSecond;
        for (int i = 0; i < workers; i++) {
            Thread thread = new Thread(this::run, "load-" + i);
            threads.add(thread);
            thread.start();
        }
    }

    /** Begins to call {@code /validate}, that often in all. */
    public static Load validating(ApiServerClient client, int workers, int callsPerSecond) {
        return new Load(client, VALIDATED, workers, callsPerSecond);
    }

    /** Begins to call {@code /mutate}, that often in all. */
    public static Load mutating(ApiServerClient client, int workers, int callsPerSecond) {
        return new Load(client, MUTATED, workers, callsPerSecond);
    }

    private void run() {
        long next = System.nanoTime();
        for (int i = 0; going; i++) {
            Review review = reviews.get(i % reviews.size());
            String uid = UUID.randomUUID().toString();
            long start = System.nanoTime();
            try {
                ApiServerClient.Answer answer = client.post(
                        review.path(), (review.before() + uid + review.after()).getBytes(StandardCharsets.UTF_8));
                if (answer.status() != 200
                        || !answer.body().contains(uid)
                        || !answer.body().contains(review.verdict())) {
                    failed.add(answer.toString());
                }
            } catch (IOException | RuntimeException e) {
                failed.add(e.toString());
            }
            latencies.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
            calls.incrementAndGet();
            // Behind time it hurries, but not for more than a second's worth.
            next = Math.max(next + pauseNanos, System.nanoTime() - TimeUnit.SECONDS.toNanos(1));
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    /** So far. */
    public int calls() {
        return calls.get();
    }

    /** How long each call took so far, in milliseconds, the shortest first. */
    public List<Long> latencies() {
        List<Long> sorted = new ArrayList<>();
        synchronized (latencies) {
            sorted.addAll(latencies);
        }
        Collections.sort(sorted);
        return sorted;
    }

    /** What went wrong so far. */
    public List<String> failed() {
        return List.copyOf(failed);
    }

    /** Ends, when what is under way is answered. */
    @Override
    public void close() {
        going = false;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
