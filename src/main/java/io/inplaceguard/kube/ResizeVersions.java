package io.inplaceguard.kube;

import io.inplaceguard.guard.OpenKruiseProfile;
import io.inplaceguard.guard.OpenKruiseProfile.VerticalScaling;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether the API server accepts how OpenKruise resizes pods. From 1.9 on OpenKruise patches {@code pods/resize}
 * (pkg/util/podadapter); before, it updates the Pod itself, where API servers from 1.33 on refuse new amounts.
 */
public final class ResizeVersions {

    /** The kind and version by which OpenKruise 1.9 is recognized: an image's tag can be any, or a digest. */
    public static final String GROUP = "apps.kruise.io";

    public static final String VERSION = "v1beta1";
    public static final String KIND = "CloneSet";

    private static final int RESIZE_ONLY = 33;
    private static final Pattern KUBERNETES = Pattern.compile("v?1\\.(\\d{1,3})(?!\\d)");

    private ResizeVersions() {}

    /**
     * The profile with what both versions make of it. Asks for them only where the gate is on.
     *
     * @param gates     what OpenKruise's feature gates are
     * @param apiServer its gitVersion, such as {@code v1.36.2}; of another form, the versions are taken to fit
     * @param isNewer   whether the cluster serves {@link #KIND} in {@link #VERSION}
     */
    public static OpenKruiseProfile effective(
            OpenKruiseProfile gates, Supplier<String> apiServer, BooleanSupplier isNewer) {
        return gates.verticalScaling() == VerticalScaling.ENABLED
                        && minor(apiServer.get()) >= RESIZE_ONLY
                        && !isNewer.getAsBoolean()
                ? new OpenKruiseProfile(VerticalScaling.REFUSED, gates.templateDefaults())
                : gates;
    }

    /** The minor version of Kubernetes 1.x; -1 where the text is not a version. */
    public static int minor(String version) {
        Matcher matcher = KUBERNETES.matcher(version);
        return matcher.lookingAt() ? Integer.parseInt(matcher.group(1)) : -1;
    }
}
