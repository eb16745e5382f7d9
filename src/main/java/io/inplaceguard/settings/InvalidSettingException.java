package io.inplaceguard.settings;

/** A setting with a value that is not allowed. The message is one sentence for the person who configured it. */
public final class InvalidSettingException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    /**
     * @param name    the full name, such as {@code inplace-guard.shutdown-delay}
     * @param value   as it was given
     * @param allowed what is allowed instead, such as {@code a duration from 0s to 10m}
     */
    InvalidSettingException(String name, Object value, String allowed) {
        super(name + " is \"" + value + "\"; allowed: " + allowed + ".");
    }

    /** @param sentence complete, with the setting, the value and what is allowed */
    InvalidSettingException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
