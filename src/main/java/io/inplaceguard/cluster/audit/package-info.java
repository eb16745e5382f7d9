/** The command audit: what is already wrong in a cluster. */
@NullMarked
package io.inplaceguard.cluster.audit;

import org.jspecify.annotations.NullMarked;
