/** Certificates: a CA, serving certificates, their files. Uses nothing else of this project. */
@NullMarked
package io.inplaceguard.certs;

import org.jspecify.annotations.NullMarked;
