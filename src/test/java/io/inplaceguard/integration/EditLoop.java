package io.inplaceguard.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inplaceguard.integration.Cluster.Output;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Updates the images of a Pod and of a CloneSet in turn, as fast as kubectl can, until it is closed; every update must succeed. */
final class EditLoop implements AutoCloseable {

    private final GuardedCluster on;
    private final String name;
    private final AtomicBoolean going = new AtomicBoolean(true);
    private final AtomicInteger times = new AtomicInteger();
    private final List<String> failed = new ArrayList<>();
    private final Thread thread = new Thread(this::run);

    /** @param name of the Pod and the CloneSet that it creates */
    EditLoop(GuardedCluster on, String name) throws IOException {
        this.on = on;
        this.name = name;
        on.pod(name);
        on.cloneSet(name);
        thread.start();
    }

    private void run() {
        while (going.get()) {
            try {
                Output output = edit(times.incrementAndGet());
                if (output.status() != 0) {
                    failed.add(output.all());
                }
            } catch (IOException e) {
                failed.add(e.toString());
            }
        }
    }

    private Output edit(int time) throws IOException {
        String image = "app:l" + time;
        return time % 2 == 0
                ? on.cluster.kubectl("set", "image", "pod/" + name, "app=" + image, "-n", "shop")
                : on.patch(
                        name,
                        "[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/image\",\"value\":\"" + image
                                + "\"}]");
    }

    int times() {
        return times.get();
    }

    /** Waits for ten more updates. */
    void goesOn() {
        int then = times.get();
        await().atMost(Duration.ofMinutes(3)).until(() -> times.get() > then + 10);
    }

    @Override
    public void close() {
        going.set(false);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        assertThat(times.get()).isGreaterThan(5);
        assertThat(failed).isEmpty();
    }
}
