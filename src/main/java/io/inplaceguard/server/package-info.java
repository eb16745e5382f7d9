/** The HTTPS admission webhook: settings, TLS, the servlet, readiness and shutdown. */
@NullMarked
package io.inplaceguard.server;

import org.jspecify.annotations.NullMarked;
