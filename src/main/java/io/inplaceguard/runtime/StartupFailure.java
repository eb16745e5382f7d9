package io.inplaceguard.runtime;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.web.server.PortInUseException;

/** Why a process could not start, as one sentence for the person who configured it. */
public final class StartupFailure {

    /** How the message of {@link java.net.InetSocketAddress} begins for a number that is not a port. */
    private static final String INVALID_PORT = "port out of range:";

    private static final int MAX_CAUSES = 50;

    private StartupFailure() {}

    /**
     * The sentence; empty where the fault is not the user's and a stack trace is what helps.
     *
     * @param userFacing exceptions whose message is such a sentence
     */
    public static Optional<String> sentence(Throwable failure, Set<Class<? extends RuntimeException>> userFacing) {
        Optional<String> own = causes(failure)
                .filter(cause -> userFacing.stream().anyMatch(type -> type.isInstance(cause)))
                .map(Throwable::getMessage)
                .findFirst();
        return own.isPresent()
                ? own
                : causes(failure)
                        .map(StartupFailure::sentence)
                        .flatMap(Optional::stream)
                        .findFirst();
    }

    private static Optional<String> sentence(Throwable cause) {
        if (cause instanceof PortInUseException port) {
            return Optional.of(
                    "Port " + port.getPort() + " is in use. Stop the process that listens there, or choose other"
                            + " ports with --server.port and --management.server.port.");
        }
        String message = Objects.requireNonNullElse(cause.getMessage(), "");
        if (cause instanceof IllegalArgumentException && message.startsWith(INVALID_PORT)) {
            return Optional.of(message.substring(INVALID_PORT.length()) + " is not a valid port; --server.port and"
                    + " --management.server.port allow 0 (any free port) to 65535.");
        }
        if (cause instanceof BindException bind) {
            return Optional.of(unknown(bind).orElseGet(() -> unreadable(bind)));
        }
        return Optional.empty();
    }

    private static Optional<String> unknown(BindException bind) {
        return causes(bind)
                .filter(UnboundConfigurationPropertiesException.class::isInstance)
                .map(UnboundConfigurationPropertiesException.class::cast)
                .map(unbound -> unbound.getUnboundProperties().iterator().next().getName()
                        + " is an unknown setting. Correct its name; docs/configuration.md lists all settings.")
                .findFirst();
    }

    private static String unreadable(BindException bind) {
        ConfigurationProperty property = bind.getProperty();
        String name = String.valueOf(property == null ? bind.getName() : property.getName());
        String value = property == null ? "" : " is \"" + property.getValue() + "\"; allowed";
        return name + value + ": " + expected(bind.getTarget().getType().resolve()) + ".";
    }

    private static String expected(@Nullable Class<?> type) {
        if (type == null) {
            return "another value";
        }
        if (type.isEnum()) {
            return Stream.of(type.getEnumConstants())
                    .map(constant -> word((Enum<?>) constant))
                    .collect(Collectors.joining(", "));
        }
        return switch (type.getSimpleName()) {
            case "Duration" -> "a duration such as 10s, 5m, 24h or 90d";
            case "DataSize" -> "a size such as 512KB or 20MB";
            case "boolean", "Boolean" -> "true or false";
            case "int", "Integer", "long", "Long" -> "a whole number";
            case "URI" -> "a URL";
            default -> "a value of type " + type.getSimpleName();
        };
    }

    /** A constant that has a word of its own gives it by toString. */
    private static String word(Enum<?> constant) {
        return constant.toString().equals(constant.name())
                ? constant.name().toLowerCase(Locale.ROOT).replace('_', '-')
                : constant.toString();
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).limit(MAX_CAUSES);
    }
}
