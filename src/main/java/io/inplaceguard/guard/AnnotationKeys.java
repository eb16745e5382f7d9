package io.inplaceguard.guard;

import java.util.Set;

/** The names users and clusters rely on. */
public final class AnnotationKeys {

    /** What all annotations and labels of this project begin with. */
    public static final String PREFIX = "inplace-guard.io/";

    /** Annotation: the state of a resize. */
    public static final String RESIZE = PREFIX + "resize";

    /** Annotation: from what to what a resize goes, and what the kubelet says of it, as JSON. */
    public static final String RESIZE_DETAILS = PREFIX + "resize-details";

    /** Annotation on a Pod: {@code InPlaceOnly} holds it to the rule whatever its owner says. */
    public static final String UPDATE_POLICY = PREFIX + "update-policy";

    /** Annotation on a Pod or a pod template: defaults for resizePolicy. */
    public static final String RESIZE_POLICY = PREFIX + "resize-policy";

    /** The annotations of an object that the guard reads; all others are skipped. */
    public static final Set<String> READ = Set.of(RESIZE, UPDATE_POLICY, RESIZE_POLICY);

    private AnnotationKeys() {}
}
