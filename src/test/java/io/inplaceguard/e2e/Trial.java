package io.inplaceguard.e2e;

import io.inplaceguard.e2e.Api.Answer;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One edit of one workload: what was answered, and what became of the workload's pod. */
final class Trial {

    /** A rule's or a warning's id at the end of a message; a key in a field path has no space before it. */
    private static final Pattern ID = Pattern.compile("(?<=\\s)\\[([a-z-]+)]");

    /** No controller has reported that it has seen the edit. */
    static final String NOT_OBSERVED = "not observed";

    static final String DENIED_BY_OPENKRUISE = "denied by OpenKruise";

    final Column column;
    final Edit edit;
    private final String namespace;
    private Set<String> uids = Set.of();
    private String revision = "";
    private @Nullable Answer created;
    private @Nullable Answer edited;

    Trial(Column column, Edit edit, String namespace) {
        this.column = column;
        this.edit = edit;
        this.namespace = namespace;
    }

    String name() {
        return edit.name();
    }

    String namespace() {
        return namespace;
    }

    void create(Api api, boolean v1beta1) throws IOException {
        created = api.create(column.path(namespace), column.workload(name(), edit, v1beta1));
    }

    void delete(Api api) throws IOException {
        if (created != null && created.succeeded()) {
            api.delete(column.path(namespace) + "/" + name(), new JsonMapper().createObjectNode());
        }
    }

    /** Whether the workload was created and its pods are ready, or can never be. */
    boolean isReady(Snapshot snapshot) {
        List<JsonNode> pods = snapshot.pods(name());
        return created != null
                && (!created.succeeded()
                        || !pods.isEmpty()
                                && pods.stream().allMatch(Snapshot::isReady)
                                && snapshot.hasObserved(this)
                                && !snapshot.target(this).isEmpty());
    }

    void edit(Api api, Snapshot before) throws IOException {
        if (created != null && created.succeeded() && isReady(before)) {
            uids = uids(before);
            revision = before.target(this);
            edited = api.patch(column.path(namespace) + "/" + name(), edit.at(column.template()));
        }
    }

    private Set<String> uids(Snapshot snapshot) {
        return snapshot.pods(name()).stream()
                .map(pod -> pod.at("/metadata/uid").asString())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What the guard answered: {@code admitted}, {@code warned a, b}, {@code denied [a, b]}; or who else denied it. */
    String verdict() {
        Answer answer = edited == null ? created : edited;
        if (answer == null) {
            return "not created";
        }
        if (edited == null && answer.succeeded()) {
            return "not ready";
        }
        if (answer.succeeded()) {
            Set<String> warnings = ids(String.join("\n", answer.warnings()));
            return warnings.isEmpty() ? "admitted" : "warned " + String.join(", ", warnings);
        }
        if (answer.message().contains(".kb.io\"")) {
            return DENIED_BY_OPENKRUISE;
        }
        Set<String> rules = ids(answer.message());
        if (rules.isEmpty()) {
            return "refused by the API server";
        }
        return "denied [" + String.join(", ", rules) + "]";
    }

    private static Set<String> ids(String text) {
        Set<String> ids = new TreeSet<>();
        Matcher matcher = ID.matcher(text);
        while (matcher.find()) {
            ids.add(matcher.group(1));
        }
        return ids;
    }

    /** What was answered, in its own words. */
    String answer() {
        Answer answer = edited == null ? created : edited;
        return answer == null ? "nothing was created" : answer.message() + " " + answer.warnings();
    }

    /** What the controller did: {@code inplace}, {@code nochange}, {@code recreated}, {@code stuck}; or what it still does. */
    String outcome(Snapshot now) {
        if (edited == null || !edited.succeeded()) {
            return verdict();
        }
        Set<String> uids = uids(now);
        List<JsonNode> pods = now.pods(name());
        boolean ready = pods.stream().allMatch(Snapshot::isReady);
        if (uids.isEmpty()) {
            return "recreating";
        }
        if (!this.uids.containsAll(uids)) {
            return ready ? "recreated" : "recreating";
        }
        if (!now.hasObserved(this)) {
            return NOT_OBSERVED;
        }
        String target = now.target(this);
        if (target.equals(revision)) {
            return "nochange";
        }
        if (!pods.stream().allMatch(pod -> Snapshot.hasRevision(pod, target))) {
            return "stuck";
        }
        return ready ? "inplace" : "updating";
    }
}
