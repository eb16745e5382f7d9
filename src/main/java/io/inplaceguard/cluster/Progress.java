package io.inplaceguard.cluster;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Timer;
import java.util.TimerTask;
import org.jspecify.annotations.Nullable;

/**
 * A line that shows what a long command is doing: on a terminal only, and only after the first second. A timer prints it, so
 * that it also appears while one request takes long.
 */
public final class Progress implements AutoCloseable {

    private static final long PATIENCE_MILLIS = 1_000;
    private static final long INTERVAL_MILLIS = 200;
    private static final String CLEAR = "\r\u001b[K";

    private final @Nullable PrintWriter terminal;
    private @Nullable Timer timer;
    private String text = "";
    private String shown = "";
    private boolean closed;

    /** @param terminal where it is shown; null shows nothing */
    Progress(@Nullable PrintWriter terminal) {
        this.terminal = terminal;
    }

    /** On the terminal, if standard input and output are one: the line is written to neither a pipe nor a file. */
    public static Progress start() {
        Progress progress = new Progress(terminal());
        if (progress.terminal != null) {
            Timer timer = new Timer("progress", true);
            timer.schedule(
                    new TimerTask() {
                        @Override
                        public void run() {
                            progress.print();
                        }
                    },
                    PATIENCE_MILLIS,
                    INTERVAL_MILLIS);
            progress.timer = timer;
        }
        return progress;
    }

    /** Shows a short text in place of the last one. */
    public synchronized void show(String now) {
        text = now;
    }

    /** What the timer does. */
    synchronized void print() {
        if (terminal != null && !closed && !text.equals(shown)) {
            shown = text;
            terminal.print(CLEAR + text);
            terminal.flush();
        }
    }

    /** Removes the line and shows no other. */
    public synchronized void end() {
        closed = true;
        if (timer != null) {
            timer.cancel();
        }
        if (terminal != null && !shown.isEmpty()) {
            shown = "";
            terminal.print(CLEAR);
            terminal.flush();
        }
    }

    @Override
    public void close() {
        end();
    }

    /** Since Java 22 there is a console even in a pipe, and it has to be asked. */
    @SuppressWarnings("SystemConsoleNull") // both are asked: null before Java 22, isTerminal since
    private static @Nullable PrintWriter terminal() {
        Console console = System.console();
        if (console == null) {
            return null;
        }
        try {
            boolean terminal = (boolean) Console.class.getMethod("isTerminal").invoke(console);
            return terminal ? console.writer() : null;
        } catch (ReflectiveOperationException e) {
            return console.writer();
        }
    }
}
