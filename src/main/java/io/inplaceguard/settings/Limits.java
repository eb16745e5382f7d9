package io.inplaceguard.settings;

import java.time.Duration;
import org.springframework.util.unit.DataSize;

/** The checks that the records of {@link Settings} make of their values. */
final class Limits {

    private Limits() {}

    /** @throws InvalidSettingException where the value is outside the range, both ends of which are allowed */
    static void between(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new InvalidSettingException(
                    name, text(value), "a duration from " + text(least) + " to " + text(most));
        }
    }

    /** @throws InvalidSettingException where the value is outside the range, both ends of which are allowed */
    static void between(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new InvalidSettingException(name, value, "a whole number from " + least + " to " + most);
        }
    }

    /** @throws InvalidSettingException where the value is outside the range, both ends of which are allowed */
    static void between(String name, DataSize value, DataSize least, DataSize most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new InvalidSettingException(name, text(value), "a size from " + text(least) + " to " + text(most));
        }
    }

    /** The duration in the largest unit that divides it, as it is written in a setting: {@code 90d}, {@code 1500ms}. */
    static String text(Duration value) {
        long millis = value.toMillis();
        if (millis % 1_000 != 0) {
            return millis + "ms";
        }
        long seconds = value.toSeconds();
        if (seconds == 0 || seconds % 60 != 0) {
            return seconds + "s";
        }
        if (seconds % 3_600 != 0) {
            return seconds / 60 + "m";
        }
        return seconds % 86_400 != 0 ? seconds / 3_600 + "h" : seconds / 86_400 + "d";
    }

    private static String text(DataSize value) {
        long bytes = value.toBytes();
        if (bytes % 1_024 != 0) {
            return bytes + "B";
        }
        return bytes % (1_024 * 1_024) != 0 ? bytes / 1_024 + "KB" : bytes / (1_024 * 1_024) + "MB";
    }
}
