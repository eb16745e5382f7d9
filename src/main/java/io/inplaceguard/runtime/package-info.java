/** What long-running commands share: launch, signals, management port, log format. */
@NullMarked
package io.inplaceguard.runtime;

import org.jspecify.annotations.NullMarked;
