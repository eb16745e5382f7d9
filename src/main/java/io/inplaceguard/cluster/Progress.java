package io.inplaceguard.cluster;

import java.io.Console;
import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;

/** A line that shows what a long command is doing: on a terminal only, and only after the first second. */
public final class Progress {

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);
    private static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(200);
    private static final String CLEAR = "\r\u001b[K";

    private final PrintWriter err;
    private final boolean terminal;
    private long next = System.nanoTime() + PATIENCE;
    private boolean shown;

    /** @param err where it is shown */
    public Progress(PrintWriter err) {
        this(err, isTerminal());
    }

    Progress(PrintWriter err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    /** Shows a short text in place of the last one, at most five times a second. */
    public void show(String text) {
        long now = System.nanoTime();
        if (terminal && now - next >= 0) {
            next = now + INTERVAL;
            shown = true;
            err.print(CLEAR + text);
            err.flush();
        }
    }

    /** Removes the line. */
    public void clear() {
        if (shown) {
            shown = false;
            err.print(CLEAR);
            err.flush();
        }
    }

    /** Since Java 22 there is a console even in a pipe, and it has to be asked. */
    @SuppressWarnings("SystemConsoleNull") // both are asked: null before Java 22, isTerminal since
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
