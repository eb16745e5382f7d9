/** Reading a live cluster for the commands plan, audit and {@code check --cluster}; nothing here writes. */
@NullMarked
package io.inplaceguard.cluster;

import org.jspecify.annotations.NullMarked;
