package io.inplaceguard.settings;

import io.inplaceguard.runtime.StartupFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.FileSystemResource;

/** Reads {@link Settings} from an {@code application.yaml} without starting Spring, as {@code serve} and {@code track} would. */
public final class SettingsFile {

    private SettingsFile() {}

    /**
     * The settings of that file; defaults where it has none. Only {@code inplace-guard.*} is read.
     *
     * @throws InvalidSettingException where the file cannot be read, names an unknown setting or has a wrong value
     */
    public static Settings read(Path file) {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new InvalidSettingException(
                    file + " cannot be read. Name an application.yaml.", new IOException(file.toString()));
        }
        try {
            // The loader takes a file of YAML by its content, whatever its name.
            List<PropertySource<?>> documents =
                    new ArrayList<>(new YamlPropertySourceLoader().load(file.toString(), new FileSystemResource(file)));
            // Of two documents that set the same name, the later one counts.
            Collections.reverse(documents);
            Binder binder = new Binder(
                    ConfigurationPropertySources.from(documents), new PropertySourcesPlaceholdersResolver(documents));
            return binder.bindOrCreate(
                    Settings.PREFIX,
                    Bindable.of(Settings.class),
                    new NoUnboundElementsBindHandler(BindHandler.DEFAULT));
        } catch (BindException e) {
            throw new InvalidSettingException(
                    file + ": "
                            + StartupFailure.sentence(e, Set.of(InvalidSettingException.class))
                                    .orElse(String.valueOf(e.getMessage())),
                    e);
        } catch (IOException | RuntimeException e) {
            throw new InvalidSettingException(file + " is not valid YAML: " + firstLine(e), e);
        }
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("") + ".";
    }
}
