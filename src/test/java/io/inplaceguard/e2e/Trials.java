package io.inplaceguard.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes the edits of some columns, as many at once as the cluster has room for: workloads are created, edited when they are ready,
 * and read when nothing has happened to any of them for a while. Each edit is made in a namespace where the guard enforces; one
 * that the guard denies, also in a namespace where it is off, to see what it prevented.
 */
final class Trials {

    /** After how long without a change an outcome is final. */
    private static final Duration QUIET = Duration.ofSeconds(8);

    private static final int ROUNDS_UNOBSERVED = 3;

    private static final Duration LIMIT = Duration.ofMinutes(5);

    /** What became of one edit: the cell, and what was answered, for the failure's message. */
    record Result(Column column, String edit, String cell, String answer) {}

    private final Api api;
    private final String prefix;
    private final boolean v1beta1;
    private final Consumer<String> created;
    private final int room;
    private final List<Pair> pairs = new ArrayList<>();

    /** @param free where the guard is off; null where the edit is expected to be admitted */
    private record Pair(Trial guarded, @Nullable Trial free) {

        Stream<Trial> trials() {
            return Stream.of(guarded, free).filter(Objects::nonNull);
        }
    }

    /**
     * @param prefix  of the names of namespaces
     * @param v1beta1 whether the cluster serves CloneSet v1beta1
     * @param room    how many workloads there may be at once
     * @param created called with the name of each namespace that was created
     */
    Trials(Api api, String prefix, boolean v1beta1, int room, Consumer<String> created) {
        this.api = api;
        this.prefix = prefix;
        this.v1beta1 = v1beta1;
        this.room = room;
        this.created = created;
    }

    private String namespace(Column column, String mode) {
        return prefix + "-" + column.slug() + "-" + mode;
    }

    /** @param denied whether an edit is expected to be denied, and is made where the guard is off, too */
    void add(Column column, Iterable<Edit> edits, Predicate<Edit> denied) throws IOException {
        for (String mode : List.of("enforce", "off")) {
            ObjectNode namespace = new JsonMapper().createObjectNode();
            namespace
                    .putObject("metadata")
                    .put("name", namespace(column, mode))
                    .putObject("labels")
                    .put("inplace-guard.io/mode", mode);
            api.create("/api/v1/namespaces", namespace).orFail();
            created.accept(namespace(column, mode));
        }
        for (Edit edit : edits) {
            pairs.add(new Pair(
                    new Trial(column, edit, namespace(column, "enforce")),
                    denied.test(edit) ? new Trial(column, edit, namespace(column, "off")) : null));
        }
    }

    List<Result> run() throws IOException {
        List<Result> results = new ArrayList<>();
        List<Pair> batch = new ArrayList<>();
        for (Pair pair : pairs) {
            if (!batch.isEmpty() && trials(batch).size() + pair.trials().count() > room) {
                results.addAll(run(batch));
                delete(trials(batch));
                batch.clear();
            }
            batch.add(pair);
        }
        results.addAll(run(batch));
        return results;
    }

    private static List<Trial> trials(List<Pair> pairs) {
        return pairs.stream().flatMap(Pair::trials).toList();
    }

    private List<Result> run(List<Pair> batch) throws IOException {
        List<Trial> all = trials(batch);
        for (Trial trial : all) {
            trial.create(api, v1beta1);
        }
        orLimit(Duration.ofSeconds(1), () -> {
            Map<String, Snapshot> now = snapshots(all);
            return all.stream().allMatch(trial -> trial.isReady(snapshot(now, trial)));
        });
        Map<String, Snapshot> before = snapshots(all);
        for (Trial trial : all) {
            trial.edit(api, snapshot(before, trial));
        }
        Map<Trial, String> outcomes = settled(all);
        return batch.stream()
                .map(pair -> new Result(
                        pair.guarded.column,
                        pair.guarded.name(),
                        cell(
                                pair.guarded.verdict(),
                                outcomes.get(pair.guarded),
                                pair.free == null ? "" : outcomes.get(pair.free)),
                        pair.guarded.answer()))
                .toList();
    }

    /** Deletes workloads and waits until the nodes have room again. */
    private void delete(List<Trial> trials) throws IOException {
        for (Trial trial : trials) {
            trial.delete(api);
        }
        List<String> namespaces =
                trials.stream().map(Trial::namespace).distinct().toList();
        orLimit(Duration.ofSeconds(1), () -> {
            for (String namespace : namespaces) {
                if (!Snapshot.items(api, "/api/v1/namespaces/" + namespace + "/pods")
                        .isEmpty()) {
                    return false;
                }
            }
            return true;
        });
    }

    private static String cell(String verdict, String outcome, String without) {
        if (verdict.equals("admitted")) {
            return outcome;
        }
        if (verdict.startsWith("warned")) {
            return outcome + " (" + verdict + ")";
        }
        return without.isEmpty() || verdict.equals(without) ? verdict : verdict + ": " + without;
    }

    /**
     * The outcomes once none of them has changed for a while and none is on its way. A controller whose every attempt fails may
     * never write that it has observed the change: that is an outcome too, after a longer while.
     */
    private Map<Trial, String> settled(List<Trial> all) {
        AtomicReference<Map<Trial, String>> last = new AtomicReference<>(Map.of());
        AtomicInteger rounds = new AtomicInteger();
        orLimit(QUIET, () -> {
            Map<String, Snapshot> now = snapshots(all);
            Map<Trial, String> outcomes = new LinkedHashMap<>();
            all.forEach(trial -> outcomes.put(trial, trial.outcome(snapshot(now, trial))));
            rounds.set(outcomes.equals(last.getAndSet(outcomes)) ? rounds.get() + 1 : 0);
            return outcomes.values().stream().noneMatch(Set.of("recreating", "updating")::contains)
                    && rounds.get() > (outcomes.containsValue(Trial.NOT_OBSERVED) ? ROUNDS_UNOBSERVED : 0);
        });
        Map<Trial, String> outcomes = new LinkedHashMap<>(last.get());
        outcomes.replaceAll((trial, outcome) -> outcome.equals(Trial.NOT_OBSERVED) ? "stuck" : outcome);
        return outcomes;
    }

    /** Waits; after the limit the trials that are not there yet show where they are. */
    private static void orLimit(Duration interval, Callable<Boolean> condition) {
        try {
            await().atMost(LIMIT).pollInterval(interval).until(condition);
        } catch (ConditionTimeoutException e) {
            System.err.println("not settled after " + LIMIT);
        }
    }

    private Snapshot snapshot(Map<String, Snapshot> all, Trial trial) {
        return all.get(trial.namespace());
    }

    private Map<String, Snapshot> snapshots(List<Trial> trials) throws IOException {
        Map<String, Snapshot> all = new LinkedHashMap<>();
        for (Trial trial : trials) {
            if (!all.containsKey(trial.namespace())) {
                all.put(trial.namespace(), Snapshot.of(api, trial.column, trial.namespace(), v1beta1));
            }
        }
        return all;
    }
}
