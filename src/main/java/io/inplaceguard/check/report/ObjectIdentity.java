package io.inplaceguard.check.report;

/**
 * What pairs two states of one object. The version is left out: one object can be written in several.
 *
 * @param group     API group; empty for core
 * @param kind      such as {@code CloneSet}
 * @param namespace empty for a cluster-scoped object and for a manifest without one
 * @param name      metadata.name
 */
public record ObjectIdentity(String group, String kind, String namespace, String name) {

    /** As {@code CloneSet.apps.kruise.io prod/web}. */
    @Override
    public String toString() {
        return kind + (group.isEmpty() ? "" : "." + group) + " " + (namespace.isEmpty() ? "" : namespace + "/") + name;
    }
}
