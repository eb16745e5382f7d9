/** Certificates in cluster mode: the Secret, the caBundle and the rotation of both. */
@NullMarked
package io.inplaceguard.certs.rotation;

import org.jspecify.annotations.NullMarked;
