package io.inplaceguard.runtime;

import io.inplaceguard.certs.CertificateException;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.web.server.PortInUseException;

/** Why the server could not start, as one sentence for whoever configured it. */
public final class StartupFailure {

    /** What {@link java.net.InetSocketAddress} says of a number that is no port. */
    private static final String NO_PORT = "port out of range:";

    private StartupFailure() {}

    /** The sentence; empty where the fault is not the user's, and a stack trace is what helps. */
    public static Optional<String> sentence(Throwable failure) {
        return causes(failure)
                .map(StartupFailure::told)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<String> told(Throwable cause) {
        if (cause instanceof CertificateException) {
            return Optional.of(cause.getMessage());
        }
        if (cause instanceof PortInUseException port) {
            return Optional.of("Port " + port.getPort() + " is in use. Stop what listens there, or choose others with"
                    + " --server.port and --management.server.port.");
        }
        if (cause instanceof IllegalArgumentException
                && String.valueOf(cause.getMessage()).startsWith(NO_PORT)) {
            return Optional.of(cause.getMessage().substring(NO_PORT.length()) + " is no port. Correct --server.port or"
                    + " --management.server.port: from 0, for any free one, to 65535.");
        }
        if (cause instanceof BindException bind) {
            return Optional.of(unbound(bind).orElseGet(() -> unreadable(bind)));
        }
        return Optional.empty();
    }

    private static Optional<String> unbound(BindException bind) {
        return causes(bind)
                .filter(UnboundConfigurationPropertiesException.class::isInstance)
                .map(UnboundConfigurationPropertiesException.class::cast)
                .map(unbound -> unbound.getUnboundProperties().iterator().next().getName()
                        + " is no setting of inplace-guard. Correct its name; the README lists all settings.")
                .findFirst();
    }

    private static String unreadable(BindException bind) {
        String reason = causes(bind)
                .filter(cause -> cause instanceof IllegalArgumentException
                        && String.valueOf(cause.getMessage()).startsWith("inplace-guard."))
                .map(Throwable::getMessage)
                .findFirst()
                .orElseGet(() -> (bind.getProperty() == null
                                ? bind.getName()
                                : bind.getProperty().getName()) + " "
                        + expected(bind.getTarget().getType().resolve()));
        return reason + ". Correct it; the README lists all settings.";
    }

    private static String expected(@Nullable Class<?> type) {
        if (type != null && type.isEnum()) {
            return "is none of "
                    + Stream.of(type.getEnumConstants())
                            .map(word ->
                                    word.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                            .collect(Collectors.joining(", "));
        }
        return "is not what is expected" + (type == null ? "" : " (" + type.getSimpleName() + ")");
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, java.util.Objects::nonNull, Throwable::getCause)
                .limit(50);
    }
}
