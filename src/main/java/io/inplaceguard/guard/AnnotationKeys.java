package io.inplaceguard.guard;

import java.util.Set;

/** The names of annotations that users and clusters rely on. */
public final class AnnotationKeys {

    /** The prefix of all annotations and labels of this project. */
    public static final String PREFIX = "inplace-guard.io/";

    /** Annotation: the state of a resize. */
    public static final String RESIZE = PREFIX + "resize";

    /** Annotation: the old and new resources of a resize and the messages of the kubelet, as JSON. */
    public static final String RESIZE_DETAILS = PREFIX + "resize-details";

    /** Annotation on a Pod or a workload: {@code InPlaceOnly} enforces it there, whatever its owner or strategy. */
    public static final String UPDATE_POLICY = PREFIX + "update-policy";

    /** Annotation on a Pod or a pod template: defaults for resizePolicy. */
    public static final String RESIZE_POLICY = PREFIX + "resize-policy";

    /** The annotations of an object that the guard reads; all others are skipped. */
    public static final Set<String> READ = Set.of(RESIZE, UPDATE_POLICY, RESIZE_POLICY);

    private AnnotationKeys() {}
}
