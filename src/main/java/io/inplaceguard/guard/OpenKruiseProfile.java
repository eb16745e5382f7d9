package io.inplaceguard.guard;

/**
 * What is known of the OpenKruise installation that carries updates out. May change while the process runs.
 *
 * @param verticalScaling  state of the feature gate {@code InPlaceWorkloadVerticalScaling}, and whether it has any effect
 * @param templateDefaults whether OpenKruise's webhook writes defaults into pod templates; false with the feature gate
 *                         {@code TemplateNoDefaults}
 */
public record OpenKruiseProfile(VerticalScaling verticalScaling, boolean templateDefaults) {

    /** Nothing is known; OpenKruise's own defaults are assumed for templates. */
    public static final OpenKruiseProfile UNKNOWN = new OpenKruiseProfile(VerticalScaling.UNKNOWN, true);

    /** State of the feature gate {@code InPlaceWorkloadVerticalScaling}, which is off unless it is enabled. */
    public enum VerticalScaling {
        ENABLED,
        DISABLED,
        UNKNOWN,
        /**
         * Enabled, but OpenKruise is older than 1.9 and updates the Pod itself instead of {@code pods/resize}, which API servers from
         * 1.33 on refuse each time.
         */
        REFUSED
    }
}
