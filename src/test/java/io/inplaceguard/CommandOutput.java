package io.inplaceguard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** What a command printed, and how it ended. */
record CommandOutput(int status, String out, String err) {

    /**
     * Runs a command, which has to end by itself within two minutes.
     *
     * @param temp a folder for what it prints
     */
    static CommandOutput of(ProcessBuilder command, Path temp) throws IOException, InterruptedException {
        Path out = Files.createTempFile(temp, "out", "");
        Path err = Files.createTempFile(temp, "err", "");
        Process process =
                command.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES))
                    .as("ended by itself")
                    .isTrue();
            return new CommandOutput(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            process.destroyForcibly();
        }
    }
}
