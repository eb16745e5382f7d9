/** The resize tracker: a controller that follows the resizes of Pods and annotates Pods and workloads. */
@NullMarked
package io.inplaceguard.tracker;

import org.jspecify.annotations.NullMarked;
