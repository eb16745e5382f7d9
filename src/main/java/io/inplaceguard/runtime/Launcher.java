package io.inplaceguard.runtime;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/** How the long-running commands start. */
public final class Launcher {

    private Launcher() {}

    /**
     * Starts that configuration.
     *
     * @param type    whether it is a web server besides its management port
     * @param args    Spring properties as {@code --key=value}
     */
    public static ConfigurableApplicationContext run(Class<?> configuration, WebApplicationType type, String... args) {
        // It would warm up JSON mappers and message converters, which nothing here uses.
        System.setProperty("spring.backgroundpreinitializer.ignore", "true");
        SpringApplication application = new SpringApplication(configuration);
        application.setWebApplicationType(type);
        Map<String, Object> defaults = new HashMap<>(LogFormat.defaults());
        application.setDefaultProperties(defaults);
        return application.run(args);
    }

    /**
     * Runs it. If it fails for a reason that a user can correct, prints one sentence to stderr and exits with status 1.
     *
     * @param userFacing exceptions whose message is such a sentence
     */
    public static void runOrExit(Runnable start, Set<Class<? extends RuntimeException>> userFacing) {
        Signals.handle();
        try {
            start.run();
        } catch (RuntimeException e) {
            Optional<String> sentence = StartupFailure.sentence(e, userFacing);
            if (sentence.isEmpty()) {
                throw e;
            }
            System.err.println(sentence.get());
            System.exit(1);
        }
    }
}
