package io.inplaceguard.certs.rotation;

import java.util.List;

/**
 * The objects that are reconciled. Nothing is null.
 *
 * @param namespace            namespace of the Secret
 * @param secretName           name of the Secret
 * @param webhookConfiguration name of both webhook configurations
 * @param dnsNames             DNS names that the serving certificate covers
 * @param replica              name of this replica, unique among the replicas: the suffix of its annotation on the Secret
 */
public record Target(
        String namespace, String secretName, String webhookConfiguration, List<String> dnsNames, String replica) {

    public Target {
        dnsNames = List.copyOf(dnsNames);
    }
}
