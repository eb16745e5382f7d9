package io.inplaceguard.guard;

import io.inplaceguard.template.Defaulting;

/** What carries an update of a pod template out, which decides what can be done in place. */
enum Controller {
    /** The kubelet: a Pod itself. */
    KUBELET(Defaulting.NONE),
    CLONE_SET(Defaulting.OPENKRUISE),
    STATEFUL_SET(Defaulting.OPENKRUISE),
    /** OpenKruise writes no defaults into the template of a DaemonSet. */
    DAEMON_SET(Defaulting.NONE),
    SIDECAR_SET(Defaulting.SIDECAR_SET);

    private final Defaulting defaulting;

    Controller(Defaulting defaulting) {
        this.defaulting = defaulting;
    }

    /** The defaults that OpenKruise's webhook writes into its templates. */
    Defaulting defaulting() {
        return defaulting;
    }
}
