/** Kubernetes clients, informers and caches. */
@NullMarked
package io.inplaceguard.kube;

import org.jspecify.annotations.NullMarked;
