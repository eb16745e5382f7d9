package io.inplaceguard.runtime;

import java.io.Console;
import java.util.Map;

/** JSON log lines where nobody watches, readable ones in a terminal. */
final class LogFormat {

    private LogFormat() {}

    /** Defaults that any property, variable or file overrides. */
    static Map<String, Object> defaults() {
        return isTerminal() ? Map.of() : Map.of("logging.structured.format.console", "logstash");
    }

    /** Since Java 22 there is a console without a terminal, and it can be asked. */
    @SuppressWarnings("SystemConsoleNull") // Asked below, where it can be.
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }
}
