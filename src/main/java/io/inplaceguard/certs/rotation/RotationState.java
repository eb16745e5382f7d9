package io.inplaceguard.certs.rotation;

import io.inplaceguard.certs.ServingCertificate;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the Secret stores.
 *
 * @param material        CAs and the serving certificate
 * @param nextPublished   since when the next CA is in the live caBundles; null while it is not
 * @param promoted        since when the current CA is the current one; null outside of a rotation
 * @param acknowledgments by replica, the serial number of the certificate that it serves
 */
record RotationState(
        KeyMaterial material,
        @Nullable Instant nextPublished,
        @Nullable Instant promoted,
        Map<String, String> acknowledgments) {

    RotationState {
        acknowledgments = Map.copyOf(acknowledgments);
    }

    static RotationState of(KeyMaterial material) {
        return new RotationState(material, null, null, Map.of());
    }

    /** How replicas name a certificate that they serve: its serial number. */
    static String serial(ServingCertificate pair) {
        return pair.leaf().getSerialNumber().toString(16);
    }

    RotationState with(KeyMaterial changed) {
        return new RotationState(changed, nextPublished, promoted, acknowledgments);
    }

    RotationState withNextPublished(@Nullable Instant time) {
        return new RotationState(material, time, promoted, acknowledgments);
    }

    RotationState withPromoted(@Nullable Instant time) {
        return new RotationState(material, nextPublished, time, acknowledgments);
    }

    RotationState withAcknowledgment(String replica, ServingCertificate served) {
        Map<String, String> changed = new HashMap<>(acknowledgments);
        changed.put(replica, serial(served));
        return new RotationState(material, nextPublished, promoted, changed);
    }

    RotationState withoutAcknowledgment(String replica) {
        Map<String, String> changed = new HashMap<>(acknowledgments);
        changed.remove(replica);
        return new RotationState(material, nextPublished, promoted, changed);
    }

    /** Without the replicas that do not serve the given certificate: they have ended without deregistering. */
    RotationState withOnly(ServingCertificate pair) {
        Map<String, String> changed = new HashMap<>(acknowledgments);
        changed.values().removeIf(serial -> !serial.equals(serial(pair)));
        return new RotationState(material, nextPublished, promoted, changed);
    }

    boolean isServedByAll(ServingCertificate pair) {
        return acknowledgments.values().stream().allMatch(serial(pair)::equals);
    }
}
